"""Which drills train a skill, and is it better in the conversations that came after them? Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from analytics.measures import FEWEST, Lift, Rate, lift
from analytics.personas import temperaments

DRILLS: Final = 3  # of one plan
BEFORE: Final = timedelta(days=90)  # how far back the skill is looked at for the comparison
BETTER, UNCLEAR, WORSE = "better", "unclear", "worse"


@dataclass(frozen=True)
class Moment:
    """A moment in which the skill was missed: where its words are (`message`), in which language, and how it came to light."""

    message: str
    language: str
    origin: str  # card, scorecard
    at: datetime


@dataclass(frozen=True)
class Made:
    """A drill to make."""

    language: str
    temperament: str
    seed: int
    origin: str
    message: str = ""


@dataclass(frozen=True)
class Happened:
    """One chance to show the skill, in a conversation that lasted from `first` to `last`."""

    hit: bool
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Measured:
    """Before and after the practice. `result` is "" until both sides have enough cases: then the plan may be closed."""

    before: Rate
    after: Rate
    lift: Lift | None
    result: str
    missing: int  # cases that the later side still needs


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def drills(
    agent: str, skill: str, moments: Sequence[Moment], *, languages: Sequence[str] = ("en",)
) -> tuple[Made, ...]:
    """Three role-plays of rising difficulty: the newest missed moments first, then usual situations; temperaments differ."""
    newest = sorted(moments, key=lambda one: (one.at, one.message), reverse=True)[:DRILLS]
    spoken = [one for one in languages if one in ("en", "es")] or ["en"]
    kinds = temperaments()
    made = []
    for number in range(DRILLS):
        seed = zlib.crc32(f"{agent}|{skill}|{number}".encode())
        moment = newest[number] if number < len(newest) else None
        language = moment.language if moment and moment.language in ("en", "es") else spoken[number % len(spoken)]
        temperament = kinds[min(number, len(kinds) - 1)]
        made.append(
            Made(
                language,
                temperament,
                seed % 1_000_000,
                moment.origin if moment else "house",
                moment.message if moment else "",
            )
        )
    return tuple(made)


def measure(happened: Iterable[Happened], *, drilled: datetime | None) -> Measured:
    """Conversations that ended before the practice against those that began after it; what lay across it counts for neither."""
    rows = list(happened)
    if drilled is None:
        before = _rate(row for row in rows)
        return Measured(before, Rate(0, 0), None, "", FEWEST)
    before = _rate(row for row in rows if row.last < drilled)
    after = _rate(row for row in rows if row.first > drilled)
    missing = max(0, FEWEST - after.n)
    if missing or not before.enough:
        return Measured(before, after, None, "", missing)
    found = lift(after, before)
    clear = found is not None and found.clear
    result = UNCLEAR if not clear or found is None else BETTER if found.points > 0 else WORSE
    return Measured(before, after, found, result, 0)


def _rate(rows: Iterable[Happened]) -> Rate:
    listed = list(rows)
    return Rate(sum(row.hit for row in listed), len(listed))


def told(rate: Rate) -> dict[str, int]:
    """As it is kept."""
    return {"n": rate.n, "hits": rate.hits}


def rate_of(kept: Mapping[str, Any]) -> Rate:
    n, hits = kept.get("n", 0), kept.get("hits", 0)
    return Rate(min(int(hits), int(n)), int(n))
