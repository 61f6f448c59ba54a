"""What is the one next thing to do, by when, and why?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from leads import handoff
from leads.intent import read
from leads.lifecycle import may_tour
from leads.planning.cadence import Cadence, Step
from leads.planning.evidence import Evidence
from leads.planning.hours import in_minutes, next_open
from leads.planning.situation import TEXTING, Situation
from leads.planning.stops import is_frozen
from leads.planning.urgency import Urgency

REPLY: Final = timedelta(minutes=15)
PROPOSE: Final = timedelta(hours=24)
TOUCHED: Final = timedelta(days=2)  # whoever was spoken with since needs no call because of a date
_SURE: Final = 0.6
# Reason of the hand-off or intent of the newest words -> what answers it. The first that holds counts.
_BY_REASON: Final = {
    "lending": "lender_list",
    "legal_tax": "refer_adviser",
    "price_opinion": "comparables",
    "fair_housing": "public_sources",
    "negotiation": "call",
    "person": "call",
}
_BY_INTENT: Final = {
    "fair_housing_sensitive": "public_sources",
    "legal_tax_question": "refer_adviser",
    "book_tour": "tour",
    "book_consult": "propose_times",
    "scheduling": "propose_times",
    "financing_question": "lender_list",
    "valuation_request": "comparables",
}
_SENTENCES: Final = {
    "new": ("A new lead: the first hour decides whether you speak at all.", "Un prospecto nuevo: la primera hora decide si llegan a hablar."),
    "answer": ("They wrote and wait for an answer.", "Escribieron y esperan respuesta."),
    "tour": ("They want to see a home; the written agreement comes first.", "Quieren ver una casa; primero va el acuerdo escrito."),
    "qualified": ("Enough is known: agree on a meeting within a day.", "Ya se sabe lo suficiente: acuerde una cita en un día."),
    "represented": ("The agreement is signed: plan what comes next.", "El acuerdo está firmado: planee lo que sigue."),
    "cadence": ("Follow-up as planned: {title}.", "Seguimiento según el plan: {title}."),
    "ended": ("Every step was made and nobody answered.", "Se hicieron todos los pasos y nadie respondió."),
}  # fmt: skip


@dataclass(frozen=True)
class Next:
    """The next action: verb, medium ("" = none), whose it is (agent | team_lead), when it is due (aware, in the lead's zone), why.

    `anchor` is what it hangs on: the same step of the same cause is the same action. `step` is its place in the cadence.
    """

    verb: str
    medium: str
    due: datetime
    why: str
    owner: str = "agent"
    purpose: str = "marketing"
    evidence: tuple[Evidence, ...] = ()
    fallback: str = ""
    step: int = 0
    anchor: str = ""


def next_action(situation: Situation, urgent: Urgency, cadence: Cadence) -> Next | None:
    """The most pressing of what could be done; None when nothing may be done."""
    stop = cadence.stopped
    if stop is not None:
        if is_frozen(stop) or stop.reason in ("paused_by_lead", "lost"):
            return None
        due = in_minutes(situation.now, 60, situation.hours).astimezone(situation.now.tzinfo)
        return Next("hand_over", "call", due, stop.text, "team_lead", "reply", (stop.evidence,), anchor=stop.reason)
    if situation.stage == "new":
        return _first(situation, urgent, cadence)
    return _answer(situation) or _pressing(situation, urgent) or _by_stage(situation) or _by_cadence(situation, cadence)


def _first(situation: Situation, urgent: Urgency, cadence: Cadence) -> Next | None:
    """A new lead is tried by the cadence of its first days; what they wrote first is why."""
    found = _by_cadence(situation, cadence)
    last = situation.last_inbound
    if found is None or situation.last_try is not None:
        return found
    shown = (_of_turn(situation),) if last is not None else ()
    purpose = "reply" if last is not None else found.purpose
    told = _sentence("new", situation)
    return Next(
        **{**vars(found), "why": told, "evidence": shown, "purpose": purpose, "anchor": "first"},
    )


def _answer(situation: Situation) -> Next | None:
    """They wrote last: the newest words say what answers them; due within fifteen minutes of their first open one."""
    waiting = situation.unanswered
    if not waiting:
        return None
    last = waiting[-1]
    verb = _answering(situation)
    due = max(waiting[0].at + REPLY, situation.now).astimezone(situation.now.tzinfo)
    due = next_open(due, situation.hours).replace(second=0, microsecond=0)
    medium = "call" if verb == "call" else _back_by(last.medium, situation)
    why = "tour" if verb == "agreement_first" else "answer"
    told = _sentence(why, situation)
    fallback = "text" if medium == "call" else "call"
    shown = (_of_turn(situation),)
    return Next(verb, medium, due, told, "agent", "reply", shown, fallback, anchor=last.id or last.at.isoformat())


def _answering(situation: Situation) -> str:
    heard = handoff.triggered(situation.turns, situation.agent_language)
    for reason in (heard.reason if heard else "", situation.hand_off):
        if reason in _BY_REASON:
            return _BY_REASON[reason]
    turns = situation.turns
    place = max(n for n, turn in enumerate(turns) if turn.speaker == "prospect")
    names = [one.name for one in read(turns[place].text, turns[:place]) if one.confidence >= _SURE]
    verb = next((_BY_INTENT[name] for name in _BY_INTENT if name in names), "answer")
    if verb == "tour":
        free = may_tour(situation.side, situation.agreement, situation.exception)
        return "propose_times" if free else "agreement_first"
    return verb


def _pressing(situation: Situation, urgent: Urgency) -> Next | None:
    """A date that presses, and nobody has spoken with them for two days: a call."""
    first, tried = urgent.deadline, situation.last_try
    if first is None or first.level not in ("critical", "high") or first.kind == "visit":
        return None
    last = max((at for at in (tried, _heard(situation)) if at is not None), default=None)
    if last is not None and situation.now - last < TOUCHED:
        return None
    due = next_open(situation.now + timedelta(minutes=30), situation.hours).replace(second=0, microsecond=0)
    anchor = f"{first.kind}.{first.on.isoformat()}.{situation.now.date().isoformat()}"
    purpose = "service" if situation.stage in ("represented", "active", "under_contract") else "marketing"
    return Next("call", "call", due, urgent.why, "agent", purpose, (first.evidence,), "text", anchor=anchor)


def _by_stage(situation: Situation) -> Next | None:
    """What the stage itself asks for: a meeting within a day of being qualified, a plan once the agreement is signed."""
    if situation.stage not in ("qualified", "represented"):
        return None
    since = situation.since or situation.start
    tried = situation.last_try
    if tried is not None and tried > since + timedelta(hours=1):
        return None
    wanted = max(since + PROPOSE - timedelta(hours=20), situation.now).astimezone(situation.now.tzinfo)
    due = next_open(wanted, situation.hours).replace(second=0, microsecond=0)
    medium = _back_by(situation.last_inbound.medium if situation.last_inbound else "sms", situation)
    shown = (_of_turn(situation),) if situation.last_inbound is not None else ()
    return Next(
        "propose_times",
        medium,
        due,
        _sentence(situation.stage, situation),
        purpose="service" if situation.stage == "represented" else "reply" if _fresh(situation) else "marketing",
        evidence=shown,
        fallback="call",
        anchor=f"{situation.stage}.{since.date().isoformat()}",
    )


def _by_cadence(situation: Situation, cadence: Cadence) -> Next | None:
    step = cadence.next
    if step is None:
        if not cadence.ended or not cadence.then or situation.overlay != "none":
            return None
        due = next_open(situation.now + timedelta(days=1), situation.hours).replace(second=0, microsecond=0)
        return Next("rest", "", due, _sentence("ended", situation), anchor=f"{cadence.name}.end")
    told = _sentence("cadence", situation).format(title=cadence.title.lower())
    return Next(step.verb, step.medium, step.at, told, "agent", step.purpose, (), *_rest(situation, cadence, step))


def _rest(situation: Situation, cadence: Cadence, step: Step) -> tuple[str, int, str]:
    """The fallback, the place in the cadence, and what the step hangs on."""
    start = (situation.since or situation.start).date().isoformat()
    return step.fallback, step.place, f"{cadence.name}.{start}"


def _back_by(medium: str, situation: Situation) -> str:
    """The medium in which they wrote; after a call, a text."""
    wanted = "sms" if medium == "call" else medium
    open_ones = situation.reachable - situation.blocked
    if wanted in TEXTING or wanted == "email":
        return wanted if wanted not in situation.blocked else next(iter(sorted(open_ones)), wanted)
    return wanted


def _of_turn(situation: Situation) -> Evidence:
    last = situation.last_inbound
    if last is None:
        return Evidence()
    return Evidence(last.text[:160].strip(), last.id, "", situation.turns.index(last))


def _heard(situation: Situation) -> datetime | None:
    return situation.last_inbound.at if situation.last_inbound is not None else None


def _fresh(situation: Situation) -> bool:
    heard = _heard(situation)
    return heard is not None and situation.now - heard < timedelta(days=1)


def _sentence(name: str, situation: Situation) -> str:
    english, spanish = _SENTENCES[name]
    return spanish if situation.agent_language == "es" else english
