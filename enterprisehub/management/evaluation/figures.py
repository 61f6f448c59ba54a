"""What is a measured figure, and how far can it be trusted?"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z = 1.959964  # two-sided 95 %


@dataclass(frozen=True)
class Figure:
    """One figure of one set: its value, how many cases it rests on, its 95 % interval and the value that is wanted.

    `most` says that `wanted` is an upper bound (errors, alarms); otherwise it is a lower one. Shares are fractions of 1.
    """

    name: str
    value: float
    n: int
    low: float | None = None
    high: float | None = None
    wanted: float | None = None
    most: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the wanted value was reached; None when nothing is wanted."""
        if self.wanted is None:
            return None
        return self.value <= self.wanted if self.most else self.value >= self.wanted


class Absent(Exception):
    """The data of a set is not in the directory."""


def share(name: str, good: int, n: int, *, wanted: float | None = None, most: bool = False) -> Figure:
    """`good` of `n` cases as a fraction with Wilson's 95 % interval; no case at all gives 0 with the interval [0, 1]."""
    if n == 0:
        return Figure(name, 0.0, 0, 0.0, 1.0, wanted, most)
    part, spread = good / n, _Z * _Z / n
    middle = (part + spread / 2) / (1 + spread)
    half = _Z * sqrt(part * (1 - part) / n + spread / (4 * n)) / (1 + spread)
    return Figure(name, part, n, max(0.0, middle - half), min(1.0, middle + half), wanted, most)
