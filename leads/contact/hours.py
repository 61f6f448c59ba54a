"""When may a text or a call reach somebody: is this minute open in every place where they may be, and which one is next?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any, Final
from zoneinfo import ZoneInfo

from leads.contact.whereabouts import Place

HORIZON: Final = timedelta(days=9)
"""How far ahead an open minute is looked for; a week has every weekday, and a clock change shifts it by at most a day."""
MINUTE: Final = timedelta(minutes=1)
FEDERAL: Final = "federal"


@dataclass(frozen=True)
class Week:
    """Open from the first time up to, not including, the second, by weekday (Monday first); None = closed that day."""

    days: tuple[tuple[time, time] | None, ...]
    rule: str
    source: str
    closed_on: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Clock:
    """One set of hours, read on the clock of one zone."""

    zone: str
    week: Week

    def open(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.zone))
        hours = None if local.date() in self.week.closed_on else self.week.days[local.weekday()]
        return hours is not None and hours[0] <= local.time() < hours[1]


def clocks(places: Iterable[Place], own: Sequence[Week] = ()) -> tuple[Clock, ...]:
    """Every clock that has to be open at once: the federal hours, the state's, and what the tenant adds, in each place."""
    found: dict[Clock, None] = {}
    for place in places:
        weeks = [weeks_of()[FEDERAL], *([weeks_of()[place.state]] if place.state in weeks_of() else []), *own]
        found |= {Clock(place.zone, week): None for week in weeks}
    return tuple(found)


def closed(asked: Iterable[Clock], at: datetime) -> Clock | None:
    """The first clock on which it is quiet time at `at`, None when all are open."""
    return next((clock for clock in asked if not clock.open(at)), None)


def next_open(asked: Sequence[Clock], at: datetime) -> datetime | None:
    """The first instant from `at` on that is open on every clock, None when there is none within HORIZON."""
    moment, end = at.astimezone(UTC), at.astimezone(UTC) + HORIZON
    while moment <= end:
        later = moment
        for clock in asked:
            opened = _opens(clock, later, end)
            if opened is None:
                return None
            later = opened
        if later == moment:
            return moment
        moment = later
    return None


def _opens(clock: Clock, at: datetime, end: datetime) -> datetime | None:
    """The first open instant from `at` on: a clock only opens at an opening time, or when it is put forward or back."""
    if clock.open(at):
        return at
    return min((moment for moment in _openings(clock, at, end) if clock.open(moment)), default=None)


def _openings(clock: Clock, at: datetime, end: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(clock.zone)
    yield from _changes(zone, at, end)
    day = at.astimezone(zone).date()
    while datetime.combine(day, time(), UTC) <= end + timedelta(days=1):
        if hours := clock.week.days[day.weekday()]:
            for fold in (0, 1):
                moment = datetime.combine(day, hours[0], zone).replace(fold=fold).astimezone(UTC)
                if at <= moment <= end:
                    yield moment
        day += timedelta(days=1)


def _changes(zone: ZoneInfo, at: datetime, end: datetime) -> Iterator[datetime]:
    """The instants at which this zone's clock is changed, found by halving."""
    step = timedelta(hours=12)
    while at < end:
        after = min(at + step, end)
        if at.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            low, high = at, after
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                same = middle.astimezone(zone).utcoffset() == at.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            yield high.replace(microsecond=0)
        at = after


@lru_cache(maxsize=1)
def weeks_of() -> Mapping[str, Week]:
    """The federal hours and those of the states that have their own."""
    data = table()
    return {FEDERAL: _week(FEDERAL, data["federal"])} | {
        state: _week(f"state.{state}", row) for state, row in data["states"].items()
    }


def limit_of(state: str) -> Mapping[str, Any] | None:
    """How often a state lets somebody be called or texted: {most, hours, source, …}."""
    found: Mapping[str, Any] | None = table()["limits"].get(state)
    return found


@lru_cache(maxsize=1)
def table() -> Mapping[str, Any]:
    """data/quiet_hours.json as it stands."""
    text = resources.files("leads").joinpath("data", "quiet_hours.json").read_text("utf-8")
    read: Mapping[str, Any] = json.loads(text)
    return read


def _week(rule: str, row: Mapping[str, Any]) -> Week:
    spans = {name: _span(row[name]) for name in ("mon_fri", "sat", "sun")}
    return Week((*[spans["mon_fri"]] * 5, spans["sat"], spans["sun"]), f"hours.{rule}", row["source"])


def _span(given: Sequence[str] | None) -> tuple[time, time] | None:
    return (time.fromisoformat(given[0]), time.fromisoformat(given[1])) if given else None
