"""What is the plan for a lead: goal, evidence, urgency, next action with its words, what follows silence, what would change it?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from leads.planning import cadence as cadences
from leads.planning import cadence_table, signals
from leads.planning import urgency as urgencies
from leads.planning.cadence import Cadence, follow_up
from leads.planning.choosing import Next, next_action
from leads.planning.drafts import Draft, draft, title
from leads.planning.evidence import Evidence, unique
from leads.planning.hours import next_open
from leads.planning.signals import Signal
from leads.planning.situation import Situation
from leads.planning.stops import is_frozen
from leads.planning.urgency import Urgency, urgency

SHORTEST, LONGEST = timedelta(days=1), timedelta(days=14)  # how long a plan may hold
_GOALS: Final = {
    "new": ("A first real conversation", "Una primera conversación de verdad"),
    "attempting": ("A first real conversation", "Una primera conversación de verdad"),
    "engaged": ("Learn what decides it: {missing}", "Saber lo que decide: {missing}"),
    "qualified": ("A dated appointment", "Una cita con fecha"),
    "appointment": ("The appointment takes place", "Que la cita se haga"),
    "represented": ("The first tours or the listing", "Las primeras visitas o la publicación"),
    "active": ("An offer that they can stand behind", "Una oferta que puedan sostener"),
    "under_contract": ("A calm closing, date by date", "Un cierre tranquilo, fecha por fecha"),
    "closed": ("Stay of use, be recommended", "Seguir siendo útil y ser recomendado"),
}
_MISSING: Final = (
    ("timeframe", ("timeframe", "deadline", "move_in"), ("when", "para cuándo")),
    ("motivation", ("motivation", "reason"), ("why now", "por qué ahora")),
    ("financing", ("financing", "preapproved"), ("how they pay", "cómo pagan")),
    ("agent_status", ("agent_status",), ("whether another agent is signed", "si hay otro agente")),
)
_STOPPED: Final = ("Respect their wish; nothing is sent", "Respetar su deseo; no se envía nada")
_CHANGES: Final = {
    "reply": ("A reply from them rests the follow-up for {days} days.", "Una respuesta suya detiene el seguimiento {days} días."),
    "stop": ("A word that they want no more contact ends it.", "Una palabra de que no quieren más contacto lo termina."),
    "signed": ("A signed agreement with somebody else ends it.", "Un acuerdo firmado con otra persona lo termina."),
    "date": ("Another date than {date} changes how urgent it is.", "Otra fecha que {date} cambia la urgencia."),
    "no_date": ("A date that they work toward makes it urgent.", "Una fecha hacia la que trabajen lo hace urgente."),
    "consent": ("Their own new consent, recorded by a person, reopens it.", "Su nuevo consentimiento, registrado por una persona, lo reabre."),
    "agreement": ("A recorded agreement, or a documented exception, opens the tour.", "Un acuerdo registrado, o una excepción documentada, abre la visita."),
}  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """The next action with its words. `rank` orders the agent's day: higher is sooner."""

    next: Next
    title: str
    draft: Draft
    rank: float
    fallback_hours: int = 24


@dataclass(frozen=True)
class Plan:
    """The whole plan; `action` is None when nothing may be done. `fingerprint` is of what it was made from."""

    goal: str
    evidence: tuple[Evidence, ...]
    urgency: Urgency
    cadence: Cadence
    action: Proposal | None
    risks: tuple[Signal, ...]
    opportunities: tuple[Signal, ...]
    would_change: tuple[str, ...]
    confidence: float
    expires: datetime
    fingerprint: str


def plan(situation: Situation) -> Plan:
    """By rule, in milliseconds, the same for the same situation."""
    urgent, cadence = urgency(situation), follow_up(situation)
    risks = signals.risks(situation, urgent)
    chances = signals.opportunities(situation)
    then = next_action(situation, urgent, cadence)
    action = _proposed(then, situation, urgent) if then is not None else None
    evidence = unique([*_shown(then), *(e for one in (*risks, *chances) for e in one.evidence if e.quote)])
    return Plan(
        goal=_goal(situation, cadence),
        evidence=evidence[:8],
        urgency=urgent,
        cadence=cadence,
        action=action,
        risks=risks,
        opportunities=chances,
        would_change=tuple(_changes(situation, urgent, cadence, risks)),
        confidence=_confidence(situation, evidence),
        expires=_expires(situation, action),
        fingerprint=fingerprint(situation),
    )


def fingerprint(situation: Situation) -> str:
    """Of all that a plan depends on but the clock, of which only the day counts: the same gives no new plan."""
    basis = {
        **{name: getattr(situation, name) for name in ("stage", "overlay", "side", "vertical", "language", "hand_off")},
        "day": situation.now.date().isoformat(),
        "slots": [(one.name, one.value, one.quote, one.contradiction) for one in situation.slots],
        "last": [(turn.speaker, turn.id or turn.text, turn.at.isoformat()) for turn in situation.turns[-3:]],
        "done": [(one.verb, one.at.isoformat(), one.outcome) for one in situation.done],
        "agreement": [situation.agreement, situation.exception],
        "who": [situation.first_name, situation.agent, situation.brokerage, situation.question],
        "home": asdict(replace(situation.home, facts=dict(situation.home.facts))),
        "ways": [sorted(situation.reachable), sorted(situation.blocked)],
        "own": {
            name: situation.own.get(name) for name in ("cadences", "choose", "pause_days", "quota", "business_hours")
        },
        "zone": str(situation.now.tzinfo),
    }
    return hashlib.sha256(json.dumps(basis, sort_keys=True, default=str).encode()).hexdigest()


