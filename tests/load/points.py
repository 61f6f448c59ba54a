"""At which moments is the product killed? Those that have a name, hit by the words on the wire, and those that are only a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

KEEP, HEARD = b"INSERT INTO ghl_inboundevent", b"INSERT INTO leads_message"
SETTLE, COMMIT = b"UPDATE ghl_inboundevent SET state", b"COMMIT"
BEGUN, WRITTEN = b'UPDATE "ghl_outboundcall" SET "attempts"', b'UPDATE "ghl_outboundcall" SET "state"'
CALL, HINT = b"POST /conversations/messages", b"LPUSH"


@dataclass(frozen=True)
class Point:
    """A moment with a name: these words have come over this line, one after the other. Whoever sent them is killed.

    `answered`: what the last words ask for is done, and its answer never seen; else the last words never arrive.
    """

    name: str
    line: str
    words: tuple[bytes, ...]
    answered: bool = False


# The most telling first: a short run has only these.
POINTS: Final = (
    Point("kept, not answered", "postgres", (KEEP, COMMIT), answered=True),
    Point("mid-work", "postgres", (HEARD,)),
    Point("called, not answered", "highlevel", (CALL,), answered=True),
    Point("effect, not settled", "postgres", (HEARD, SETTLE)),
    Point("answered, not settled", "postgres", (WRITTEN,)),
    Point("kept, not committed", "postgres", (KEEP, COMMIT)),
    Point("settled, not committed", "postgres", (SETTLE, COMMIT)),
    Point("taken, not called", "postgres", (BEGUN, COMMIT), answered=True),
    Point("write settled, not committed", "postgres", (WRITTEN, COMMIT)),
    Point("told the worker: never arrived", "redis", (HINT,)),
    Point("before it is kept", "postgres", (KEEP,)),
    Point("work committed, not known", "postgres", (SETTLE, COMMIT), answered=True),
    Point("about to call", "highlevel", (CALL,)),
    Point("write committed, not known", "postgres", (WRITTEN, COMMIT), answered=True),
    Point("told the worker: not known", "redis", (HINT,), answered=True),
)
# Killed so long after an event was told, not knowing what they are at. A child is one of the worker's processes, a
# backend one of Postgres'; a backend that is killed takes every other one with it.
TARGETS: Final = (
    "worker", "redis", "backend", "child", "postgres", "redis", "web", "backend", "child", "redis", "postgres", "backend",
)  # fmt: skip
LONGEST: Final = 0.6  # seconds after an event
STEP: Final = 0.618034  # of that: small steps that fill the whole evenly, however many there are


@dataclass(frozen=True)
class Kill:
    """One kill that is planned: a point, or a target and the seconds after an event."""

    point: Point | None = None
    target: str = ""
    after: float = 0.0

    @property
    def name(self) -> str:
        return self.point.name if self.point else self.target


def planned(count: int) -> list[Kill]:
    """So many kills: a point, then two at a time that is swept."""
    kills = []
    for number in range(count):
        named, swept = number // 3, number - number // 3 - 1
        if number % 3 == 0:
            kills.append(Kill(POINTS[named % len(POINTS)]))
        else:
            kills.append(Kill(None, TARGETS[swept % len(TARGETS)], swept * STEP % 1.0 * LONGEST))
    return kills
