"""How does a cell of a tenant's table of leads become numbers, the same way when training and when serving?"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import log1p
from typing import Any, Final, Literal, get_args

Reading = Literal["plain", "boolean", "weekday", "weekday, day first"]
Weighted = list[tuple[int, float]]
"""The features that are not zero: (place within the column, value)."""

_EMPTY: Final = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "?"})
_YES: Final = frozenset({"yes", "y", "true", "t", "1", "1.0"})
_NO: Final = frozenset({"no", "n", "false", "f", "0", "0.0"})
_CURRENCY: Final = re.compile(r"^[$€£]\s*|\s*[%€]$")
_THOUSANDS: Final = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_DATE: Final = re.compile(r"^(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?.*)?$")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def is_missing(cell: str) -> bool:
    """Whether the cell says nothing: empty, or one of the usual marks for it."""
    return cell.strip().casefold() in _EMPTY


def number(cell: str) -> float | None:
    """The finite number in a cell ("1,250", "$ 40", "12 %"), None when there is none."""
    if len(cell) > 80:
        return None
    try:
        value = float(cell)
    except ValueError:
        text = _CURRENCY.sub("", cell.strip())
        if _THOUSANDS.match(text):
            text = text.replace(",", "")
        try:
            value = float(text)
        except ValueError:
            return None
    return value if -1e15 < value < 1e15 else None


def boolean(cell: str) -> bool | None:
    """Yes or no in the usual spellings, None for anything else."""
    word = cell.strip().casefold()
    return True if word in _YES else False if word in _NO else None


def moment(cell: str, *, day_first: bool = False) -> datetime | None:
    """A date or a date with a clock time, zone left aside; `day_first` reads 03/04/2026 as 3 April."""
    found = _DATE.match(cell.strip()[:40])
    if not found:
        return None
    first, middle, last = (int(found[place]) for place in (1, 2, 3))
    if len(found[1]) == 4:
        year, month, day = first, middle, last
    else:
        year, month, day = (last, middle, first) if day_first else (last, first, middle)
    try:
        clock = [int(found[place] or 0) for place in (4, 5, 6)]
        return datetime(year, month, day, clock[0], clock[1], clock[2])
    except ValueError:
        return None


def level(cell: str, reading: Reading) -> str:
    """The category that a cell stands for; "" when it says nothing."""
    if is_missing(cell):
        return ""
    if reading == "boolean":
        said = boolean(cell)
        return "" if said is None else "yes" if said else "no"
    if reading in ("weekday", "weekday, day first"):
        when = moment(cell, day_first=reading != "weekday")
        return "" if when is None else _DAYS[date.weekday(when)]
    return " ".join(cell.split()).casefold()[:200]


@dataclass(frozen=True)
class Number:
    """A numeric column: empty or not, its logarithm, and a bend and a step at each knot. `cuts` make the coarse bins."""

    name: str
    low: float
    high: float
    middle: float
    scale: float
    knots: tuple[tuple[float, float], ...]
    cuts: tuple[float, ...]

    @property
    def width(self) -> int:
        return 2 + 2 * len(self.knots)

    @property
    def bins(self) -> int:
        """Coarse bins: empty, each stretch between the cuts, below and above all that was seen."""
        return len(self.cuts) + 4

    def features(self, cell: str) -> Weighted:
        value = number(cell)
        if value is None:
            return [(0, 1.0)]
        value = min(max(value, self.low), self.high)
        found = [(1, (log1p(value - self.low) - self.middle) / self.scale)]
        for place, (knot, scale) in enumerate(self.knots):
            if value <= knot:
                break
            found += [(2 + 2 * place, (value - knot) / scale), (3 + 2 * place, 1.0)]
        return found

    def coarse(self, cell: str) -> int:
        value = number(cell)
        if value is None:
            return 0
        return 1 + bisect_left(self.cuts, value)

    def watched(self, cell: str) -> int:
        """The bin for the drift watch: as `coarse`, with bins of their own for what lies outside of all that was seen."""
        value = number(cell)
        if value is None or self.low <= value <= self.high:
            return self.coarse(cell)
        return len(self.cuts) + (2 if value < self.low else 3)

    def unseen(self, cell: str, place: int) -> bool:
        """Whether the cell, whose first feature stands at `place`, says something that training never saw."""
        return place == 0 and not is_missing(cell)

    def said(self, cell: str) -> str:
        return f"{self.name} = {cell.strip()[:60]}" if number(cell) is not None else f"{self.name} is empty"


@dataclass(frozen=True)
class Category:
    """A column of categories: place 0 = empty, 1 = rare or never seen, then the levels by frequency."""

    name: str
    levels: Mapping[str, int]
    reading: Reading = "plain"
    coarse_levels: int = 8

    @property
    def width(self) -> int:
        return len(self.levels) + 2

    @property
    def bins(self) -> int:
        return self.width

    def features(self, cell: str) -> Weighted:
        return [(self.place(cell), 1.0)]

    def place(self, cell: str) -> int:
        word = level(cell, self.reading)
        return self.levels.get(word, 1) if word else 0

    def coarse(self, cell: str) -> int:
        place = self.place(cell)
        return place if place < self.coarse_levels + 2 else 1

    def watched(self, cell: str) -> int:
        return self.place(cell)

    def unseen(self, cell: str, place: int) -> bool:
        """Whether the cell, whose first feature stands at `place`, says something that training never saw."""
        return place < 2 and not is_missing(cell)

    def said(self, cell: str) -> str:
        return f"{self.name} = {cell.strip()[:60]}" if level(cell, self.reading) else f"{self.name} is empty"


Column = Number | Category


def as_json(column: Column) -> dict[str, Any]:
    """A column as it stands in a model file."""
    if isinstance(column, Number):
        edges = {"low": column.low, "high": column.high, "middle": column.middle, "scale": column.scale}
        return {"name": column.name, "kind": "number", **edges, "knots": column.knots, "cuts": column.cuts}
    ordered = sorted(column.levels, key=column.levels.__getitem__)
    return {"name": column.name, "kind": "category", "reading": column.reading, "levels": ordered}


def from_json(told: Mapping[str, Any]) -> Column:
    """The same back; KeyError, TypeError or ValueError when the file is damaged."""
    if told["kind"] == "number":
        low, high, middle, scale = (float(told[key]) for key in ("low", "high", "middle", "scale"))
        knots = tuple((float(knot), float(scale)) for knot, scale in told["knots"])
        return Number(str(told["name"]), low, high, middle, scale, knots, tuple(map(float, told["cuts"])))
    reading = told["reading"]
    if told["kind"] != "category" or reading not in get_args(Reading):
        raise ValueError("a column of no known kind")
    return Category(str(told["name"]), {str(word): place + 2 for place, word in enumerate(told["levels"])}, reading)
