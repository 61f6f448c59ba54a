"""Which day, or stretch of days, is meant by a rule of the calendar, seen from today?"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

_EARLIEST, _LATEST = 1000, 9000  # years that can be reckoned with


class Days(NamedTuple):
    """A stretch of days, both ends in it; one day when they are equal."""

    first: date
    last: date


def day(year: int, month: int, number: int) -> date | None:
    """That day, None when there is none (30 February)."""
    if not (_EARLIEST <= year <= _LATEST and 1 <= month <= 12 and 1 <= number <= months.monthrange(year, month)[1]):
        return None
    return date(year, month, number)


def coming(today: date, month: int, number: int) -> date | None:
    """The next such day, today counted; 29 February may be years away."""
    found = (day(year, month, number) for year in range(today.year, today.year + 9))
    return next((each for each in found if each and each >= today), None)


def day_of_month(today: date, number: int, *, weekday: int | None = None) -> date | None:
    """The next day with that number, today counted, on that weekday when one is given."""
    for ahead in range(60):
        year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
        found = day(year, month + 1, number)
        if found and found >= today and weekday in (None, found.weekday()):
            return found
    return None


def weekday(today: date, number: int, which: str = "") -> date:
    """Monday is 0. "next" is that day of the next week (Monday to Sunday), as in 'not this Friday but next Friday'."""
    monday = today - timedelta(days=today.weekday())
    if which in ("next", "last", "next2", "last2"):
        return monday + timedelta(days=number + 7 * {"next": 1, "last": -1, "next2": 2, "last2": -2}[which])
    if which == "past":
        return today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)
    if which == "coming":
        return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    return today + timedelta(days=(number - today.weekday()) % 7)


def moved(start: date, count: float, unit: str) -> date | None:
    """`count` units later, or earlier when negative; the last day of a shorter month; None beyond the calendar.

    Units: d day, b business day, w week, f fortnight, e weekend, m month, q quarter, y year.
    """
    if abs(count) > 40_000:
        return None
    try:
        if unit in "mqy":
            return _months_on(start, round(count * {"m": 1, "q": 3, "y": 12}[unit]))
        if unit == "b":
            return _business(start, round(count))
        return start + timedelta(days=round(count * {"d": 1, "w": 7, "f": 14, "e": 7}[unit]))
    except (OverflowError, ValueError):
        return None


def _months_on(start: date, count: int) -> date | None:
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    if not _EARLIEST <= year <= _LATEST:
        return None
    return date(year, month + 1, min(start.day, months.monthrange(year, month + 1)[1]))


def _business(start: date, count: int) -> date:
    here, step = start, 1 if count > 0 else -1
    for _ in range(min(abs(count), 1000)):
        here += timedelta(days=step)
        while here.weekday() > 4:
            here += timedelta(days=step)
    return here


def month(year: int, number: int) -> Days:
    """All days of a month."""
    return Days(date(year, number, 1), date(year, number, months.monthrange(year, number)[1]))


def around(today: date, unit: str, steps: int = 0) -> Days | None:
    """The week (Monday to Sunday), weekend, month, quarter or year that today is in, or one `steps` away."""
    there = moved(today, steps, unit)
    if there is None:
        return None
    if unit in "db":
        return Days(there, there)
    if unit in "wf":
        monday = there - timedelta(days=there.weekday())
        return Days(monday, monday + timedelta(days=6 if unit == "w" else 13))
    if unit == "e":
        saturday = there + timedelta(days=5 - there.weekday())
        return Days(saturday, saturday + timedelta(days=1))
    if unit == "q":
        return quarter(there.year, (there.month - 1) // 3 + 1)
    return month(there.year, there.month) if unit == "m" else Days(date(there.year, 1, 1), date(there.year, 12, 31))


def quarter(year: int, number: int) -> Days:
    """The first quarter is January to March."""
    return Days(date(year, number * 3 - 2, 1), month(year, number * 3).last)


def season(today: date, first_month: int, which: str = "", year: int | None = None) -> Days | None:
    """Three whole months of the northern year, winter from December; without a year the running or the next one."""
    years = [year] if year else range(today.year - 2, today.year + 3)
    all_of_them = [
        Days(date(each, first_month, 1), month(each + (first_month == 12), (first_month + 1) % 12 + 1).last)
        for each in years
        if _EARLIEST < each < _LATEST
    ]
    if year:
        return all_of_them[0] if all_of_them else None
    if which in ("last", "past", "last2"):
        return next((each for each in reversed(all_of_them) if each.last < today), None)
    if which in ("next", "coming", "next2"):
        return next((each for each in all_of_them if each.first > today), None)
    return next((each for each in all_of_them if each.last >= today), None)


def part(whole: Days, which: str, unit: str) -> Days:
    """The start, middle or end of a stretch: thirds of a month, a season or a quarter; three months, or four in the middle, of a year;
    of a week Monday and Tuesday, Wednesday and Thursday, Friday to Sunday."""
    length = (whole.last - whole.first).days + 1
    cuts = {"w": (2, 4), "y": (90, 273)}.get(unit, (length // 3, length - length // 3))
    if unit == "y":
        year = whole.first.year
        edges = {"start": (1, 3), "mid": (5, 8), "end": (10, 12)}[which]
        return Days(date(year, edges[0], 1), month(year, edges[1]).last)
    first = {"start": 0, "mid": cuts[0], "end": cuts[1]}[which]
    last = {"start": cuts[0], "mid": cuts[1], "end": length}[which]
    return Days(whole.first + timedelta(days=first), whole.first + timedelta(days=max(last, first + 1) - 1))


def easter(year: int) -> date:
    """Easter Sunday of the western churches (Gauss's reckoning in the form of Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def holiday(rule: str, year: int) -> date | None:
    """The day of a rule in that year: "12-25", "easter-2", "thu 4 11" (fourth Thursday of November), "mon -1 5" (last Monday of May),
    "fri+1 4 11" (the day after that Thursday: weekday named first, then how far it is from it), "sun-7 12-24" (a week before the last Sunday up to then)."""
    if not _EARLIEST <= year <= _LATEST:
        return None
    name, *rest = rule.split()
    if name.startswith("easter"):
        return easter(year) + timedelta(days=int(name[6:]))
    if not rest:
        return day(year, *map(int, name.split("-")))
    if "-" in rest[-1]:
        latest = day(year, *map(int, rest[-1].split("-")))
        return latest and latest - timedelta(days=(latest.weekday() - _DAYS.index(name[:3])) % 7 + int(name[4:]))
    shift = int(name[3:] or 0)
    number = (_DAYS.index(name[:3]) - shift) % 7
    return nth_weekday(year, int(rest[1]), number, int(rest[0])) + timedelta(days=shift)


def nth_weekday(year: int, number: int, on: int, place: int) -> date:
    """The `place`-th such weekday of a month, the last one for -1."""
    all_days = month(year, number)
    if place < 0:
        return all_days.last - timedelta(days=(all_days.last.weekday() - on) % 7)
    return all_days.first + timedelta(days=(on - all_days.first.weekday()) % 7 + 7 * (place - 1))


def holidays(rule: str, today: date) -> Iterator[date]:
    """The days of a rule from last year on, for three years."""
    yield from (found for year in range(today.year - 1, today.year + 3) if (found := holiday(rule, year)))
