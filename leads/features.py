"""What may a lead's score rest on? On these features and on nothing else."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median
from typing import Any, Final, Literal, Protocol

from leads.words import folded

Stage = Literal["new", "attempting", "engaged", "qualified", "appointment", "represented", "active", "under_contract", "closed"]  # fmt: skip
Overlay = Literal["none", "nurture", "unresponsive", "paused_by_lead", "dnc", "lost", "invalid", "duplicate", "other_agent"]  # fmt: skip
Timeframe = Literal["unknown", "said", "0-3", "3-6", "6-12", "12+"]
Financing = Literal["unknown", "said", "cash", "preapproved", "in_progress", "not_started"]
AgentStatus = Literal["unknown", "said", "none", "unsigned", "signed"]
Appointment = Literal["none", "asked", "agreed", "held", "missed"]
Completeness = Literal["little", "some", "much", "nearly_all"]
Replies = Literal["none", "one", "few", "many"]
Pace = Literal["unknown", "minutes", "hours", "a_day", "days"]
Silence = Literal["unknown", "today", "this_week", "this_month", "this_quarter", "longer"]
Objections = Literal["none", "one", "several"]

LEAST_SURE: Final = 0.5
"""A fact with less confidence is not known."""


@dataclass(frozen=True)
class Features:
    """The allow-list, enforced by being all there is: every field is one of a few words of ours, or a yes or no.

    No name, place, postcode, language, household, sentiment, and no word that anybody wrote: a slot's value enters only as one of
    the bands above, and of motivation and price only whether they were stated. Who decides with the lead (`decision_makers`) is left
    out on purpose: it is where families show.
    """

    stage: Stage = "new"
    overlay: Overlay = "none"
    completeness: Completeness = "little"
    timeframe: Timeframe = "unknown"
    financing: Financing = "unknown"
    agent_status: AgentStatus = "unknown"
    appointment: Appointment = "none"
    motivation: bool = False
    price: bool = False
    replies: Replies = "none"
    pace: Pace = "unknown"
    silence: Silence = "unknown"
    objections: Objections = "none"


class Known(Protocol):
    """One fact of the qualification; more fields do no harm, for they are not read."""

    @property
    def name(self) -> str: ...

    @property
    def value(self) -> Any: ...

    @property
    def confidence(self) -> float: ...


class Sent(Protocol):
    """A message as far as a score may know it: who and when (aware), not what."""

    @property
    def speaker(self) -> str: ...

    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class Standing:
    """Where the lead stands: stage and overlay, completeness (0 to 1), the appointment, objections that are open."""

    stage: Stage = "new"
    overlay: Overlay = "none"
    completeness: float = 0.0
    appointment: Appointment = "none"
    objections_open: int = 0


_NOT: Final = frozenset(
    ["no", "not", "none", "never", "without", "yet", "sin", "nunca", "nada", "isnt", "havent", "dont", "false"]
)
_CASH: Final = frozenset(["cash", "efectivo", "contado"])
_APPROVED: Final = frozenset(
    ["preapproved", "approved", "approval", "preapproval", "preaprobado", "preaprobada", "aprobado", "aprobada"]
)
_STARTED: Final = frozenset(
    [
        "prequalified",
        "prequalification",
        "applied",
        "applying",
        "progress",
        "in_progress",
        "lender",
        "bank",
        "banco",
        "precalificado",
        "precalificada",
    ]
)
_UNSTARTED: Final = frozenset(["not_started", "needs_lender", "need", "needs", "unsure", "undecided"])
_SIGNED: Final = frozenset(["signed", "exclusive", "firmado", "exclusiva", "contract"])
_UNREPRESENTED: Final = frozenset(["no_agent", "unrepresented", "alone", "solo"])
_UNSIGNED: Final = frozenset(
    ["unsigned", "has_agent", "working", "realtor", "agent", "agente", "represented", "yes", "true"]
)
_SOON: Final = frozenset(
    ["asap", "now", "immediately", "today", "tomorrow", "ready", "ya", "ahora", "inmediatamente", "urgent", "urgente"]
)
_BANDS: Final[dict[str, Timeframe]] = {"0-3": "0-3", "3-6": "3-6", "6-12": "6-12", "12+": "12+", "12": "12+"}
_LASTS: Final = re.compile(
    r"(?<!\d)(\d{1,3})\s*\+?\s*(?:(d(?:ays?|ias?)|jours?|tage?n?|giorn[oi])|(weeks?|semanas?|semaines?|wochen?|settiman[ae])"
    r"|(months?|mo|mes(?:es|i|e)?|mois|monate?n?)|(years?|yrs?|anos?|ans?|jahre?n?|ann[oi]))\b"
)
_MONTHS_EACH: Final = (1 / 30, 7 / 30, 1.0, 12.0)


def features_of(facts: Iterable[Known], standing: Standing, messages: Sequence[Sent], *, now: datetime) -> Features:
    """The one way to Features: from known facts, from where the lead stands and from when messages came; `now` is aware."""
    known = {fact.name: fact.value for fact in facts if fact.confidence >= LEAST_SURE and fact.value is not None}
    replies, pace, silence = _rhythm(messages, now)
    return Features(
        stage=standing.stage,
        overlay=standing.overlay,
        completeness=_completeness(standing.completeness),
        timeframe=band_of(known, now),
        financing=_financing(known),
        agent_status=_agent_status(known),
        appointment=standing.appointment,
        motivation="motivation" in known,
        price=bool(known.keys() & {"price_range", "price_min", "price_max", "price_monthly_max"}),
        replies=replies,
        pace=pace,
        silence=silence,
        objections="none" if standing.objections_open < 1 else "one" if standing.objections_open == 1 else "several",
    )


def _completeness(share: float) -> Completeness:
    return "little" if not share >= 0.25 else "some" if share < 0.5 else "much" if share < 0.75 else "nearly_all"


def _rhythm(messages: Sequence[Sent], now: datetime) -> tuple[Replies, Pace, Silence]:
    own = [message.at for message in messages if message.speaker == "prospect"]
    if not own:
        return "none", "unknown", "unknown"
    waits = [
        (after.at - before.at).total_seconds() / 60
        for before, after in itertools.pairwise(messages)
        if before.speaker == "agent" and after.speaker == "prospect" and after.at >= before.at
    ]
    count: Replies = "one" if len(own) == 1 else "few" if len(own) < 6 else "many"
    return count, _pace(waits), _silence((now - max(own)).total_seconds() / 86_400)


def _pace(waits: list[float]) -> Pace:
    if not waits:
        return "unknown"
    usual = median(waits)
    return "minutes" if usual <= 30 else "hours" if usual <= 360 else "a_day" if usual <= 1_440 else "days"


def _silence(days: float) -> Silence:
    for most, word in ((1, "today"), (7, "this_week"), (30, "this_month"), (90, "this_quarter")):
        if days <= most:
            return word  # type: ignore[return-value]  # the words are those of Silence
    return "longer"


def _words(value: Any) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z_]+", folded(str(value)[:200]).replace("-", "").replace("'", "")))


def band_of(known: dict[str, Any], now: datetime) -> Timeframe:
    """In how many months they want to move, from the slots `deadline` and `timeframe`; `now` is aware."""
    values = [known[name] for name in ("deadline", "timeframe") if name in known]
    bands = [_band(value, now) for value in values]
    return next((band for band in bands if band != "said"), "said") if bands else "unknown"


def _band(value: Any, now: datetime) -> Timeframe:
    if isinstance(value, str):
        plain = folded(value[:200]).strip().replace("–", "-")
        if band := _BANDS.get(plain.removesuffix("months").strip()):
            return band
        if found := _LASTS.search(plain):
            unit = next(place for place in range(4) if found[place + 2])
            return _by_months(int(found[1]) * _MONTHS_EACH[unit])
        if _words(plain) & _SOON and not _words(plain) & _NOT:
            return "0-3"
    months = _months_until(value, now)
    return "said" if months is None else _by_months(months)


def _months_until(value: Any, now: datetime) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        day = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    except ValueError:
        return None
    if isinstance(day, datetime):
        day = day.date()
    return (day - now.date()).days / 30 if isinstance(day, date) else None


def _by_months(months: float) -> Timeframe:
    return "0-3" if months <= 3 else "3-6" if months <= 6 else "6-12" if months <= 12 else "12+"


def _financing(known: dict[str, Any]) -> Financing:
    if known.get("preapproved") is True:
        return "preapproved"
    if "financing" not in known:
        return "not_started" if known.get("preapproved") is False else "unknown"
    words = _words(known["financing"])
    if words & _CASH and not words & _NOT:
        return "cash"
    if words & _APPROVED and not words & _NOT:
        return "preapproved"
    if words & (_NOT | _UNSTARTED):
        return "not_started"
    return "in_progress" if words & _STARTED else "said"


def _agent_status(known: dict[str, Any]) -> AgentStatus:
    if "agent_status" not in known:
        return "unknown"
    words = _words(known["agent_status"])
    if words & _SIGNED:
        return "unsigned" if words & _NOT else "signed"
    if words & (_NOT | _UNREPRESENTED):
        return "none"
    return "unsigned" if words & _UNSIGNED else "said"


def aware(at: datetime) -> datetime:
    """A time that carries its zone; one without is taken as UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)
