"""Which objections does a message raise, and where are the words that say so?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coaching.cues import Sign, find
from coaching.kinds import AFFORDABILITY, NON_OVERCOMABLE, OVERCOMABLE, group_of, overcomable
from coaching.linear import model, probabilities
from coaching.offers import below
from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid
from leads import optout
from leads.network import chances as chances_by_meaning
from leads.text import LONGEST, Folded, Span, fold, sentences, words

MOST: Final = 2
"""Objections named in one message."""
CLOSE: Final = 0.12
"""Two chances that are nearer than this leave it open which one is meant."""
OFFER_CHANCE: Final = 0.9
"""How often an amount below the listed price is an objection to it (measured on negotiations, docs/quality.md)."""
PUTTING_OFF: Final = frozenset({"timing", "stall"})
"""Kinds whose weak cues ("not right now") are no objection where the agent has just asked whether to do something."""
BY_MEANING: Final = 0.6
"""How much the network's word counts beside the linear model's; lines that neither had seen say so, flatly between .5 and .65."""
OPT_OUT: Final = "opt_out"
UNHEARD: Final = 1e-5
"""The least chance that either is taken to give; nothing is impossible because one of them says so."""
GATE: Final = 0.75
"""The chance of any objection at all from which one is named: a wrong card costs the agent more than a missing one."""
FIRM: Final = 0.7
"""The same where the likeliest kind is one that may not be argued with: there a missing one costs more."""
SURE: Final = 0.9
"""The chance of any objection from which the likeliest kind is named even when the kinds share that chance among them."""
BESIDE: Final = 0.5
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

    A cascade: cues with negation and reported speech feed a linear model, a small network reads what the words mean, and the
    context corrects the chances that both give.
    """
    folded = fold(question.text)
    signs = find(folded.text)
    chances = _in_context(question, folded, signs, _blended(question.text, folded.text, signs))
    chances = _left_alone(question.text, chances)
    kinds = named(chances, model().thresholds)
    firm = [kind for kind in kinds if kind in NON_OVERCOMABLE]
    chosen = (firm + [kind for kind in kinds if kind not in firm])[:MOST]
    found = tuple(_objection(kind, chances[kind], question, folded, signs) for kind in chosen)
    unsure = len(found) == MOST and not firm and chances[chosen[0]] - chances[chosen[1]] < CLOSE
    return ObjectionAnswer(found, overcomable=not firm, unsure=unsure)


def _left_alone(text: str, chances: dict[str, float]) -> dict[str, float]:
    """Whether they ask to be left alone is decided in one place for the whole house; then nothing is left to be argued with."""
    left = optout.read(text)
    if not left.opt_out:
        return chances
    rest = {kind: chance * (1 - left.confidence) for kind, chance in chances.items() if kind in OVERCOMABLE}
    return {**chances, **rest, OPT_OUT: left.confidence}


def _blended(text: str, folded: str, signs: Sequence[Sign]) -> dict[str, float]:
    """What the words say and what they mean; of a kind that was only denied or reported the network says no more than the words."""
    by_word = probabilities(folded, signs)
    if not any(by_word.values()):
        return by_word
    meant = {sign.kind for sign in signs if sign.meant}
    turned = {sign.kind for sign in signs} - meant
    by_meaning = chances_by_meaning(text[:LONGEST])
    return weighed(by_word, {k: min(chance, by_word[k]) if k in turned else chance for k, chance in by_meaning.items()})


def weighed(by_word: Mapping[str, float], by_meaning: Mapping[str, float]) -> dict[str, float]:
    """What the words say (the linear model) and what they mean (the network): a weighed geometric mean, none included.

    Where one of the two is sure that nothing is meant, the other has to be surer still.
    """
    power = {kind: _mean(chance, by_meaning[kind]) for kind, chance in by_word.items()}
    whole = sum(power.values()) + _mean(1 - sum(by_word.values()), 1 - sum(by_meaning.values()))
    return {kind: each / whole for kind, each in power.items()}


def _mean(by_word: float, by_meaning: float) -> float:
    return float(max(by_word, UNHEARD) ** (1 - BY_MEANING) * max(by_meaning, UNHEARD) ** BY_MEANING)


def named(chances: Mapping[str, float], least: Mapping[str, float]) -> list[str]:
    """The kinds to name, likeliest first: each from its own chance on, none where an objection as such is not likely enough.

    What may not be argued with is named beside anything, however likely the other is.
    """
    some, likeliest = sum(chances.values()), max(chances, key=lambda kind: chances[kind])
    if some < (GATE if likeliest in OVERCOMABLE else FIRM):
        return []
    share = {kind: BESIDE * chances[likeliest] if kind in OVERCOMABLE else 0.0 for kind in chances}
    found = [kind for kind, chance in chances.items() if chance >= max(least[kind], share[kind])]
    if not found and some >= SURE:
        return [likeliest]
    return sorted(found, key=lambda kind: -chances[kind])


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
