"""Which of the questions of a qualification has the prospect answered already, in which words?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from leads.words import Said, folded, unaccented

_PARTS = {
    # "about 3 bedrooms" and "over 2000 sq ft" are no prices: a bare number needs three digits and no other unit
    "{money}": r"(?:\$ ?\d[\d.,]*|\d[\d.,]*(?= ?(?:k|m|mm|mil|thousand|million|millones|usd|dollars|dolares)\b)"
    r"|\d{1,3}(?:[.,]\d{3})+|\d{3,9})(?:(?<=\d) ?(?:k|m|mm|mil|thousand|million|millones|usd|dollars|dolares)\b)?"
    r"(?![\d%]| ?(?:sq|square|feet|ft|pies|metros|m2|miles|minutes|people|years|homes|am|pm)\b)",
    # a name as written: a place is told by its capital, so these patterns are matched against the text itself
    "{proper}": r"(?-i:[A-ZÑ][\w'.-]+(?: (?:de |del |la |las |los |el )?[A-ZÑ][\w'.-]+){0,3})",
}
# words that say a slot is mentioned, not told: "what if the lease ends", "do I need pre-approval?"
_HYPOTHETICAL = re.compile(
    r"\b(?:if|whether|do i need|should i|would i|what if|si(?= \w)|necesito una?)\b[^.!?]{0,25}$"
)
_NEGATED = re.compile(r"\b(?:not|n't|never|no|nunca|sin)\b[^.!?,]{0,12}$")
# a capital at the start of a place's name proves little for these
_NO_PLACE = re.compile(
    r"(?:i|i'm|the|a|an|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|yes|no|ok|okay|thanks|sure|hi|hello)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mention:
    """One slot that the prospect filled: `turns[turn].text[start:end] == quote`; `value` is the telling part, as written."""

    slot: str
    value: str
    quote: str
    turn: int
    start: int
    end: int


@dataclass(frozen=True)
class _Cues:
    """How one slot is told: unasked, or as the answer to a question that `asked` recognises."""

    slot: str
    told: tuple[re.Pattern[str], ...]
    asked: re.Pattern[str]
    answer: re.Pattern[str]


def mentions(turns: Sequence[Said]) -> tuple[Mention, ...]:
    """What the prospect's own turns fill, oldest first, at most one per slot and turn; the agent's words only give the question."""
    return tuple(_told(turns))


def _told(turns: Sequence[Said]) -> Iterator[Mention]:
    question = ""
    for place, turn in enumerate(turns):
        if turn.speaker != "prospect":
            question = folded(turn.text)
            continue
        for slot, value, start, end in _in_turn(turn.text, question):
            yield Mention(slot, value, turn.text[start:end], place, start, end)


def _in_turn(text: str, question: str) -> tuple[tuple[str, str, int, int], ...]:
    """(slot, value, start, end) for each slot that this turn fills, given the agent's last words."""
    named, plain = unaccented(text), folded(text)
    found = ((cues.slot, _first(cues, named, plain, question)) for cues in _cues())
    return tuple((slot, text[slice(*hit.span("v"))].strip(" .,;"), *hit.span()) for slot, hit in found if hit)


def _first(cues: _Cues, text: str, plain: str, question: str) -> re.Match[str] | None:
    for pattern in cues.told:
        hit = _search(pattern, text, plain)
        if hit and not _HYPOTHETICAL.search(plain[: hit.start()]) and not _denied(cues.slot, plain[: hit.start()]):
            return hit
    if question and "?" not in plain and cues.asked.search(question):
        return _search(cues.answer, text, plain)
    return None


def _denied(slot: str, before: str) -> bool:
    # "not pre-approved" still tells how the money stands; "not in June" tells no date
    return slot not in ("financing", "agent_status") and bool(_NEGATED.search(before))


def _search(pattern: re.Pattern[str], text: str, plain: str) -> re.Match[str] | None:
    named = "(?-i:" in pattern.pattern
    hit = pattern.search(text if named else plain)
    return None if hit and named and _NO_PLACE.match(hit["v"]) else hit


@lru_cache(maxsize=1)
def _cues() -> tuple[_Cues, ...]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "preferences.yaml").read_text("utf-8")
    data = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    return tuple(
        _Cues(slot, tuple(map(_compiled, how["told"])), _compiled(how["asked"]), _compiled(how["answer"]))
        for slot, how in data.items()
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    for name, part in _PARTS.items():
        pattern = pattern.replace(name, part)
    return re.compile(pattern, re.IGNORECASE)
