"""Which days does a phrase mean, once it is known by which rule it is made?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from leads import calendar
from leads.calendar import Days

_UNITS = "uZL"
_STEPS = {"next": 1, "this": 0, "last": -1, "coming": 1, "past": -1, "next2": 2, "last2": -2}
_GRAINS = {"d": "day", "b": "day", "w": "week", "f": "week", "e": "day", "m": "month", "q": "quarter", "y": "year"}


class Item(NamedTuple):
    """One word, number, date or time of a message, `kind` as in calendar_words and date_grammar."""

    kind: str
    start: int
    end: int
    value: str = ""
    count: float = 0
    day: date | None = None


class Reading(NamedTuple):
    """What a phrase means, and how fine it is: day, week, month, season, quarter, year or duration."""

    days: Days
    grain: str = "day"


def reading(rule: str, items: Sequence[Item], today: date) -> Reading | None:
    """The days that the phrase means; None when there are no such days."""
    return _RULES[rule](items, today)


def _of(items: Sequence[Item], kinds: str) -> Item | None:
    return next((item for item in items if item.kind in kinds), None)


def _which(items: Sequence[Item]) -> str:
    """The last one said: "this past Wednesday"."""
    return next((item.value for item in reversed(items) if item.kind in "xX"), "")


def _year(items: Sequence[Item], today: date) -> int | None:
    """A year in four figures, or in two after a month and a day; with 年 in two anywhere; "this year" as well."""
    if found := _of(items, "Y"):
        return int(found.count)
    for place, item in enumerate(items):
        if item.kind == "Z" and place:
            before = items[place - 1]
            if before.kind == "x":
                return today.year + _STEPS[before.value]
            return int(before.count) + (2000 if before.count < 50 else 1900 if before.count < 100 else 0)
    short = _of(items, "N")
    return 1900 + int(short.count) if short and 32 <= short.count <= 99 else None


def _one(day: date | None) -> Reading | None:
    return Reading(Days(day, day)) if day else None


def _date(items: Sequence[Item], today: date) -> Reading | None:
    if given := _of(items, "D"):
        return _one(given.day)
    numbers = [item for item in items if item.kind in "on" and item not in _year_items(items)]
    named, whole = _of(items, "mM"), _of(items, "L")
    if len(numbers) == 2:  # "7. vierter", "10月8日"
        month, number = int(numbers[1].count or numbers[1].value or 0), numbers[0]
        if whole:
            month, number = int(numbers[0].count), numbers[1]
    elif named and numbers:
        month, number = int(named.value), numbers[0]
    elif whole and numbers:
        there = calendar.around(today, "m", _STEPS[_which(items[: items.index(whole)]) or "this"])
        if there is None:
            return None
        return _one(calendar.day(there.first.year, there.first.month, _place(numbers[0])))
    else:
        return None
    year = _year(items, today)
    return _one(calendar.day(year, month, _place(number)) if year else calendar.coming(today, month, _place(number)))


def _year_items(items: Sequence[Item]) -> list[Item]:
    return [items[place - 1] for place, item in enumerate(items) if item.kind == "Z" and place]


def _place(item: Item) -> int:
    return int(item.count or item.value or 0)


def _weekday(items: Sequence[Item], today: date) -> Reading | None:
    named = _of(items, "wW")
    if named is None:
        return None
    if (number := _of(items, "on")) and not _of(items, _UNITS):
        return _one(calendar.day_of_month(today, _place(number), weekday=int(named.value)))
    unit = _of(items, _UNITS)
    if unit and unit.value != "w":
        return None
    which = _which(items)
    if unit:
        start = calendar.around(today, "w", _STEPS[which or "this"])
        return _one(start.first + timedelta(days=int(named.value))) if start else None
    if which == "last" and any(item.value == "this" for item in items):
        which = "past"  # "este miércoles pasado"
    return _one(calendar.weekday(today, int(named.value), which))


def _numbered(items: Sequence[Item], today: date) -> Reading | None:
    number = _of(items, "on")
    if number is None:
        return None
    unit = _of(items[items.index(number) :], _UNITS)
    if unit is None:
        return _one(calendar.day_of_month(today, _place(number)))
    if unit.value != "m":
        return None
    there = calendar.around(today, "m", _STEPS[_which(items) or "this"])
    return _one(calendar.day(there.first.year, there.first.month, _place(number))) if there else None


def _holiday(items: Sequence[Item], today: date) -> Reading | None:
    named = _of(items, "h")
    if named is None:
        return None
    if year := _of(items, "Y"):
        return _one(calendar.holiday(named.value, int(year.count)))
    days = list(calendar.holidays(named.value, today))
    if _which(items) in ("last", "past"):
        return _one(next((day for day in reversed(days) if day < today), None))
    return _one(next((day for day in days if day >= today), None))


def _relative(items: Sequence[Item], today: date) -> Reading | None:
    return _one(today + timedelta(days=int(items[0].value)))


def _counted(items: Sequence[Item]) -> list[tuple[float, str]]:
    """(count, unit) pairs: "2 weeks and 3 days"; a unit without a number counts once."""
    pairs: list[tuple[float, str]] = []
    count = 1.0
    for item in items:
        if item.kind in "nNoYa":
            count = item.count or 1.0
        elif item.kind in _UNITS:
            pairs.append((count, item.value))
            count = 1.0
    return pairs


def _moved(items: Sequence[Item], start: date, sign: int) -> Reading | None:
    here: date | None = start
    pairs = _counted(items)
    for count, unit in pairs:
        here = calendar.moved(here, sign * count, unit) if here else None
    return Reading(Days(here, here), "day") if here and pairs else None


def _offset(items: Sequence[Item], today: date) -> Reading | None:
    place = next(n for n, item in enumerate(items) if item.kind in "BC")
    rest = [item for item in items[place + 1 :]]
    while rest and rest[0].kind in "f,/;-":
        rest = rest[1:]
    kinds = {item.kind for item in rest}
    rule: Callable[[Sequence[Item], date], Reading | None] = (
        _date
        if kinds & set("DmML")
        else _weekday
        if kinds & set("wW")
        else _holiday
        if "h" in kinds
        else _relative
        if "r" in kinds
        else _numbered
    )
    anchor = rule(rest, today)
    return _moved(items[:place], anchor.days.first, -1 if items[place].kind == "B" else 1) if anchor else None


def _within(items: Sequence[Item], today: date) -> Reading | None:
    pairs = _counted(items)
    backwards = _which(items) in ("last", "past", "last2")
    end = calendar.moved(today, (-1 if backwards else 1) * pairs[0][0], pairs[0][1]) if pairs else None
    if end is None or (_which(items) == "this"):
        return None
    return Reading(Days(end, today) if backwards else Days(today, end), "duration")


def _span(items: Sequence[Item], today: date) -> Reading | None:
    low, high = [item.count for item in items if item.kind == "n"]
    unit = _of(items, _UNITS)
    first = calendar.moved(today, low, unit.value) if unit else None
    last = calendar.moved(today, high, unit.value) if unit else None
    return Reading(Days(first, last), "duration") if first and last and first < last else None


def _days(items: Sequence[Item], today: date) -> Reading | None:
    low, high = [_place(item) for item in items if item.kind in "on"]
    named, year = _of(items, "mM"), _of(items, "Y")
    if named is None:
        return None
    month = int(named.value)
    last = calendar.day(int(year.count), month, high) if year else calendar.coming(today, month, high)
    first = calendar.day(last.year, month, low) if last else None
    return Reading(Days(first, last), "duration") if first and last and first < last else None


def _months_days(items: Sequence[Item], today: date) -> Days | None:
    """All days of the month that is named, this one or the next of that name."""
    named = _of(items, "mM")
    number = int(named.value) if named else next((int(item.count) for item in reversed(items) if item.kind == "n"), 0)
    if not 1 <= number <= 12:
        return None
    year = _year(items, today)
    if year is None:
        year = today.year + (number < today.month) + (_which(items) == "next2")
        if _which(items) in ("last", "past"):
            year = today.year - (number >= today.month)
    return calendar.month(year, number) if 1000 <= year <= 9000 else None


def _month(items: Sequence[Item], today: date) -> Reading | None:
    days = _months_days(items, today)
    return Reading(days, "month") if days else None


def _quarter(items: Sequence[Item], today: date) -> Reading | None:
    number, unit = _of(items, "qo"), _of(items, "u")
    if number is None or (number.kind == "o" and (unit is None or unit.value != "q")) or not 1 <= _place(number) <= 4:
        return None
    year = _year(items, today)
    if year is None:
        steps = _STEPS.get(_which(items), 0)
        ended = calendar.quarter(today.year, _place(number)).last < today
        year = today.year + (steps or int(ended))
    return Reading(calendar.quarter(year, _place(number)), "quarter") if 1000 <= year <= 9000 else None


def _season(items: Sequence[Item], today: date) -> Reading | None:
    named = _of(items, "s")
    year = _of(items, "Y")
    days = calendar.season(today, int(named.value), _which(items), int(year.count) if year else None) if named else None
    return Reading(days, "season") if days else None


def _period(items: Sequence[Item], today: date) -> Reading | None:
    unit = _of(items, _UNITS)
    days = calendar.around(today, unit.value, _STEPS[_which(items) or "this"]) if unit else None
    return Reading(days, _GRAINS[unit.value]) if days and unit else None


def _part(items: Sequence[Item], today: date) -> Reading | None:
    which, rest = items[0].value or "end", items[1:]  # "later this month"
    if items[0].kind == "E":
        days = calendar.around(today, which)
        return _ended(days, "end", which, today) if days else None
    if behind := _of(items, "v"):
        return _chinese_part(items, behind, today)
    whole = _whole(rest, today)
    return _ended(whole[0], which, whole[1], today) if whole else None


def _whole(items: Sequence[Item], today: date) -> tuple[Days, str] | None:
    """The stretch that "end of" is said of, and its unit."""
    found: Reading | None
    if unit := _of(items, _UNITS):
        found = _period(items, today)
        return (found.days, unit.value) if found else None
    if _of(items, "y"):
        return Days(date(today.year, 1, 1), date(today.year, 12, 31)), "y"
    if _of(items, "mM"):
        found = _month(items, today)
        return (found.days, "m") if found else None
    if _of(items, "s"):
        found = _season(items, today)
        return (found.days, "s") if found else None
    found = _calendar_year(items, today)
    return (found.days, "y") if found else None


def _ended(days: Days, which: str, unit: str, today: date) -> Reading | None:
    if unit in "dbe":
        return Reading(Days(days.last, days.last) if which == "end" else days)
    return Reading(calendar.part(days, which, unit), _GRAINS.get(unit, "season"))


def _chinese_part(items: Sequence[Item], behind: Item, today: date) -> Reading | None:
    number = _of(items, "n")
    unit = "m"
    if number:
        days = _months_days([number], today)
    else:
        days = calendar.around(today, unit, _STEPS[_which(items) or "this"])
    return Reading(calendar.part(days, behind.value, unit), "month") if days else None


def _calendar_year(items: Sequence[Item], today: date) -> Reading | None:
    year = _year(items, today)
    return Reading(Days(date(year, 1, 1), date(year, 12, 31)), "year") if year and 1000 <= year <= 9000 else None


_RULES: Final[Mapping[str, Callable[[Sequence[Item], date], Reading | None]]] = {
    "offset": _offset, "within": _within, "span": _span, "days": _days, "date": _date, "weekday": _weekday,
    "numbered": _numbered, "holiday": _holiday, "relative": _relative, "quarter": _quarter, "part": _part, "season": _season,
    "month": _month, "period": _period, "year": _calendar_year,
    "ahead": lambda items, today: _moved(items, today, 1),
    "ago": lambda items, today: _moved(items, today, -1),
}  # fmt: skip
