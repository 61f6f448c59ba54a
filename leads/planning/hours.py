"""When is the office open, and which moment of the lead's day is right for a call or a message?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from enterprisehub.errors import Invalid
from leads.clocks import Hours, after

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SATURDAY: Final = 5
_LOOK_AHEAD: Final = 400  # days
# The parts of a day in which the second try of the same kind is made: another hour than the first.
PARTS: Final[Mapping[str, time]] = {"morning": time(9, 30), "noon": time(12, 15), "late": time(17, 15)}


def _default(zone: ZoneInfo) -> Hours:
    return Hours(zone, time(9), time(18), frozenset(range(6)), special=((_SATURDAY, time(10), time(16)),))


DEFAULT_HOURS: Final = _default(ZoneInfo("America/New_York"))


def hours_of(own: Mapping[str, Any], zone: str) -> Hours:
    """The tenant's `business_hours`, {"mon": ["09:00", "18:00"], …, "closed_on": ["2026-12-25"]}; Monday to Friday 9 to 18 and
    Saturday 10 to 16 where they say nothing that can be read."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        place = ZoneInfo("UTC")
    given = own.get("business_hours")
    if not isinstance(given, dict):
        return _default(place)
    open_days = [(number, *span) for number, name in enumerate(_DAYS) if (span := _span(given.get(name)))]
    if not open_days:
        return _default(place)
    _, opens, closes = open_days[0]
    days = frozenset(number for number, _, _ in open_days)
    return Hours(place, opens, closes, days, _closed(given.get("closed_on")), special=tuple(open_days))


def _span(given: Any) -> tuple[time, time] | None:
    if not isinstance(given, list) or len(given) != 2:
        return None
    try:
        opens, closes = (time.fromisoformat(str(one)) for one in given)
    except ValueError:
        return None
    return (opens, closes) if opens.tzinfo is None and closes.tzinfo is None and opens < closes else None


def _closed(given: Any) -> frozenset[date]:
    found = set()
    for one in given if isinstance(given, list) else ():
        try:
            found.add(date.fromisoformat(str(one)))
        except ValueError:
            continue
    return frozenset(found)


def in_minutes(start: datetime, minutes: int, hours: Hours) -> datetime:
    """After that many minutes of business time; at once counted where the hours never open again."""
    try:
        return after(start, timedelta(minutes=minutes), hours)
    except Invalid:
        return start.astimezone(UTC) + timedelta(minutes=minutes)


def next_open(moment: datetime, hours: Hours) -> datetime:
    """The first moment, from this one on, at which it is open on the clock of `moment`'s own zone: what is due to a lead is due in
    the lead's day. `moment` is aware; the answer is in its zone."""
    zone = moment.tzinfo
    for ahead in range(_LOOK_AHEAD):
        day = moment.date() + timedelta(days=ahead)
        span = hours.on(day)
        if span is None:
            continue
        opens, closes = (_there(day, at, zone) for at in span)
        if moment < closes:
            return max(opens, moment)
    return moment


def days_later(moment: datetime, days: int, part: str, hours: Hours) -> datetime:
    """So many days later on the lead's own calendar, in that part of the day ("" = the same hour), when it is open.

    Counted on the calendar, so a change of the clocks moves nothing.
    """
    day = moment.date() + timedelta(days=days)
    at = PARTS.get(part, moment.time().replace(second=0, microsecond=0))
    return next_open(_there(day, at, moment.tzinfo), hours)


def business_days_later(moment: datetime, days: int, hours: Hours) -> datetime:
    """After so many open days, at the same hour."""
    day, left = moment.date(), days
    for _ in range(_LOOK_AHEAD):
        if left <= 0:
            break
        day += timedelta(days=1)
        left -= hours.on(day) is not None
    return next_open(_there(day, moment.time(), moment.tzinfo), hours)


def two_times(now: datetime, hours: Hours) -> tuple[datetime, datetime]:
    """Two moments to offer for a meeting: a late one on an open day after tomorrow's start, a morning one on the day after that."""
    first = days_later(now, 1, "late", hours)
    second = days_later(first, 1, "morning", hours)
    return first, second


def _there(day: date, at: time, zone: Any) -> datetime:
    """That time on that day in the zone; one that the clocks leave out becomes the one that they show instead."""
    return datetime.combine(day, at, zone).astimezone(UTC).astimezone(zone)
