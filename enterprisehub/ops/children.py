"""How does a process keep its children: together, readable, and never outliving it?"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

PR_SET_PDEATHSIG = 1
STOP_WITHIN = 20.0  # seconds between a polite signal and SIGKILL

# Reads pids from its input; when the writer is gone for good, gives them a moment and then ends their groups.
_REAPER = """
import os, signal, sys, time
groups = [int(line) for line in sys.stdin]
until = time.monotonic() + 8
def alive(group):
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True
while time.monotonic() < until and any(map(alive, groups)):
    time.sleep(.1)
for group in filter(alive, groups):
    os.killpg(group, signal.SIGKILL)
"""


def die_with_parent(sig: int) -> Callable[[], None]:
    """A hook for a fresh child: the kernel sends it `sig` when the thread that started it dies, in any way."""
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def hook() -> None:
        libc.prctl(PR_SET_PDEATHSIG, sig, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # the parent died before the kernel was told

    return hook


def end(child: subprocess.Popen[bytes], *, within: float = STOP_WITHIN) -> int:
    """Wait for a child that was asked to stop; after `within` seconds it is killed. Returns its exit code."""
    try:
        return child.wait(within)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait(5)


ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked us to stop (Ctrl-C, SIGTERM, a closed terminal)."""


@contextlib.contextmanager
def stop_signals() -> Iterator[None]:
    """Inside, the first SIGINT, SIGTERM or SIGHUP raises Stopped in the main thread; later ones do nothing."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for each in previous:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    previous = {each: signal.getsignal(each) for each in ASKING}
    for each in previous:
        signal.signal(each, stop)
    try:
        yield
    finally:
        for each, old in previous.items():
            signal.signal(each, old)


def in_place(command: Sequence[str], *, env: Mapping[str, str], cwd: str) -> int:
    """Run a command that does our work for us: whoever stops us stops it, however we end; returns its exit code."""
    with stop_signals():
        child = subprocess.Popen(command, env=dict(env), cwd=cwd, preexec_fn=die_with_parent(signal.SIGTERM))
        try:
            code = child.wait()
        except Stopped:
            with undisturbed():
                child.terminate()  # after Ctrl-C the terminal has told it already; once more does no harm
                end(child, within=3 * STOP_WITHIN)
            return 128 + signal.SIGTERM
    return code if code >= 0 else 128 - code


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Inside, signals that ask us to stop are ignored: we are stopping."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {each: signal.signal(each, signal.SIG_IGN) for each in ASKING}
    try:
        yield
    finally:
        for each, old in previous.items():
            signal.signal(each, old)


@dataclass
class Group:
    """Children that run together: lines prefixed by name, one end for all.

    Start it from the main thread. Should this process be killed, the kernel passes the news to the children, and a
    reaper ends the process group of any child that stays.
    """

    out: IO[str] = field(default_factory=lambda: sys.stdout)
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _readers: list[threading.Thread] = field(default_factory=list)
    _reaper: subprocess.Popen[bytes] | None = None

    def start(self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: str) -> None:
        child = subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone; we pass it on in order
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        self._children[name] = child
        self._watch(child.pid)
        reader = threading.Thread(target=self._copy, args=(name, child), daemon=True)
        reader.start()
        self._readers.append(reader)

    def first_dead(self) -> tuple[str, int] | None:
        """Name and exit code of a child that has ended, or None while all run."""
        for name, child in self._children.items():
            if (code := child.poll()) is not None:
                return name, code
        return None

    def wait(self) -> tuple[str, int]:
        """Block until one of them ends; returns which, and its exit code."""
        while (dead := self.first_dead()) is None:
            time.sleep(0.2)
        return dead

    def stop(self) -> None:
        """Ask every child to stop, newest first, and wait; what has not ended after 20 s is killed."""
        with undisturbed():
            for child in reversed(self._children.values()):
                with contextlib.suppress(ProcessLookupError):
                    child.terminate()
            until = time.monotonic() + STOP_WITHIN
            for child in self._children.values():
                end(child, within=max(0.1, until - time.monotonic()))
            for reader in self._readers:
                reader.join(2)
            if self._reaper is not None:
                self._reaper.kill()
                self._reaper.wait()
                if self._reaper.stdin is not None:
                    self._reaper.stdin.close()
            self._children.clear()

    def _watch(self, pid: int) -> None:
        if self._reaper is None:
            self._reaper = subprocess.Popen(
                [sys.executable, "-S", "-c", _REAPER], stdin=subprocess.PIPE, start_new_session=True
            )
        if self._reaper.stdin is not None:
            self._reaper.stdin.write(f"{pid}\n".encode())
            self._reaper.stdin.flush()

    def _copy(self, name: str, child: subprocess.Popen[bytes]) -> None:
        for line in child.stdout or ():
            self.out.write(f"{name:<8}| {line.decode(errors='replace').rstrip()}\n")
            self.out.flush()
