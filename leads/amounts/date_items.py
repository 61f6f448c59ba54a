"""Of what is a phrase about time made, and what do its words say together?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from leads.amounts.calendar import Days

UNITS: Final = "uZL"
STEPS: Final = {"next": 1, "this": 0, "last": -1, "coming": 1, "past": -1, "next2": 2, "last2": -2}


class Item(NamedTuple):
    """One word, number, date or time of a message, `kind` as in calendar_words and date_grammar."""

    kind: str
    start: int
    end: int
    value: str = ""
    number: float = 0
    day: date | None = None


class Reading(NamedTuple):
    """What a phrase means, and how fine it is: day, week, month, season, quarter, year or duration."""

    days: Days
    grain: str = "day"


def of(items: Sequence[Item], kinds: str) -> Item | None:
    return next((item for item in items if item.kind in kinds), None)


def which(items: Sequence[Item]) -> str:
    """The last one said: "this past Wednesday"."""
    return next((item.value for item in reversed(items) if item.kind in "xX"), "")


def year_of(items: Sequence[Item], today: date) -> int | None:
    """A year in four figures, or in two after a month and a day; with 年 in two anywhere; "this year" as well."""
    if found := of(items, "Y"):
        return int(found.number)
    for place, item in enumerate(items):
        if item.kind == "Z" and place:
            before = items[place - 1]
            if before.kind == "x":
                return today.year + STEPS[before.value]
            return int(before.number) + (2000 if before.number < 50 else 1900 if before.number < 100 else 0)
    short = of(items, "N")
    return 1900 + int(short.number) if short and 32 <= short.number <= 99 else None


def place_of(item: Item) -> int:
    return int(item.number or item.value or 0)


def one(day: date | None) -> Reading | None:
    return Reading(Days(day, day)) if day else None
