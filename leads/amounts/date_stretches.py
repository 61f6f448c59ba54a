"""Which stretch of days is a month, a quarter, a season, a part of one?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from leads.amounts import calendar
from leads.amounts.calendar import Days
from leads.amounts.date_items import STEPS, UNITS, Item, Reading, of, place_of, which, year_of

_GRAINS = {"d": "day", "b": "day", "w": "week", "f": "week", "e": "day", "m": "month", "q": "quarter", "y": "year"}


def _months_days(items: Sequence[Item], today: date) -> Days | None:
    """All days of the month that is named, this one or the next of that name."""
    named = of(items, "mM")
    number = int(named.value) if named else next((int(item.number) for item in reversed(items) if item.kind == "n"), 0)
    if not 1 <= number <= 12:
        return None
    year = year_of(items, today)
    if year is None:
        year = today.year + (number < today.month) + (which(items) == "next2")
        if which(items) in ("last", "past"):
            year = today.year - (number >= today.month)
    return calendar.month(year, number) if 1000 <= year <= 9000 else None


def month(items: Sequence[Item], today: date) -> Reading | None:
    days = _months_days(items, today)
    return Reading(days, "month") if days else None


def quarter(items: Sequence[Item], today: date) -> Reading | None:
    number, unit = of(items, "qo"), of(items, "u")
    if number is None or (number.kind == "o" and (unit is None or unit.value != "q")) or not 1 <= place_of(number) <= 4:
        return None
    year = year_of(items, today)
    if year is None:
        steps = STEPS.get(which(items), 0)
        ended = calendar.quarter(today.year, place_of(number)).last < today
        year = today.year + (steps or int(ended))
    return Reading(calendar.quarter(year, place_of(number)), "quarter") if 1000 <= year <= 9000 else None


def season(items: Sequence[Item], today: date) -> Reading | None:
    named = of(items, "s")
    year = of(items, "Y")
    days = calendar.season(today, int(named.value), which(items), int(year.number) if year else None) if named else None
    return Reading(days, "season") if days else None


def period(items: Sequence[Item], today: date) -> Reading | None:
    unit = of(items, UNITS)
    days = calendar.around(today, unit.value, STEPS[which(items) or "this"]) if unit else None
    return Reading(days, _GRAINS[unit.value]) if days and unit else None


def part(items: Sequence[Item], today: date) -> Reading | None:
    said, rest = items[0].value or "end", items[1:]  # "later this month"
    if items[0].kind == "E":
        days = calendar.around(today, said)
        return _ended(days, "end", said) if days else None
    if behind := of(items, "v"):
        return _chinese_part(items, behind, today)
    whole = _whole(rest, today)
    return _ended(whole[0], said, whole[1]) if whole else None


def _whole(items: Sequence[Item], today: date) -> tuple[Days, str] | None:
    """The stretch that "end of" is said of, and its unit."""
    found: Reading | None
    if unit := of(items, UNITS):
        found = period(items, today)
        return (found.days, unit.value) if found else None
    if of(items, "mM"):
        found = month(items, today)
        return (found.days, "m") if found else None
    if of(items, "q"):
        found = quarter(items, today)
        return (found.days, "q") if found else None
    if of(items, "s"):
        found = season(items, today)
        return (found.days, "s") if found else None
    found = calendar_year(items, today)
    return (found.days, "y") if found else None


def _ended(days: Days, said: str, unit: str) -> Reading | None:
    if unit in "dbe":
        return Reading(Days(days.last, days.last) if said == "end" else days)
    return Reading(calendar.part(days, said, unit), _GRAINS.get(unit, "season"))


def _chinese_part(items: Sequence[Item], behind: Item, today: date) -> Reading | None:
    """The value of the last word is a unit and a part: "m-end"."""
    unit, _, said = behind.value.partition("-")
    number = of(items, "n")
    named = number is not None and unit == "m"
    days = (
        _months_days([number], today)
        if named and number
        else calendar.around(today, unit, STEPS[which(items) or "this"])
    )
    return Reading(calendar.part(days, said, unit), _GRAINS[unit]) if days else None


def calendar_year(items: Sequence[Item], today: date) -> Reading | None:
    year = year_of(items, today)
    if len(items) == 1 and year and not today.year - 1 <= year <= today.year + 15:
        return None  # "lower it to 2000" is a price
    return Reading(Days(date(year, 1, 1), date(year, 12, 31)), "year") if year and 1000 <= year <= 9000 else None
