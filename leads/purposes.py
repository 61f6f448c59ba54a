"""What does the prospect want of this conversation, why, and how soon?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from enterprisehub.engines.base import Capability
from leads import intent, preferences
from leads.conversation import Conversation, Turn, parse
from leads.reading import phrases
from leads.reading.asking import questions
from leads.reading.replies import verdict
from leads.reading.stance import sentences
from leads.reading.topics import about_home
from leads.slots import Slot
from leads.words import folded, unaccented

# what a conversation is about until something else is asked for; the others are about one message
LASTING: Final = frozenset(
    {
        "search_help",
        "book_tour",
        "rent_intent",
        "sell_intent",
        "invest_intent",
        "commercial_need",
        "valuation_request",
        "book_consult",
    }
)
_EMPTY: Final = frozenset({"small_talk", intent.OTHER})
_FADE: Final = 0.93  # what one more turn of the prospect takes off an older wish
_CARRIED: Final = 0.8
_OFFERED: Final = re.compile(
    r"\b(?:visit\w*|tour\w*|view(?:ing)?|see (?:it|the|this)|showing|look at it|go see|check (?:it|the place|them) out|visita\w*|verla|verlo|recorrido)\b"
)
_DESCRIBES: Final = re.compile(
    r"\b(?:\d|one|two|three|four|five|dos|tres|cuatro)[ -](?:bed|bath|br\b|recamara|habitacion|bano)|\b(?:an?|una?) (?:\w+ ){0,2}(?:apartment|condo|casa|departamento)\b"
)
_CLOSING: Final = re.compile(
    r"\b(?:that(?:'s| is|'ll be| will be| would be)? (?:all|it|everything)|not (?:right )?now|not yet|maybe (?:later|another)|no need|nothing else|all set|(?:good)?bye|eso es todo|por ahora no)\b"
)
_NOW: Final = re.compile(
    r"\b(?:asap|as soon as possible|right away|immediately|urgent\w*|emergency|today|tomorrow|evict\w*|(?:have|need) to be out|kicked out|homeless|nowhere to (?:live|stay)|move out fast|lo antes posible|cuanto antes|urgente|desaloj\w+)\b"
)
_UNHURRIED: Final = re.compile(
    r"\b(?:no (?:rush|hurry)|not in (?:a|any) (?:rush|hurry)|just (?:looking|browsing|curious)|next year|someday|eventually|sin prisa|solo (?:miro|viendo)|el proximo ano)\b"
)
LEVELS: Final = ("low", "medium", "high", "critical")
_DAYS: Final = ((14, "critical"), (60, "high"), (180, "medium"))
"""A deadline that is at most so many days away makes this urgent: our own thresholds, no outside figure."""


@dataclass(frozen=True)
class Purpose:
    """One intent of the conversation; `confidence` is by rule, 0..1."""

    name: str
    confidence: float


@dataclass(frozen=True)
class Purposes:
    """Intents, surest first; `motivation` is "" without evidence; `urgency` is low, medium, high or critical, by dates and not by mood."""

    intents: tuple[Purpose, ...]
    motivation: str = ""
    urgency: str = "low"


def weigh(asked: Conversation) -> Purposes:
    """Read the whole conversation; the prospect's newest turn weighs most, older wishes last until they are answered or declined."""
    running: dict[str, float] = {}
    newest: tuple[intent.Intent, ...] = ()
    for place, turn in enumerate(asked.turns):
        if turn.speaker == "prospect":
            newest = intent.read(turn.text, asked.turns[:place])
            running = _running(running, turn, asked.turns[:place], newest)
    state = preferences.read(asked.turns, now=asked.now, country=asked.country)
    return Purposes(_ranked(newest, running), _motivation(asked.turns), _urgency(asked, state))


