"""What is known of a lead, how complete is that, and which one question comes next, or why none?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid
from leads import questions
from leads.completeness import Completeness, Fact, completeness, explain_fall, shortfall
from leads.handoff import OF_OVERLAY, HandOff, asked_since, hand_off, only_looking, reasons, signed, stays, triggered
from leads.lifecycle import OVERLAYS, STAGES, laid_by
from leads.packs import Pack, pack_of, sides, verticals
from leads.words import Said

__all__ = [
    "Completeness",
    "Fact",
    "HandOff",
    "Pack",
    "Qualification",
    "Situation",
    "completeness",
    "explain_fall",
    "pack_of",
]
__all__ += ["next_question", "qualify"]

# two questions that were repeated and not answered are enough
MOST_FAILED = 2
MOST_FACTS, MOST_TURNS = 500, 500
LANGUAGES = ("en", "es")


@dataclass(frozen=True)
class Situation:
    """What the choice of a question depends on, and nothing else: the same lead gets the same question.

    `heard` are reasons to stop (leads/handoff.py) that another reader found in the newest message. `now` is aware; `asked` holds slots, newest last; `history` what was said, newest last; `seed` varies the wording per lead;
    what stays is looked for from turn `since` of the history on, where what was said before is kept by the caller.
    """

    pack: Pack
    now: datetime
    stage: str = "engaged"
    overlay: str = "none"
    facts: tuple[Fact, ...] = ()
    asked: tuple[str, ...] = ()
    history: Sequence[Said] = ()
    language: str = "en"
    seed: str = ""
    heard: tuple[str, ...] = ()
    since: int = 0


@dataclass(frozen=True)
class Question:
    """One question for the agent to ask: what it finds out, its words, and why it is worth asking."""

    slot: str
    text: str
    why: str


@dataclass(frozen=True)
class Qualification:
    """How complete a lead is, and what is next: a question, a hand-off, or neither when all is known."""

    lead: Situation
    completeness: Completeness
    next: Question | HandOff | None


def qualify(lead: Situation) -> Qualification:
    """Completeness and the next question in one go; no network, no state, under a millisecond."""
    measured = completeness(lead.facts, lead.pack, lead.now)
    return Qualification(lead, measured, next_question(lead, measured))


def next_question(lead: Situation, measured: Completeness) -> Question | HandOff | None:
    """One question with the highest expected gain (leads/questions.py), a reason to stop asking, or None when all is known.

    Never a known slot. Somebody who is only looking is asked one soft question; a slot that was asked before is asked more softly.
    """
    stop = _stopped(lead, measured)
    if stop is not None:
        return stop
    looking = only_looking(lead.history)
    if looking >= 0 and asked_since(lead.history, looking):
        return hand_off("just_looking", lead.language)
    gained = {part.slot: part.gained for part in measured.parts}
    slot = questions.best(questions.Standing(lead.pack, lead.stage, measured.known, gained, lead.asked))
    return _worded(slot, lead, soft=looking >= 0 or slot in lead.asked) if slot else None


def _stopped(lead: Situation, measured: Completeness) -> HandOff | None:
    found = triggered(lead.history, lead.language, since=lead.since)
    if lead.overlay in OF_OVERLAY and not (found and laid_by(found.reason) == lead.overlay):
        return hand_off(OF_OVERLAY[lead.overlay], lead.language)
    if found is not None and stays(found.reason):
        return found  # the words say it themselves: another reader's guess at something that stays does not outweigh it
    heard = [found] if found is not None else []
    heard += [hand_off(reason, lead.language) for reason in lead.heard]
    if heard:
        return min(heard, key=lambda one: reasons().index(one.reason))
    if _before_ours(lead.stage) and any(_signed_elsewhere(fact) for fact in lead.facts):
        return hand_off("signed_elsewhere", lead.language)
    if questions.failed_repeats(lead.asked, measured.known) >= MOST_FAILED:
        return hand_off("repeats", lead.language)
    return None


def _before_ours(stage: str) -> bool:
    # from `represented` on, the agreement that is signed is our own
    return stage not in STAGES[STAGES.index("represented") :]


def _signed_elsewhere(fact: Fact) -> bool:
    # better to stop once too often than to solicit somebody else's client; only a contradiction makes it worth asking
    holds = fact.confirmed or (fact.confidence >= 0.5 and not fact.contradicted)
    return fact.name == "agent_status" and holds and signed(fact.value)


def _worded(slot: str, lead: Situation, *, soft: bool) -> Question:
    turn = questions.turn_of(slot, seed=lead.seed, asked=lead.asked)
    told = questions.wording(slot, lead.pack, language=lead.language, turn=turn, soft=soft)
    return Question(slot, told.text, told.why)


@dataclass(frozen=True)
class _Turn:
    speaker: str
    text: str


def parse(given: Mapping[str, Any]) -> Situation:
    """A lead from JSON: side, vertical, stage, facts, and if wanted overlay, asked, conversation, language, seed, now."""
    now = _moment(given.get("now"), "now") or datetime.now(UTC)
    facts = _listed(given, "facts", MOST_FACTS)
    turns = _listed(given, "conversation", MOST_TURNS)
    return Situation(
        pack=pack_of(_one_of(given, "side", sides(), "buyer"), _one_of(given, "vertical", verticals(), "any")),
        now=now,
        stage=_one_of(given, "stage", STAGES, "engaged"),
        overlay=_one_of(given, "overlay", OVERLAYS, "none"),
        facts=tuple(_fact(one, f"facts[{place}]", now) for place, one in enumerate(facts)),
        asked=tuple(_text(one, "asked") for one in _listed(given, "asked", MOST_FACTS)),
        history=tuple(_turn(one, f"conversation[{place}]") for place, one in enumerate(turns)),
        language=_text(given.get("language", "en"), "language"),
        seed=_text(given.get("seed", ""), "seed"),
        heard=tuple(_one_of({"heard": one}, "heard", reasons(), "") for one in _listed(given, "heard", MOST_FACTS)),
    )


def render(found: Qualification) -> dict[str, Any]:
    """The answer as JSON: completeness 0 to 1, parts, what is missing and why it matters, and the next question or hand-off."""
    lead, measured, then = found.lead, found.completeness, found.next
    missing = [
        {
            "slot": part.slot,
            "why": questions.why(part.slot, lead.pack, lead.language),
            "reason": _short(part.slot, found),
        }
        for part in sorted(measured.parts, key=lambda part: -part.weight * (1 - part.gained))
        if not part.known
    ]
    return {
        "completeness": round(measured.value, 4),
        "parts": [asdict(part) for part in measured.parts],
        "missing": missing,
        "open_topics": list(measured.open_topics),
        "qualified": measured.qualified,
        "next_question": asdict(then) if isinstance(then, Question) else None,
        "hand_off": {"reason": then.reason, "text": then.text} if isinstance(then, HandOff) else None,
    }


def _short(slot: str, found: Qualification) -> str:
    part = next(part for part in found.completeness.parts if part.slot == slot)
    return shortfall(part, found.lead.language)


def _fact(given: Any, field: str, now: datetime) -> Fact:
    if not isinstance(given, dict):
        raise Invalid(f"`{field}` must be an object.", field=field)
    value, sure = given.get("value"), given.get("confidence", 1.0)
    if not isinstance(value, str | int | float | bool):
        raise Invalid(f"`{field}.value` must be a text, a number, true or false.", field=f"{field}.value")
    if isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 <= sure <= 1:
        raise Invalid(f"`{field}.confidence` must be a number from 0 to 1.", field=f"{field}.confidence")
    for name in ("confirmed", "contradicted"):
        if not isinstance(given.get(name, False), bool):
            raise Invalid(f"`{field}.{name}` must be true or false.", field=f"{field}.{name}")
    said = _moment(given.get("at"), f"{field}.at") or now
    marks = {name: given.get(name, False) for name in ("confirmed", "contradicted")}
    return Fact(_text(given.get("name"), f"{field}.name"), value, float(sure), said, **marks)


def _turn(given: Any, field: str) -> _Turn:
    if not isinstance(given, dict) or given.get("speaker") not in ("prospect", "agent"):
        raise Invalid(f"`{field}.speaker` must be prospect or agent.", field=f"{field}.speaker")
    return _Turn(given["speaker"], _text(given.get("text"), f"{field}.text"))


def _moment(given: Any, field: str) -> datetime | None:
    """Without an offset it is UTC."""
    if given is None:
        return None
    try:
        found = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        raise Invalid(f"`{field}` must be a date and time in ISO 8601.", field=field) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _listed(given: Mapping[str, Any], field: str, most: int) -> list[Any]:
    value = given.get(field, [])
    if not isinstance(value, list) or len(value) > most:
        raise Invalid(f"`{field}` must be a list of at most {most}.", field=field)
    return value


def _one_of(given: Mapping[str, Any], field: str, allowed: Sequence[str], default: str) -> str:
    value = given.get(field, default)
    if not isinstance(value, str) or value not in allowed:
        raise Invalid(f"`{field}` must be one of {', '.join(allowed)}.", field=field)
    return value


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise Invalid(f"`{field}` must be a text.", field=field)
    return value


QUALIFICATION: Capability[Situation, Qualification] = Capability(
    "leads.qualification", Situation, Qualification, qualify, parse=parse, render=render
)
