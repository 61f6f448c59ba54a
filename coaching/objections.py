"""Which objections does a message raise, and where are the words that say so?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coaching.cues import Sign, find
from coaching.kinds import AFFORDABILITY, NON_OVERCOMABLE, OVERCOMABLE, group_of, overcomable
from coaching.linear import model, probabilities
from coaching.offers import below
from coaching.text import Folded, Span, fold, sentences, words
from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid

MOST: Final = 2
"""Objections named in one message."""
CLOSE: Final = 0.12
"""Two chances that are nearer than this leave it open which one is meant."""
OFFER_CHANCE: Final = 0.9
"""How often an amount below the listed price is an objection to it (measured on negotiations, docs/quality.md)."""
LEAST: Final = 0.3
"""The chance from which a kind is named at all: a wrong card costs the agent more than a missing one."""
PUTTING_OFF: Final = frozenset({"timing", "stall"})
"""Kinds whose weak cues ("not right now") are no objection where the agent has just asked whether to do something."""
LEAST_OF: Final = {
    **dict.fromkeys(PUTTING_OFF, 0.6),
    **dict.fromkeys(("property_fit", "trust", "privacy"), 0.5),
    **dict.fromkeys((AFFORDABILITY, "process_fear", "just_looking", "opt_out", "steering", "minor"), 0.4),
    "professional_advice": 0.2,
}
"""Kinds that plain talk about homes is easily taken for need more; one that nothing else sounds like needs less."""
BESIDE: Final = 0.4
"""How much of the likeliest kind's chance another kind needs to be named as well."""
SHORT: Final = 8
"""Words up to which a message without a cue counts as a plain answer to the agent's question."""
ANSWERING: Final = 0.5


@dataclass(frozen=True)
class Turn:
    """One message of the conversation; `speaker` is `prospect` or `agent`."""

    speaker: str
    text: str


@dataclass(frozen=True)
class ObjectionQuestion:
    """The prospect's words, what was said before (newest last), and the listed price in the listing's own unit."""

    text: str
    history: tuple[Turn, ...] = ()
    listing_price: float | None = None
    language: str | None = None


@dataclass(frozen=True)
class Objection:
    """One objection with its evidence: `text[start:end] == quote`; `confidence` is a probability."""

    kind: str
    group: str
    confidence: float
    quote: str
    start: int
    end: int
    overcomable: bool


@dataclass(frozen=True)
class ObjectionAnswer:
    """At most two objections, best first; nothing at all when unsure whether there is one.

    `overcomable` is False when one of them must not be argued with. `unsure` asks for a clarifying question.
    """

    objections: tuple[Objection, ...] = ()
    overcomable: bool = True
    unsure: bool = False


def spot(question: ObjectionQuestion) -> ObjectionAnswer:
    """Read one message; never raises on any text.

    A cascade: cues with negation and reported speech feed a linear model, whose probabilities the context corrects.
    """
    folded = fold(question.text)
    signs = find(folded.text)
    chances = _in_context(question, folded, signs, probabilities(folded.text, signs))
    least = {kind: max(threshold, LEAST_OF.get(kind, LEAST)) for kind, threshold in model().thresholds.items()}
    kinds = sorted((k for k, chance in chances.items() if chance >= least[k]), key=lambda k: -chances[k])
    firm = [kind for kind in kinds if kind in NON_OVERCOMABLE]
    beside = [kind for kind in kinds if kind not in firm and chances[kind] >= chances[kinds[0]] * BESIDE]
    chosen = (firm + beside)[:MOST]
    found = tuple(_objection(kind, chances[kind], question, folded, signs) for kind in chosen)
    unsure = len(found) == MOST and not firm and chances[chosen[0]] - chances[chosen[1]] < CLOSE
    return ObjectionAnswer(found, overcomable=not firm, unsure=unsure)


def _in_context(
    question: ObjectionQuestion, folded: Folded, signs: Sequence[Sign], chances: dict[str, float]
) -> dict[str, float]:
    """What the listed price and the agent's last words change."""
    asked = next((turn.text for turn in reversed(question.history) if turn.speaker == "agent"), "")
    telling = any(sign.meant and not (sign.kind in PUTTING_OFF and sign.strength < 1) for sign in signs)
    if asked.rstrip().endswith("?") and len(words(folded.text)) <= SHORT and not telling:
        chances = {kind: chance * ANSWERING if kind in OVERCOMABLE else chance for kind, chance in chances.items()}
    if question.listing_price and below(folded.text, question.listing_price):
        meant = max(chances[AFFORDABILITY], OFFER_CHANCE)
        rest = (1 - meant) / max(1 - chances[AFFORDABILITY], 1 - meant)
        chances = {kind: meant if kind == AFFORDABILITY else chance * rest for kind, chance in chances.items()}
    return chances


def _objection(
    kind: str, chance: float, question: ObjectionQuestion, folded: Folded, signs: Sequence[Sign]
) -> Objection:
    span = _evidence(kind, question, folded, signs)
    quote = question.text[span.start : span.end]
    return Objection(kind, group_of(kind), round(chance, 4), quote, span.start, span.end, overcomable(kind))


def _evidence(kind: str, question: ObjectionQuestion, folded: Folded, signs: Sequence[Sign]) -> Span:
    """The sentence with the strongest cue of this kind, else with the offer, else the likeliest sentence."""
    own = [sign for sign in signs if sign.kind == kind and sign.meant]
    place = max(own, key=lambda sign: sign.strength).span.start if own else -1
    if place < 0 and kind == AFFORDABILITY and question.listing_price:
        offer = below(folded.text, question.listing_price)
        place = offer.span.start if offer else -1
    parts = sentences(folded.text) or [Span(0, len(folded.text))]
    if place >= 0:
        best = next((part for part in parts if part.start <= place < part.end), parts[0])
    else:
        best = max(parts, key=lambda part: probabilities(folded.text[part.start : part.end], ())[kind])
    return folded.back(best)


def parse(given: Mapping[str, Any]) -> ObjectionQuestion:
    """A question from JSON: `text`, `history` [{speaker, text}], `listing_price`, `language`; Invalid names what is wrong."""
    text, price, language = given.get("text"), given.get("listing_price"), given.get("language")
    if not isinstance(text, str):
        raise Invalid("`text` must be a text.", field="text")
    if price is not None and (isinstance(price, bool) or not isinstance(price, int | float) or not price >= 0):
        raise Invalid("`listing_price` must be a number of 0 or more.", field="listing_price")
    if language is not None and not isinstance(language, str):
        raise Invalid("`language` must be a text.", field="language")
    history = given.get("history") or []
    if not isinstance(history, list):
        raise Invalid("`history` must be a list.", field="history")
    return ObjectionQuestion(text, tuple(_turn(one) for one in history), price, language)


def _turn(given: Any) -> Turn:
    if not isinstance(given, dict) or given.get("speaker") not in ("prospect", "agent"):
        raise Invalid("Each turn of `history` has a speaker, 'prospect' or 'agent'.", field="history")
    if not isinstance(given.get("text"), str):
        raise Invalid("Each turn of `history` has a text.", field="history")
    return Turn(given["speaker"], given["text"])


def render(answer: ObjectionAnswer) -> dict[str, Any]:
    """The answer as JSON."""
    names = ("kind", "group", "confidence", "quote", "start", "end")
    found = [{name: getattr(one, name) for name in names} for one in answer.objections]
    return {"objections": found, "overcomable": answer.overcomable}


OBJECTION = Capability("coaching.objection", ObjectionQuestion, ObjectionAnswer, spot, parse=parse, render=render)
