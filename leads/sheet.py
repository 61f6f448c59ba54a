"""What does an agent see of what is known of a lead? One shape for the page, the live push and the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads import profile, questions
from leads.completeness import Completeness, completeness, shortfall
from leads.handoff import HandOff, hand_off, reasons, stays
from leads.packs import pack_of
from leads.qualification import Question
from leads.values import shown, title


@dataclass(frozen=True)
class Standing:
    """The lead's own fields that the sheet tells about; `facts` is its profile, `score` its score_told."""

    id: str
    stage: str
    overlay: str
    overlay_reason: str
    side: str
    vertical: str
    language: str
    hand_off: str
    facts: Sequence[Mapping[str, Any]]
    score: Mapping[str, Any]


def sheet(lead: Standing, then: Question | HandOff | None, *, now: datetime) -> dict[str, Any]:
    """Facts with their evidence, the formula's parts, what is missing and why it matters, the score, and what to ask next."""
    pack = pack_of(lead.side, lead.vertical)
    measured = completeness(profile.facts_of(lead.facts), pack, now)
    stop = then if isinstance(then, HandOff) else None
    if lead.hand_off in reasons():
        stop = hand_off(lead.hand_off)
    question = then if isinstance(then, Question) and stop is None else None
    return {
        "id": lead.id,
        "stage": lead.stage,
        "overlay": lead.overlay,
        "overlay_reason": lead.overlay_reason,
        "percent": round(measured.value * 100),
        "threshold": round(measured.threshold * 100),
        "qualified": measured.qualified,
        "parts": [_part(part, lead) for part in measured.parts],
        "facts": [_fact(entry) for entry in _ordered(lead.facts, measured)],
        "contradictions": sum(bool(entry.get("contradiction")) for entry in lead.facts),
        "next": {"slot": question.slot, "text": question.text, "why": question.why} if question else None,
        "hand_off": {"reason": stop.reason, "text": stop.text, "stays": stays(stop.reason)} if stop else None,
        "score": dict(lead.score),
    }


def _part(part: Any, lead: Standing) -> dict[str, Any]:
    pack = pack_of(lead.side, lead.vertical)
    return {
        "slot": part.slot,
        "title": title(part.slot),
        "weight": round(part.weight, 3),
        "gained": round(part.gained, 3),
        "confidence": round(part.confidence, 3),
        "freshness": round(part.freshness, 3),
        "known": part.known,
        "short": shortfall(part),
        "why": questions.why(part.slot, pack, "en"),
    }


def _fact(entry: Mapping[str, Any]) -> dict[str, Any]:
    earlier = entry.get("earlier")
    return {
        **entry,
        "title": title(entry["name"]),
        "shown": shown(entry["name"], entry["value"], entry.get("unit", "")),
        "earlier_shown": shown(entry["name"], earlier, entry.get("unit", "")) if earlier is not None else "",
        "percent": round(float(entry["confidence"]) * 100),
    }


def _ordered(facts: Sequence[Mapping[str, Any]], measured: Completeness) -> list[Mapping[str, Any]]:
    """What stands against itself first, then as the parts of the qualification stand, then the rest by name."""
    place = {part.fact: number for number, part in enumerate(measured.parts) if part.fact}
    return sorted(
        facts, key=lambda one: (not one.get("contradiction"), place.get(one["name"], len(place) + 1), one["name"])
    )
