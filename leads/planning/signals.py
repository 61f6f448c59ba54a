"""What speaks against this deal, and what for it? Each with the words that show it and a day after which it is stale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from leads.intent import read
from leads.lifecycle import may_tour
from leads.planning.evidence import Evidence, hits, of_slot, pattern, table
from leads.planning.situation import PROSPECT, Known, Situation
from leads.planning.urgency import Urgency, named

LATER_STAGES: Final = frozenset({"qualified", "appointment", "represented", "active"})
_TALKING: Final = frozenset({"engaged", "qualified", "appointment", "represented", "active", "under_contract"})
_SURE: Final = 0.6  # an intent below it was reported or denied
_TOLERANCE: Final = 1.05  # a price up to so much above the budget is talked about, not refused
SILENT_AFTER: Final[Mapping[str, int]] = {"engaged": 4, "qualified": 4, "appointment": 2, "represented": 5, "active": 7, "under_contract": 4}  # fmt: skip
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "contradiction": (
        "Two things they said do not go together: {name} was {earlier}, now {value}. Ask which one holds.",
        "Dos cosas que dijeron no concuerdan: {name} era {earlier}, ahora {value}. Pregunte cuál vale.",
    ),
    "deadline_near": ("{why}", "{why}"),
    "unrepresented": (
        "They want to see a home and no signed agreement is on record: it comes before the tour.",
        "Quieren ver una casa y no hay acuerdo firmado: va antes de la visita.",
    ),
    "price_mismatch": (
        "The home is listed above what they want to spend.",
        "La casa está por encima de lo que quieren gastar.",
    ),
    "price_fits": ("The home is within what they want to spend.", "La casa está dentro de lo que quieren gastar."),
    "silence": (
        "No word from them for {days} days, though they were written to.",
        "Sin noticias suyas desde hace {days} días, aunque se les escribió.",
    ),
    "unanswered": ("Their last message has not been answered.", "Su último mensaje no ha sido contestado."),
    "financing_missing": (
        "This far along, and nothing is known of how they will pay.",
        "A estas alturas no se sabe cómo van a pagar.",
    ),
    "visit_near": ("They have agreed to a day to meet.", "Acordaron un día para reunirse."),
}


@dataclass(frozen=True)
class Signal:
    """A risk or an opportunity: its kind, why in one sentence, what shows it, and until when it is worth looking at."""

    what: str
    why: str
    evidence: tuple[Evidence, ...]
    until: date


def risks(situation: Situation, urgent: Urgency) -> tuple[Signal, ...]:
    """What may cost the deal, each kind once, in the order of the table and of this file."""
    return _once([*_computed_risks(situation, urgent), *_listed("risks", situation)], situation)


def opportunities(situation: Situation) -> tuple[Signal, ...]:
    """What is there to be used, each kind once."""
    return _once([*_computed_opportunities(situation), *_listed("opportunities", situation)], situation)


def render(found: tuple[Signal, ...]) -> list[dict[str, Any]]:
    """As JSON, each with its quotes and its last day."""
    return [
        {
            "what": one.what,
            "why": one.why,
            "evidence": [{"quote": e.quote, "message": e.message, "slot": e.slot} for e in one.evidence],
            "until": one.until.isoformat(),
        }
        for one in found
    ]


def _listed(group: str, situation: Situation) -> Iterator[Signal]:
    for what, rule in table("signals")[group].items():
        if situation.side not in rule.get("sides", (situation.side,)):
            continue
        found = _by_fact(rule, situation) or _by_intent(rule, situation) or _by_words(rule, situation)
        if found is not None:
            at, evidence = found
            yield Signal(
                what, rule.get(situation.agent_language) or rule["en"], (evidence,), _until(at, rule, situation)
            )


def _by_fact(rule: Mapping[str, Any], situation: Situation) -> tuple[datetime, Evidence] | None:
    known = situation.slot(rule["slot"]) if "slot" in rule else None
    if known is None or known.value not in rule["values"]:
        return None
    return _when(known, situation), of_slot(known, situation)


def _by_words(rule: Mapping[str, Any], situation: Situation) -> tuple[datetime, Evidence] | None:
    if not rule["cue"]:
        return None
    denied = "n'?t" in rule["cue"]  # the cue itself denies
    hit = next(hits(situation, pattern(rule["cue"]), denied=denied), None)
    return (hit.turn.at, hit.evidence()) if hit is not None else None


def _by_intent(rule: Mapping[str, Any], situation: Situation) -> tuple[datetime, Evidence] | None:
    """A wish in the newest words that nobody has served yet."""
    for place in range(len(situation.turns) - 1, -1, -1) if "intents" in rule else ():
        turn = situation.turns[place]
        if turn.speaker != PROSPECT or len(situation.turns) - place > 6:
            continue
        for intent in read(turn.text, situation.turns[:place]):
            if intent.name in rule["intents"] and intent.confidence >= _SURE:
                return turn.at, Evidence(intent.quote, turn.id, "", place)
    return None


def _computed_risks(situation: Situation, urgent: Urgency) -> Iterator[Signal]:
    today = situation.now.date()
    for known in situation.slots:
        if known.contradiction and known.earlier is not None:
            told = {"name": known.name.replace("_", " "), "earlier": known.earlier, "value": known.value}
            shown = (of_slot(known, situation),)
            yield Signal("contradiction", _told("contradiction", situation, **told), shown, today + timedelta(days=60))
    first = urgent.deadline
    if first is not None and first.level in ("critical", "high"):
        yield Signal("deadline_near", _told("deadline_near", situation, why=urgent.why), (first.evidence,), first.on)
    if (wish := _wants_tour(situation)) and not may_tour(situation.side, situation.agreement, situation.exception):
        yield Signal("unrepresented", _told("unrepresented", situation), (wish,), today + timedelta(days=14))
    yield from _of_price(situation, fits=False)
    yield from _of_silence(situation)
    if situation.stage in LATER_STAGES and situation.side in ("buyer", "both", "investor") and not _pays(situation):
        told_ = _told("financing_missing", situation)
        yield Signal("financing_missing", told_, (Evidence(slot="financing"),), today + timedelta(days=30))


def _computed_opportunities(situation: Situation) -> Iterator[Signal]:
    visit = situation.slot("visit_date")
    if visit is not None and str(visit.value) >= situation.now.date().isoformat():
        until = date.fromisoformat(str(visit.value)[:10])
        yield Signal("visit_near", _told("visit_near", situation), (of_slot(visit, situation),), until)
    yield from _of_price(situation, fits=True)


def _of_price(situation: Situation, *, fits: bool) -> Iterator[Signal]:
    most, price = situation.slot("price_max"), situation.home.price
    if most is None or price is None or not isinstance(most.value, int | float) or isinstance(most.value, bool):
        return
    if (price <= most.value * _TOLERANCE) is fits:
        what = "price_fits" if fits else "price_mismatch"
        until = situation.now.date() + timedelta(days=45)
        yield Signal(what, _told(what, situation), (of_slot(most, situation),), until)


def _of_silence(situation: Situation) -> Iterator[Signal]:
    last, tried = situation.last_inbound, situation.last_try
    today = situation.now.date()
    if last is None or situation.stage not in _TALKING:
        return
    shown = (Evidence(last.text[:160], last.id, "", situation.turns.index(last)),)
    if situation.unanswered:
        if situation.now - situation.unanswered[0].at > timedelta(minutes=15):
            yield Signal("unanswered", _told("unanswered", situation), shown, today + timedelta(days=3))
        return
    days = (situation.now - last.at).days
    if tried is not None and tried > last.at and days >= SILENT_AFTER[situation.stage]:
        yield Signal("silence", _told("silence", situation, days=days), shown, today + timedelta(days=14))


def _wants_tour(situation: Situation) -> Evidence | None:
    visit = situation.slot("visit_date")
    if visit is not None and str(visit.value) >= situation.now.date().isoformat():
        return of_slot(visit, situation)
    found = _by_intent({"intents": ("book_tour",)}, situation)
    return found[1] if found is not None else None


def _pays(situation: Situation) -> bool:
    return situation.slot("financing") is not None or situation.slot("preapproved") is not None


def _told(what: str, situation: Situation, **facts: Any) -> str:
    english, spanish = _WORDS[what]
    return (spanish if situation.agent_language == "es" else english).format(**facts)


def _when(known: Known, situation: Situation) -> datetime:
    return known.at or situation.now


def _until(at: datetime, rule: Mapping[str, Any], situation: Situation) -> date:
    """So many days after it was said, and no longer than the date that it ends with."""
    until = at.date() + timedelta(days=rule["days"])
    ending = named(rule["ends_with"], situation) if "ends_with" in rule else None
    return min(until, ending[0]) if ending is not None else until


def _once(found: list[Signal], situation: Situation) -> tuple[Signal, ...]:
    """Each kind once, and none that is stale already."""
    return tuple({one.what: one for one in reversed(found) if one.until >= situation.now.date()}.values())[::-1]
