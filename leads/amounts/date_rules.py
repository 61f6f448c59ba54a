"""Which days does a phrase mean, once it is known by which rule it is made?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from leads.amounts import calendar
from leads.amounts.calendar import Days
from leads.amounts.date_items import STEPS, UNITS, Item, Reading, of, one, place_of, which, year_of
from leads.amounts.date_stretches import calendar_year, month, part, period, quarter, season


def reading(rule: str, items: Sequence[Item], today: date) -> Reading | None:
    """The days that the phrase means; None when there are no such days."""
    return _RULES[rule](items, today)


def _date(items: Sequence[Item], today: date) -> Reading | None:
    if given := of(items, "D"):
        return one(given.day)
    numbers = [item for item in items if item.kind in "on" and item not in _year_items(items)]
    named, whole = of(items, "mM"), of(items, "L")
    if len(numbers) == 2:  # "7. vierter", "10月8日"
        month, number = int(numbers[1].number or numbers[1].value or 0), numbers[0]
        if whole:
            month, number = int(numbers[0].number), numbers[1]
    elif named and numbers:
        month, number = int(named.value), numbers[0]
    elif whole and numbers:
        there = calendar.around(today, "m", STEPS[which(items[: items.index(whole)]) or "this"])
        if there is None:
            return None
        return one(calendar.day(there.first.year, there.first.month, place_of(numbers[0])))
    else:
        return None
    year = year_of(items, today)
    return one(calendar.day(year, month, place_of(number)) if year else calendar.coming(today, month, place_of(number)))


def _year_items(items: Sequence[Item]) -> list[Item]:
    return [items[place - 1] for place, item in enumerate(items) if item.kind == "Z" and place]


def _weekday(items: Sequence[Item], today: date) -> Reading | None:
    named = of(items, "wW")
    if named is None:
        return None
    if (number := of(items, "on")) and all(item.value == "d" for item in items if item.kind in UNITS):
        return one(calendar.day_of_month(today, place_of(number), weekday=int(named.value)))
    unit = of(items, UNITS)
    if unit and unit.value != "w":
        return None
    said = which(items)
    if unit:
        start = calendar.around(today, "w", STEPS[said or "this"])
        return one(start.first + timedelta(days=int(named.value))) if start else None
    if said == "last" and any(item.value == "this" for item in items):
        said = "past"  # "este miércoles pasado"
    return one(calendar.weekday(today, int(named.value), said))


def _numbered(items: Sequence[Item], today: date) -> Reading | None:
    number = of(items, "on")
    if number is None:
        return None
    unit = of(items[items.index(number) :], UNITS)
    if unit is None:
        named = of(items, "wW")  # "le 25 mardi"
        return one(calendar.day_of_month(today, place_of(number), weekday=int(named.value) if named else None))
    if unit.value != "m":
        return None
    there = calendar.around(today, "m", STEPS[which(items) or "this"])
    return one(calendar.day(there.first.year, there.first.month, place_of(number))) if there else None


def _holiday(items: Sequence[Item], today: date) -> Reading | None:
    named = of(items, "h")
    if named is None:
        return None
    if year := of(items, "Y"):
        return one(calendar.holiday(named.value, int(year.number)))
    days = list(calendar.holidays(named.value, today))
    if which(items) in ("last", "past"):
        return one(next((day for day in reversed(days) if day < today), None))
    return one(next((day for day in days if day >= today), None))


def _relative(items: Sequence[Item], today: date) -> Reading | None:
    return one(today + timedelta(days=int(items[0].value)))


def _counted(items: Sequence[Item]) -> list[tuple[float, str]]:
    """(count, unit) pairs: "2 weeks and 3 days"; a unit without a number counts once."""
    pairs: list[tuple[float, str]] = []
    count = 1.0
    for item in items:
        if item.kind in "nNoYa":
            count = item.number or 1.0
        elif item.kind in UNITS:
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
    rest = list(items[place + 1 :])
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
    backwards = which(items) in ("last", "past", "last2")
    end = calendar.moved(today, (-1 if backwards else 1) * pairs[0][0], pairs[0][1]) if pairs else None
    if end is None or (which(items) == "this"):
        return None
    return Reading(Days(end, today) if backwards else Days(today, end), "duration")


def _span(items: Sequence[Item], today: date) -> Reading | None:
    low, high = [item.number for item in items if item.kind in "nN"]
    unit = of(items, UNITS)
    first = calendar.moved(today, low, unit.value) if unit else None
    last = calendar.moved(today, high, unit.value) if unit else None
    return Reading(Days(first, last), "duration") if first and last and first < last else None


def _days(items: Sequence[Item], today: date) -> Reading | None:
    low, high = [place_of(item) for item in items if item.kind in "on"]
    named, year = of(items, "mM"), of(items, "Y")
    if named is None:
        return None
    month = int(named.value)
    last = calendar.day(int(year.number), month, high) if year else calendar.coming(today, month, high)
    first = calendar.day(last.year, month, low) if last else None
    return Reading(Days(first, last), "duration") if first and last and first < last else None


def _every(items: Sequence[Item], today: date) -> Reading | None:
    """ "every Monday" is no day."""
    return None


def _week_of_month(items: Sequence[Item], today: date) -> Reading | None:
    """Seven days from the 1st, the 8th ..., the last seven for "last"; of other units nothing."""
    place, unit, whole = of(items, "o"), of(items, "u"), month(items, today)
    if whole is None or unit is None or unit.value != "w" or (place is None and which(items) != "last"):
        return _date(items, today) if place and unit and unit.value == "d" else None
    days = whole.days
    if place is None:
        return Reading(Days(days.last - timedelta(days=6), days.last), "week")
    first = days.first + timedelta(days=7 * (place_of(place) - 1))
    return Reading(Days(first, min(first + timedelta(days=6), days.last)), "week") if first <= days.last else None


def _week_of_day(items: Sequence[Item], today: date) -> Reading | None:
    """ "the week of December 7th": Monday to Sunday around that day; "the day of December 7th" is the day."""
    rest = items[1:]
    anchor = _date(rest, today) if {item.kind for item in rest} & set("DmML") else _numbered(rest, today)
    if anchor is None or items[0].value not in "wd":
        return None
    days = calendar.around(anchor.days.first, items[0].value)
    return Reading(days, "week" if items[0].value == "w" else "day") if days else None


_RULES: Final[Mapping[str, Callable[[Sequence[Item], date], Reading | None]]] = {
    "offset": _offset, "within": _within, "span": _span, "days": _days, "date": _date, "weekday": _weekday,
    "numbered": _numbered, "holiday": _holiday, "relative": _relative, "quarter": quarter, "part": part, "season": season,
    "set": _every, "week_of_month": _week_of_month, "week_of_day": _week_of_day, "month": month, "period": period, "year": calendar_year,
    "ahead": lambda items, today: _moved(items, today, 1),
    "ago": lambda items, today: _moved(items, today, -1),
}  # fmt: skip
