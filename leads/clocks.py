"""By when must the next thing be done for a lead, and is it late?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from enterprisehub.errors import Invalid
from leads.lifecycle import rules

# a closed week after week is a mistake in the hours, not a wait
_MOST_DAYS = 400


@dataclass(frozen=True)
class Hours:
    """Business hours: the local times from `opens` to `closes` (same day), on `days` (Monday = 0), except on `closed_on`.

    `special` are days of the week with times of their own: (day, opens, closes). Invalid when they never open.
    """

    zone: ZoneInfo
    opens: time = time(9)
    closes: time = time(18)
    days: frozenset[int] = frozenset(range(5))
    closed_on: frozenset[date] = field(default=frozenset())
    special: tuple[tuple[int, time, time], ...] = ()

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise Invalid("Business hours must open before they close.", field="opens")
        if not self.days & frozenset(range(7)):
            raise Invalid("Business hours need a day of the week from 0 to 6.", field="days")

    def on(self, day: date) -> tuple[time, time] | None:
        """From when to when it is open on that day, None when it is closed."""
        if day.weekday() not in self.days or day in self.closed_on:
            return None
        own = ((opens, closes) for number, opens, closes in self.special if number == day.weekday())
        return next(own, (self.opens, self.closes))


@dataclass(frozen=True)
class Clock:
    """One thing to be done: its name in data/lifecycle.yaml, by when (UTC), and how late it is now (zero when it is not)."""

    name: str
    due: datetime
    late: timedelta

    @property
    def overdue(self) -> bool:
        """Has the moment passed?"""
        return self.late > timedelta()


def clocks(
    stage: str,
    *,
    since: datetime,
    now: datetime,
    hours: Hours | None = None,
    table: Mapping[str, Any] | None = None,
) -> tuple[Clock, ...]:
    """The clocks of a stage, the earliest first. `since` and `now` are aware.

    `since` is what the stage's clock counts from: entering it, the message to reply to, the appointment itself, the last touch
    (see `from` in data/lifecycle.yaml). Without `hours` the office is always open. `table` is a tenant's own set of clocks.
    """
    listed = (table or rules()["clocks"]).get(stage, ())
    told = [_clock(rule, since=since, now=now, hours=hours) for rule in listed]
    return tuple(sorted(told, key=lambda clock: (clock.due, clock.name)))


def clock(stage: str, *, since: datetime, now: datetime, hours: Hours | None = None) -> Clock | None:
    """The next clock of the stage that has not run out, else the last that did; None for a stage without any."""
    told = clocks(stage, since=since, now=now, hours=hours)
    return next((one for one in told if not one.overdue), told[-1] if told else None)


def after(start: datetime, span: timedelta, hours: Hours) -> datetime:
    """When that much of business time has passed since `start` (aware); elapsed time, so a change of the clocks adds none."""
    day, left = start.astimezone(hours.zone).date(), span
    for ahead in range(_MOST_DAYS):
        opens, closes = _open(day + timedelta(days=ahead), hours)
        begins = max(opens, start.astimezone(UTC))
        if closes > begins:
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
    raise Invalid("The business hours leave no time for this clock.", field="closed_on")


def _clock(rule: Mapping[str, Any], *, since: datetime, now: datetime, hours: Hours | None) -> Clock:
    span = timedelta(**{unit: rule[unit] for unit in ("minutes", "hours", "days") if unit in rule})
    counted = rule.get("business") and hours is not None and span > timedelta()
    due = after(since, span, hours) if counted and hours else since.astimezone(UTC) + span
    return Clock(rule["name"], due, max(now - due, timedelta()))


def _open(day: date, hours: Hours) -> tuple[datetime, datetime]:
    """From when to when that day is open, in UTC; an empty span when it is closed."""
    span = hours.on(day)
    opens, closes = (datetime.combine(day, at, hours.zone).astimezone(UTC) for at in span or (hours.opens, hours.opens))
    return opens, closes