def render(found: Plan) -> dict[str, Any]:
    """As JSON, in the words of the API."""
    action = found.action
    return {
        "goal": found.goal,
        "evidence": [_evidence(one) for one in found.evidence],
        "urgency": urgencies.render(found.urgency),
        "next_action": _rendered(action) if action is not None else None,
        "cadence": cadences.render(found.cadence),
        "compliance": _compliance(found),
        "risks": signals.render(found.risks),
        "opportunities": signals.render(found.opportunities),
        "confidence": found.confidence,
        "would_change": list(found.would_change),
        "expires_at": found.expires.isoformat(),
        "fingerprint": found.fingerprint,
    }


def _rendered(action: Proposal) -> dict[str, Any]:
    then = action.next
    return {
        "verb": then.verb,
        "medium": then.medium,
        "owner": then.owner,
        "title": action.title,
        "why": then.why,
        "due_at": then.due.isoformat(),
        "due_zone": str(then.due.tzinfo),
        "purpose": then.purpose,
        "evidence": [_evidence(one) for one in then.evidence],
        "draft": action.draft.text,
        "subject": action.draft.subject,
        "fallback": fallback_of(action),
        "rank": action.rank,
    }


def fallback_of(action: Proposal) -> dict[str, Any]:
    """What follows when nobody answers, and after how many hours."""
    if not action.next.fallback:
        return {}
    medium = cadences.MEDIA.get(action.next.fallback, "sms")
    hours = 0 if action.next.verb == "call" else action.fallback_hours
    return {"verb": action.next.fallback, "medium": medium, "after_hours": hours}


def _evidence(one: Evidence) -> dict[str, Any]:
    return {"quote": one.quote, "message": one.message, "slot": one.slot}


def _compliance(found: Plan) -> dict[str, Any]:
    """What the plan itself knows; the gate is asked for consent, quiet hours and caps when the action is saved and again when it is sent."""
    stop = found.cadence.stopped
    allowed = not is_frozen(stop)
    return {"allow": allowed, "reason": "" if allowed or stop is None else stop.reason, "checked": "stops"}


def _proposed(then: Next, situation: Situation, urgent: Urgency) -> Proposal:
    words = draft(then.verb, situation, medium=then.medium)
    return Proposal(then, title(then.verb, situation), words, _rank(then, situation, urgent))


def _rank(then: Next, situation: Situation, urgent: Urgency) -> float:
    """Answers and new leads first, then what presses, then the chance to close; a day's delay costs a point."""
    base = 60.0 if then.anchor == "first" else 50.0 if then.purpose == "reply" else 20.0
    pressing = 8.0 * urgencies.LEVELS.index(urgent.level)
    waits = max(min((then.due - situation.now).total_seconds() / 86_400, 30.0), 0.0)
    return round(base + pressing + 10.0 * (situation.score or 0.0) - waits, 3)


def _goal(situation: Situation, cadence: Cadence) -> str:
    spanish = situation.agent_language == "es"
    if cadence.stopped is not None:
        return _STOPPED[spanish] if is_frozen(cadence.stopped) else cadence.stopped.text
    goal = _GOALS.get(situation.stage, _GOALS["engaged"])[spanish]
    named = {one.name for one in situation.slots}
    missing = [words[spanish] for _, slots, words in _MISSING if not named & set(slots)]
    if "{missing}" in goal and not missing:
        return _GOALS["qualified"][spanish]
    return goal.format(missing=", ".join(missing))


def _changes(situation: Situation, urgent: Urgency, cadence: Cadence, risks: tuple[Signal, ...]) -> Iterator[str]:
    spanish = situation.agent_language == "es"
    if cadence.stopped is not None and is_frozen(cadence.stopped):
        yield _CHANGES["consent"][spanish]
        return
    yield _CHANGES["reply"][spanish].format(days=cadence_table.table(situation.own)["pause_days"])
    first = urgent.deadline
    dated = first is not None and first.kind != "timeframe"
    yield _CHANGES["date" if dated else "no_date"][spanish].format(date=first.on.isoformat() if first else "")
    if any(risk.what == "unrepresented" for risk in risks):
        yield _CHANGES["agreement"][spanish]
    yield _CHANGES["signed"][spanish]
    yield _CHANGES["stop"][spanish]


def _shown(then: Next | None) -> tuple[Evidence, ...]:
    return tuple(one for one in then.evidence if one.quote) if then is not None else ()


def _confidence(situation: Situation, evidence: tuple[Evidence, ...]) -> float:
    """How much stands behind it, by rule and no probability: words to point at, facts, a recent talk, and nothing contradicted."""
    grounds = 0.35 + 0.05 * min(len([one for one in evidence if one.quote]), 5) + 0.03 * min(len(situation.slots), 8)
    last = situation.last_inbound
    grounds += 0.1 if last is not None and situation.now - last.at < timedelta(days=7) else 0.0
    grounds -= 0.1 if any(one.contradiction for one in situation.slots) else 0.0
    return round(max(min(grounds, 0.95), 0.1), 2)


def _expires(situation: Situation, action: Proposal | None) -> datetime:
    """Two open days after the action is due, within a day and a fortnight from now."""
    due = action.next.due if action is not None else situation.now + timedelta(days=7)
    wanted = max(due + timedelta(days=2), situation.now + SHORTEST)
    return next_open(min(wanted, max(due, situation.now) + LONGEST), situation.hours)
