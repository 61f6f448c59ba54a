"""Do processes that run together speak with one voice, end together, and leave nothing behind?"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from enterprisehub.ops.children import STOP_WITHIN, Group, Stopped, stop_signals

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(99)"
)
PARENT = f"""
import os, sys
from enterprisehub.ops.children import Group
group = Group()
group.start("mild", [sys.executable, "-c", "import time; time.sleep(99)"], env=os.environ, cwd="/")
group.start("stubborn", [sys.executable, "-c", {STUBBORN!r}], env=os.environ, cwd="/")
group.wait()
"""


def test_lines_carry_the_name_of_who_said_them() -> None:
    out = io.StringIO()
    group = Group(out=out)
    group.start("first", [sys.executable, "-c", "print('hello'); print('again')"], env=os.environ, cwd="/")
    name, code = group.wait()
    group.stop()
    assert (name, code) == ("first", 0)
    assert out.getvalue().splitlines() == ["first   | hello", "first   | again"]


def test_the_first_to_end_is_told_with_its_exit_code() -> None:
    group = Group(out=io.StringIO())
    group.start("steady", ["sleep", "60"], env=os.environ, cwd="/")
    group.start("broken", [sys.executable, "-c", "raise SystemExit(4)"], env=os.environ, cwd="/")
    assert group.wait() == ("broken", 4)
    started = time.monotonic()
    group.stop()
    assert time.monotonic() - started < STOP_WITHIN  # asked, not killed


def _wait_while_told(how: signal.Signals) -> None:
    with stop_signals():
        os.kill(os.getpid(), how)
        time.sleep(60)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda s: s.name)
def test_being_asked_to_stop_is_an_exception_in_the_main_thread(how: signal.Signals) -> None:
    before = signal.getsignal(how)
    with pytest.raises(Stopped):
        _wait_while_told(how)
    assert signal.getsignal(how) is before


def test_even_a_stubborn_child_goes_when_the_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert "ready" in parent.stdout.readline()
        children = psutil.Process(parent.pid).children(recursive=True)
        assert len(children) == 3  # two children and the reaper
        parent.kill()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert [child for child in alive if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []
