"""How is a running product killed at a moment that was planned, and started again?"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final

import psycopg

from tests.load.points import Kill, Point
from tests.load.product import CLOCK, SERVICES, Product
from tests.load.wires import Trap

COMES_WITHIN: Final = 60.0  # seconds in which a point is met
AWAY: Final = (0.05, 0.6)  # seconds until what was killed is started again
RUNS_AFTER: Final = 4.0  # seconds; before that a worker has done nothing yet
_LEASES = (
    "UPDATE ghl_outboundcall SET next_at = now() WHERE state = 'waiting' AND begun_at IS NOT NULL",
    "UPDATE ghl_inboundevent SET next_at = now() WHERE state = 'waiting' AND attempts > 0",
)


class Killer:
    """`hit` counts what was killed by the name of the kill, `missed` the points that were never met."""

    def __init__(self, product: Product, *, seed: int) -> None:
        self.product = product
        self.chance = random.Random(seed)
        self.hit: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self.victims: Counter[str] = Counter()

    def kill(self, plan: Kill) -> None:
        """Carry it out, and start again what died."""
        if plan.point is not None:
            self._at(plan.point)
            return
        self._await(plan.target)
        time.sleep(plan.after)
        self._kill(plan.target)
        self.hit[plan.target] += 1

    def _at(self, point: Point) -> None:
        """Lay the trap on the lines of all processes; the first that springs it is killed."""
        died: list[str] = []
        traps = {
            name: Trap(point.words, self._victim(name, died), point.answered)
            for name in self.product.commands
            if name != CLOCK
        }
        for name, trap in traps.items():
            self.product.lines[name, point.line].arm(trap)
        end = time.monotonic() + COMES_WITHIN
        while not died and time.monotonic() < end:
            time.sleep(0.01)
        for name in traps:
            self.product.lines[name, point.line].disarm()
        if not died:
            self.missed[point.name] += 1
            return
        traps[died[0]].sprung.wait(10)
        self.hit[point.name] += 1
        self._again(died[0])

    def _victim(self, name: str, died: list[str]) -> object:
        def kill() -> None:
            died.append(name)
            if died[0] == name:
                self.product.kill(name)

        return kill

    def _kill(self, target: str) -> None:
        if target == "child":
            self._signal(_children(self.product.running["worker"].pid))
            return
        if target == "backend":
            rows = self.product.rows("SELECT pid FROM pg_stat_activity WHERE usename = 'ehub_app'")
            self._signal([row[0] for row in rows])
            return
        self.product.kill(target)
        self._again(target)

    def _signal(self, pids: list[int]) -> None:
        if pids:
            with suppress(ProcessLookupError):
                os.kill(self.chance.choice(sorted(pids)), signal.SIGKILL)

    def _again(self, name: str) -> None:
        self.victims[name] += 1
        if name not in SERVICES:
            self._leases_are_over()
        time.sleep(self.chance.uniform(*AWAY))
        self.product.start_again(name)

    def _leases_are_over(self) -> None:
        """Who had them is dead; the test does not wait for what only time would prove."""
        if "worker" in self.product.running and self.product.running["worker"].poll() is None:
            return
        with suppress(psycopg.Error), psycopg.connect(self.product.env["DATABASE_ADMIN_URL"]) as line:
            line.execute("SELECT set_config('app.tenant', '*', true)")
            for sentence in _LEASES:
                line.execute(sentence.encode())

    def _await(self, target: str) -> None:
        """Let a process run a little before it is killed again: who has done nothing cannot lose anything."""
        name = {"child": "worker"}.get(target, target)
        if name == "web":
            self.product.await_web()
        elif name in self.product.begun:
            time.sleep(max(0.0, self.product.begun[name] + RUNS_AFTER - time.monotonic()))


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []
