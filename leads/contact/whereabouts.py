"""Where may somebody be: in which time zones, under which state's law?

Every place that fits what is known counts, so that what is allowed is allowed in all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

# Nobody whose place is unknown is taken to live there: with the western Pacific among the candidates no hour of a summer day is
# left. A number, a state or a zone that says so puts them there.
_FAR = frozenset({"GU", "MP"})


@dataclass(frozen=True)
class Place:
    """One place where they may be. `state` is "" where no state's law is a candidate."""

    zone: str
    state: str = ""


@dataclass(frozen=True)
class Whereabouts:
    """Every place that is possible. `told` says what it was taken from: timezone, state, phone; nothing = anywhere in the US."""

    places: tuple[Place, ...]
    told: tuple[str, ...] = ()

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(place.zone for place in self.places))

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(place.state for place in self.places if place.state))


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    """Python walks the folder of all time zones each time it is asked, which takes longer than everything here."""
    return frozenset(available_timezones())


def whereabouts(*, timezones: Iterable[str] = (), state: str = "", phone: str = "") -> Whereabouts:
    """All places that fit. `timezones` are what the person or the CRM said, `state` two letters of an address.

    A zone that is told settles in which part of a split state they are. Where sources contradict each other, all of them count.
    """
    own = tuple(dict.fromkeys(zone for zone in timezones if zone in _zones()))
    state = state.strip().upper()
    by_state = zones_of_state(state)
    code = area_code(phone)
    by_code = _table()["codes"].get(code)
    told = (*(["timezone"] if own else []), *(["state"] if by_state else []), *(["phone"] if by_code else []))
    if not told:
        return Whereabouts(_anywhere())
    zones = list(own)
    for source in (by_state, tuple(by_code["zones"]) if by_code else ()):
        if not any(_same_clock(zone, mine) for zone in source for mine in own):
            zones += source
    states = [*([state] if by_state else []), *([by_code["state"]] if by_code else [])]
    states = states or [name for name, there in _table()["states"].items() if set(there) & set(zones)]
    return Whereabouts(tuple(_paired(zones, states)), told)


def area_code(phone: str) -> str:
    """The three digits of a number of the North American plan, "" for any other."""
    try:
        number = phonenumbers.parse(phone, "US")
    except phonenumbers.NumberParseException:
        return ""
    digits = str(number.national_number)
    return digits[:3] if number.country_code == 1 and len(digits) == 10 else ""


def state_of(phone: str) -> str:
    """The state to which the number's area code belongs, "" when none does."""
    found = _table()["codes"].get(area_code(phone))
    return str(found["state"]) if found else ""


def zones_of_state(state: str) -> tuple[str, ...]:
    return tuple(_table()["states"].get(state, ()))


def _paired(zones: Iterable[str], states: list[str]) -> Iterable[Place]:
    # a state's law goes with its people: it counts in every zone where they may be
    return dict.fromkeys(Place(zone, state) for zone in zones for state in states or [""])


def _anywhere() -> tuple[Place, ...]:
    states = _table()["states"].items()
    return tuple(Place(zone, state) for state, zones in states if state not in _FAR for zone in zones)


def _same_clock(one: str, other: str) -> bool:
    """Do both names mean the same clock? US/Central is America/Chicago."""
    return one == other or _rules_of(one) == _rules_of(other)


@lru_cache(maxsize=256)
def _rules_of(zone: str) -> tuple[Any, ...]:
    """What the clock shows over two years, so that two names of the same rules are told as one."""
    start, info = datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo(zone)
    return tuple((start + timedelta(days=day)).astimezone(info).utcoffset() for day in range(0, 730, 3))


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    text = resources.files("leads").joinpath("data", "area_codes.json").read_text("utf-8")
    read: Mapping[str, Any] = json.loads(text)
    return read
