"""Work on HighLevel's messages as they come, beside the web process that keeps them."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub.capabilities import warm
from enterprisehub.ghl.following import Follower
from enterprisehub.ops.children import die_with_parent

SWITCH = 0.001  # seconds of Python before another thread may go on: a message goes to Postgres and back a dozen times


class Command(BaseCommand):
    help = "Follow HighLevel's messages: `inbox [--processes N] [--threads N]`. Without it the web process does their work."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--processes", type=int, default=1, help="one for each processor that may be used")
        parser.add_argument("--threads", type=int, default=3, help="of each process")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["processes"] < 1 or options["threads"] < 1:
            raise CommandError("Processes and threads are positive numbers.")
        warm()  # once for all: forked children share what it loads
        gc.collect()
        gc.freeze()
        sys.setswitchinterval(SWITCH)
        if options["processes"] == 1:
            _follow(options["threads"])
            return
        _watch([_child(options["threads"]) for _ in range(options["processes"])])


def _follow(threads: int) -> None:
    follower = Follower(threads)
    for asking in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asking, lambda *_: follower.stop())
    follower.run()


def _child(threads: int) -> int:
    """Forked before anything is connected and any thread runs."""
    hook = die_with_parent(signal.SIGTERM)
    if pid := os.fork():
        return pid
    code = 1
    try:
        hook()
        _follow(threads)
        code = 0
    finally:
        os._exit(code)


def _watch(pids: list[int]) -> None:
    """Until all have ended; when one ends unasked, all do: whoever keeps this process begins it anew."""
    asked = False

    def stop(*_: object) -> None:
        nonlocal asked
        asked = True
        for pid in left:
            os.kill(pid, signal.SIGTERM)

    left = set(pids)
    for asking in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asking, stop)
    failed = False
    while left:
        pid, status = os.wait()
        left.discard(pid)
        if not asked:
            failed = True
            stop()
        failed = failed or status != 0
    if failed:
        raise CommandError("A process that worked on messages ended by itself.")