def _running(
    before: dict[str, float], turn: Turn, history: Sequence[Turn], found: Iterable[intent.Intent]
) -> dict[str, float]:
    """The lasting wishes after this turn."""
    plain = folded(turn.text)
    if not about_home(plain, history):
        return {}
    now = {one.name: max(one.confidence, 0.0) for one in found if one.name in LASTING and one.confidence >= 0.5}
    if not now:
        now = _replied(plain, history)
    if not now and about_home(plain, history) and _DESCRIBES.search(plain):
        now = {"search_help": 0.6} if "book_tour" not in before else {}
    if not now and _CLOSING.search(plain):
        return {}
    kept = {name: sure * _FADE for name, sure in before.items() if sure > 0.2}
    # a new wish puts the older ones behind it
    return {**{name: sure * (0.6 if now else 1.0) for name, sure in kept.items()}, **now}


def _replied(plain: str, history: Sequence[Turn]) -> dict[str, float]:
    asked = next((folded(one.text) for one in reversed(history) if one.speaker == "agent"), "")
    if _OFFERED.search(questions(asked)) and verdict(plain) != "no" and not _CLOSING.search(plain):
        return {"book_tour": 0.8}
    return {}


def _ranked(newest: Sequence[intent.Intent], running: dict[str, float]) -> tuple[Purpose, ...]:
    sure = {name: min(_CARRIED, value) for name, value in running.items()}
    for one in newest:
        share = 0.4 if one.name in _EMPTY and running and one.confidence > 0.4 else one.confidence
        sure[one.name] = max(sure.get(one.name, 0.0), share)
    if running:
        sure.pop(intent.OTHER, None)
    return tuple(
        Purpose(name, round(value, 2)) for name, value in sorted(sure.items(), key=lambda one: (-one[1], one[0]))
    )


def _motivation(turns: Sequence[Turn]) -> str:
    """The newest motive that the prospect told."""
    for turn in reversed(turns):
        if turn.speaker == "prospect":
            plain = folded(turn.text)
            told = phrases.phrased(unaccented(turn.text), plain, sentences(plain))
            if found := [str(one.value) for one in told if one.name == "motivation"]:
                return found[-1]
    return ""


def _urgency(asked: Conversation, state: Sequence[Slot]) -> str:
    said = [folded(turn.text) for turn in asked.turns if turn.speaker == "prospect"]
    levels = ["low", *(_by_days(slot, asked.now.date()) for slot in state if slot.name in ("deadline", "move_in"))]
    if any(slot.name == "visit_date" for slot in state):
        levels.append("medium")
    rushed = [slot for slot in state if slot.name == "timeframe"]
    levels += [_by_words(str(slot.value).lower()) for slot in rushed]
    if any(
        _NOW.search(one) and not re.search(r"\b(?:visit|tour|see|call|schedul\w+|all|help\w*)\b", one) for one in said
    ):
        levels.append(
            "critical"
            if any(re.search(r"evict|desaloj|be out|kicked|nowhere|emergency", one) for one in said)
            else "high"
        )
    if len(levels) == 1 and any(_UNHURRIED.search(one) for one in said):
        return "low"
    return max(levels, key=LEVELS.index)


def _by_days(slot: Slot, today: date) -> str:
    left = (date.fromisoformat(str(slot.value)) - today).days
    return next((level for days, level in _DAYS if left <= days), "low") if left >= 0 else "low"


def _by_words(words: str) -> str:
    if _UNHURRIED.search(words):
        return "low"
    if _NOW.search(words):
        return "high"
    return "high" if re.search(r"\b(?:days?|weeks?|this month|dias?|semanas?|este mes)\b", words) else "medium"


def render(value: Purposes) -> dict[str, Any]:
    """As JSON."""
    told = [{"name": one.name, "confidence": one.confidence} for one in value.intents]
    return {"intents": told, "motivation": value.motivation, "urgency": value.urgency}


INTENT: Capability[Conversation, Purposes] = Capability(
    "leads.intent", Conversation, Purposes, weigh, parse=parse, render=render
)
