"""Do the embedded services start anywhere, keep what they were given, and never outlive their parent?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from redis import Redis

from enterprisehub.ops import embedded
from enterprisehub.ops.postgres import StackError

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, str(ROOT / "manage.py"), "embedded"]
BARE = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}


@pytest.fixture
def data() -> Iterator[Path]:
    folder = embedded.throwaway_folder()
    yield folder
    embedded.stop_in_background(folder)
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def _services(data: Path) -> list[psutil.Process]:
    """Postgres and Redis processes that work on `data`, by their open folder: whoever their parent is now."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and str(data) in (
                process.cwd(),
                str(Path(process.cwd()).parent),
            ):
                found.append(process)
        except psutil.Error:
            continue
    return found


def _gone(data: Path) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if not _services(data) and not embedded.is_held(data):
            return True
        time.sleep(0.1)
    return False


def _manage(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MANAGE, *words], env=BARE, capture_output=True, text=True, check=False)


def test_what_was_stored_is_there_after_a_restart(data: Path) -> None:
    with embedded.Stack(data) as env:
        with psycopg.connect(env["DATABASE_ADMIN_URL"]) as owner:
            owner.execute("create table kept (word text)")
        with psycopg.connect(env["DATABASE_URL"]) as application:
            application.execute("insert into kept values ('brass')")
        Redis.from_url(env["REDIS_URL"]).set("kept", "ink")
    with embedded.Stack(data) as env:
        with psycopg.connect(env["DATABASE_URL"]) as application:
            assert application.execute("select word from kept").fetchall() == [("brass",)]
        assert Redis.from_url(env["REDIS_URL"]).get("kept") == b"ink"
    assert _gone(data)


def test_the_application_may_neither_create_nor_empty_tables(data: Path) -> None:
    with embedded.Stack(data, ephemeral=True) as env:
        with psycopg.connect(env["DATABASE_ADMIN_URL"]) as owner:
            owner.execute("create table theirs (word text)")
        with psycopg.connect(env["DATABASE_URL"], autocommit=True) as application:
            for forbidden in ("create table mine (word text)", "truncate theirs", "drop table theirs"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    application.execute(forbidden)


def test_strangers_reach_neither_postgres_nor_redis(data: Path) -> None:
    with embedded.Stack(data, ephemeral=True) as env:
        folder = Path(env["DATABASE_URL"].partition("host=")[2])
        assert folder.stat().st_mode & 0o077 == 0
        assert (data / "embedded.json").stat().st_mode & 0o077 == 0
        port = int(env["REDIS_URL"].rpartition(":")[2])
        with pytest.raises(Exception, match=r"[Aa]uth"):
            Redis(port=port).ping()


def test_two_stacks_run_side_by_side(data: Path) -> None:
    with embedded.ephemeral() as one, embedded.Stack(data, ephemeral=True) as other:
        assert one["DATABASE_URL"] != other["DATABASE_URL"]
        assert one["REDIS_URL"] != other["REDIS_URL"]


def test_one_folder_holds_one_stack(data: Path) -> None:
    with embedded.Stack(data), pytest.raises(StackError, match="already run"):
        embedded.Stack(data).start()


def test_it_starts_in_the_background_and_stops(data: Path) -> None:
    started = _manage("start", "--data", str(data))
    assert started.returncode == 0, started.stderr
    assert "DATABASE_URL=postgresql://ehub_app@" in started.stdout
    assert _manage("status", "--data", str(data)).returncode == 0
    assert _manage("stop", "--data", str(data)).stdout == "stopped\n"
    assert _gone(data)
    assert _manage("status", "--data", str(data)).returncode == 3


def test_a_command_runs_with_its_addresses_and_hands_back_its_exit_code() -> None:
    program = "import os, sys; print(os.environ['DATABASE_URL'][:22]); sys.exit(7)"
    done = _manage("run", "--ephemeral", "--", sys.executable, "-c", program)
    assert done.returncode == 7
    assert done.stdout.strip() == "postgresql://ehub_app@"


def test_a_command_that_does_not_exist_is_named() -> None:
    done = _manage("run", "--ephemeral", "--", "no-such-command")
    assert done.returncode == 127
    assert "no-such-command cannot be run" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL], ids=lambda s: s.name)
def test_nothing_outlives_the_parent(data: Path, how: signal.Signals) -> None:
    command = [*MANAGE, "run", "--data", str(data), "--", "sleep", "300"]
    parent = subprocess.Popen(command, env=BARE, stdout=subprocess.DEVNULL, start_new_session=True)
    until = time.monotonic() + 120
    while not (children := psutil.Process(parent.pid).children()) or "sleep" not in {c.name() for c in children}:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert len(_services(data)) >= 2
    parent.send_signal(how)
    parent.wait(60)
    assert _gone(data)
    _, alive = psutil.wait_procs(children, timeout=60)
    assert [child for child in alive if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []


def test_it_starts_again_after_a_crash(data: Path) -> None:
    _manage("start", "--data", str(data))
    pid = embedded.supervisor_of(data)
    assert pid
    os.kill(pid, signal.SIGKILL)
    again = _manage("start", "--data", str(data))
    assert again.returncode == 0, again.stderr
    assert embedded.supervisor_of(data) not in (None, pid)
    with psycopg.connect((embedded.state_of(data) or {})["DATABASE_URL"]) as application:
        assert application.execute("select 1").fetchone() == (1,)
