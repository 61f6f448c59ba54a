"""Does one command run the whole product, and does it end as a whole?"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from enterprisehub.ops import embedded

ROOT = Path(__file__).resolve().parents[2]
BARE = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
START_WITHIN = 150.0  # seconds; about 10 on an idle machine


@pytest.fixture
def dev() -> Iterator[tuple[subprocess.Popen[str], int]]:
    data, port = embedded.throwaway_folder(), embedded.free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "dev", "--port", str(port)],
        cwd=ROOT,
        env={**BARE, "DATA_DIR": str(data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process, port
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(START_WITHIN)
    subprocess.run(["rm", "-rf", str(data)], check=True)


def _ready(process: subprocess.Popen[str], port: int) -> dict[str, str]:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                found: dict[str, str] = json.load(answer)["dependencies"]
                return found
        except OSError:
            time.sleep(0.2)
    raise AssertionError("it was not ready in time")


def test_a_child_that_dies_takes_all_down_and_is_named(dev: tuple[subprocess.Popen[str], int]) -> None:
    process, port = dev
    assert set(_ready(process, port).values()) == {"ok"}
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=START_WITHIN) as page:
        assert page.status == 200
    children = psutil.Process(process.pid).children(recursive=True)
    web = next(child for child in children if "enterprisehub.asgi:application" in child.cmdline())
    web.kill()
    said, _ = process.communicate(timeout=START_WITHIN)
    assert process.returncode == 1
    assert "CommandError: web ended by itself (exit code -9); everything was stopped." in said
    assert "Traceback" not in said
    _, alive = psutil.wait_procs(children, timeout=60)
    assert [child for child in alive if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []


def test_the_demo_that_is_asked_to_stop_takes_everything_with_it() -> None:
    """SIGTERM to the command itself, as a supervisor sends it: not to its children, as a terminal would."""
    data, port = embedded.throwaway_folder(), embedded.free_port()
    demo = psutil.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=ROOT, env={**BARE, "DATA_DIR": str(data)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    seen: set[psutil.Process] = set()
    try:
        until = time.monotonic() + 2 * START_WITHIN
        while time.monotonic() < until and demo.poll() is None and not _is_whole(seen):
            seen |= set(demo.children(recursive=True))
            time.sleep(0.2)
        assert _is_whole(seen)
    finally:
        demo.terminate()
        code = demo.wait(START_WITHIN)
        subprocess.run(["rm", "-rf", str(data)], check=True)
    assert code == 128 + signal.SIGTERM
    _, alive = psutil.wait_procs(seen, timeout=60)
    assert [child for child in alive if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []


def _is_whole(found: set[psutil.Process]) -> bool:
    """Whether services, web and the process beside it have begun."""
    lines = []
    for child in found:
        try:
            lines.append(" ".join(child.cmdline()))
        except psutil.Error:
            continue
    return all(any(part in line for line in lines) for part in ("postgres", "enterprisehub.asgi", "manage.py inbox"))


def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "dev", "--port", str(port)],
            cwd=ROOT,
            env=BARE,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"CommandError: Port {port} cannot be used")
    assert done.stderr.count("\n") == 1


def test_a_command_without_a_database_says_how_to_start_one() -> None:
    data = embedded.throwaway_folder()
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=ROOT,
        env={**BARE, "DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    data.rmdir()
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("enterprisehub: no database is running; start one with")
    assert "Traceback" not in done.stderr
