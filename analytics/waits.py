"""How long do prospects wait for an answer, when only counts per stretch of time are kept?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, floor, sqrt
from typing import Final

from analytics.measures import FEWEST, Interval, Z

EDGES: Final = (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 604_800)
"""Seconds at which one stretch ends and the next begins; about a factor of two, finer where speed to lead is decided."""
LONGEST: Final = EDGES[-1]
"""An answer after more than a week is none: such a wait is not counted."""
SIZE: Final = len(EDGES)


@dataclass(frozen=True)
class Median:
    """In seconds, interpolated inside its stretch, with the 95 % interval of its rank (binomial, normal approximation)."""

    n: int
    value: float | None
    interval: Interval | None

    @property
    def enough(self) -> bool:
        return self.n >= FEWEST


def place(seconds: float) -> int | None:
    """Which stretch a wait belongs to; None when it is no answer any more."""
    return next((number for number, edge in enumerate(EDGES) if seconds <= edge), None)


def counted(waits: Sequence[float]) -> list[int]:
    """Waits in seconds as counts per stretch."""
    found = [0] * SIZE
    for seconds in waits:
        number = place(seconds)
        if number is not None:
            found[number] += 1
    return found


def added(counts: Sequence[Sequence[int]]) -> list[int]:
    """The sum of several days; a day that is told in another number of stretches is left out."""
    return [sum(column) for column in zip(*(c for c in counts if len(c) == SIZE), strict=True)] or [0] * SIZE


def median(counts: Sequence[int]) -> Median:
    """The wait that half of the prospects did not have to sit through."""
    n = sum(counts)
    if not n:
        return Median(0, None, None)
    half = Z * sqrt(n) / 2
    low, high = max(1, floor(n / 2 - half)), min(n, ceil(n / 2 + half + 1))
    return Median(n, _at(counts, (n + 1) / 2), Interval(_at(counts, low), _at(counts, high)))


def _at(counts: Sequence[int], rank: float) -> float:
    """The wait of this rank (1 is the shortest), as if waits lay evenly within their stretch."""
    upto = list(accumulate(counts))
    number = next(i for i, total in enumerate(upto) if total >= rank or i == len(upto) - 1)
    before = upto[number - 1] if number else 0
    floor_, top = (EDGES[number - 1] if number else 0), EDGES[number]
    return round(floor_ + (top - floor_) * min(1.0, (rank - before) / counts[number]), 1) if counts[number] else top
