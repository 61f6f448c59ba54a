"""How urgent is it? By the dates that the prospect named, with their words; never by mood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from babel.dates import format_date

from leads import dates
from leads.planning.evidence import Evidence, Hit, day, hits, is_meant, of_slot, pattern, table
from leads.planning.situation import Known, Situation
from leads.words import folded

LEVELS: Final = ("low", "normal", "high", "critical")
_SOLD: Final = re.compile(r"\b(?:sold|closed|settled|vendi|vendimos|cerramos|cerre)\b")
# "as soon as possible" is a mood, not a time
_IN_A_MOOD: Final = re.compile(
    r"\b(?:asap|soon\w*|now|today|right away|immediate\w*|urgent\w*|quick\w*|pronto|ya|cuanto antes|inmediat\w*|ahora)\b"
)
NO_DATE: Final = {
    "en": "No date that presses is known; ask what they are working toward.",
    "es": "No se conoce ninguna fecha que apremie; pregunte hacia qué fecha trabajan.",
}


@dataclass(frozen=True)
class Deadline:
    """A date that presses: its kind (data/urgency.yaml), the day, how much it presses today, and the words that name it."""

    kind: str
    on: date
    level: str
    days: int
    evidence: Evidence


@dataclass(frozen=True)
class Urgency:
    """The level (low | normal | high | critical), why in one sentence, and the deadlines behind it, the most pressing first."""

    level: str
    why: str
    deadlines: tuple[Deadline, ...] = ()

    @property
    def deadline(self) -> Deadline | None:
        return self.deadlines[0] if self.deadlines else None

    @property
    def quotes(self) -> tuple[str, ...]:
        return tuple(one.evidence.quote for one in self.deadlines if one.evidence.quote)


def urgency(situation: Situation) -> Urgency:
    """The level that the nearest of the dates gives; a stated timeframe of three months counts as normal, nothing as low."""
    found = tuple(deadlines(situation))
    language = situation.agent_language
    if found:
        return Urgency(found[0].level, _why(found[0], language), found)
    known = situation.slot("timeframe")
    if situation.timeframe == "0-3" and known is not None and not _IN_A_MOOD.search(folded(str(known.value))):
        told = {"en": "They want to move within three months.", "es": "Quieren mudarse en tres meses."}
        return Urgency("normal", told.get(language, told["en"]), _loose(known, situation))
    return Urgency("low", NO_DATE.get(language, NO_DATE["en"]))


def deadlines(situation: Situation) -> list[Deadline]:
    """Every date ahead that presses, one per kind (the newest words count), the most pressing first."""
    dates_of = {kind: named(kind, situation) for kind in table("urgency")}
    today = situation.now.date()
    listed = [
        Deadline(kind, on, _level(table("urgency")[kind], (on - today).days), (on - today).days, evidence)
        for kind, found in dates_of.items()
        if found is not None
        for on, evidence in [found]
        if on >= today
    ]
    once = {one.on: one for one in reversed(listed)}  # the first kind of the file keeps a day that two kinds name
    return sorted(once.values(), key=lambda one: (-LEVELS.index(one.level), one.days))


def named(kind: str, situation: Situation) -> tuple[date, Evidence] | None:
    """The date of this kind (data/urgency.yaml) that the newest words name, ahead or past, and what shows it."""
    rule = table("urgency")[kind]
    return _said(rule, situation) or _kept(rule, situation)


def render(found: Urgency) -> dict[str, Any]:
    """As JSON: `level`, `why`, the nearest `deadline`, `quotes`, and every date that presses."""
    first = found.deadline
    return {
        "level": found.level,
        "why": found.why,
        "deadline": first.on.isoformat() if first is not None and first.kind != "timeframe" else None,
        "quotes": list(found.quotes),
        "deadlines": [
            {
                "kind": one.kind,
                "on": one.on.isoformat(),
                "days": one.days,
                "level": one.level,
                "quote": one.evidence.quote,
                "message": one.evidence.message,
            }
            for one in found.deadlines
            if one.kind != "timeframe"
        ],
    }


def _said(rule: Mapping[str, Any], situation: Situation) -> tuple[date, Evidence] | None:
    """What the newest words of this kind name; words without a date name nothing."""
    if not rule["cue"]:
        return None
    for hit in hits(situation, pattern(rule["cue"]), denied=True):
        on = _date_in(hit, situation, after=tuple(rule.get("after", ())))
        if on is not None:
            return on, hit.evidence()
    return None


def _date_in(hit: Hit, situation: Situation, *, after: tuple[int, ...]) -> date | None:
    """The date in the cue's sentence that stands nearest to it; the last day of a stretch."""
    at = _local(hit.turn.at, situation)
    sentence = hit.turn.text[hit.begins : hit.begins + len(hit.sentence)]
    found = [when for when in dates.find(sentence, now=at) if when.on is not None]
    if not found:
        return None
    start, end = hit.start - hit.begins, hit.end - hit.begins
    nearest = min(found, key=lambda when: (max(when.start - end, start - when.end, 0), when.start))
    last = nearest.to or nearest.on
    if not after or last is None:
        return last
    if last > at.date() and _SOLD.search(hit.sentence):  # what was sold lies behind: the reader of dates looks ahead
        last = last.replace(year=last.year - 1, day=min(last.day, 28))
    if last > at.date():
        return last
    return next((last + timedelta(days=days) for days in after if last + timedelta(days=days) >= at.date()), None)


def _kept(rule: Mapping[str, Any], situation: Situation) -> tuple[date, Evidence] | None:
    for name in rule.get("slots", ()):
        known = situation.slot(name)
        if known is not None and (on := day(known.value)) is not None and is_meant(known, situation):
            return on, of_slot(known, situation)
    return None


def _loose(known: Known, situation: Situation) -> tuple[Deadline, ...]:
    """A timeframe is no date, but its words are the reason."""
    on = situation.now.date() + timedelta(days=90)
    return (Deadline("timeframe", on, "normal", 90, of_slot(known, situation)),)


def _level(rule: Mapping[str, Any], days: int) -> str:
    return next((level for level in ("critical", "high", "normal") if days <= rule[level]), "low")


def _why(first: Deadline, language: str) -> str:
    title = table("urgency")[first.kind]["title"]
    name = title.get(language, title["en"])
    on = format_date(first.on, "d MMM y", locale="es_US" if language == "es" else "en_US")
    if language == "es":
        when = "hoy" if first.days == 0 else "mañana" if first.days == 1 else f"en {first.days} días"
    else:
        when = "today" if first.days == 0 else "tomorrow" if first.days == 1 else f"in {first.days} days"
    return f"{name[0].upper()}{name[1:]}: {when} ({on})."


def _local(at: datetime, situation: Situation) -> datetime:
    return at.astimezone(situation.now.tzinfo)
