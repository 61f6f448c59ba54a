"""What is Claude asked about a conversation, and which of the facts that it names may enter the profile?"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field

from enterprisehub.engines.base import Brief, Capability, Policy
from leads import conversation, dates, money
from leads.amounts import numbers
from leads.amounts.guessing import language
from leads.amounts.tokens import split
from leads.preferences import read, render
from leads.protected import protected
from leads.slots import SLOTS, Kind, Slot, Value
from leads.words import LONGEST, Said, folded

MOST: Final = 12  # facts of one answer
LONGEST_QUOTE: Final = 240  # characters; longer ones are no evidence for one fact
SURE: Final = 0.75  # how far a fact is trusted that Claude found and our own reader did not
_MONTHLY: Final = "price_monthly_max"
_TRUTH: Final = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True)
class Reading:
    """A conversation, oldest turn first; a turn that has an aware `at` is read at that moment, the others at `now`.

    `known` is the state as it is kept, None when our own reader shall make it. `now` is aware, in the lead's zone; `names` are words
    that must not leave the house.
    """

    conversation: Sequence[Said]
    now: datetime
    side: str = "buyer"
    known: tuple[Slot, ...] | None = None
    names: tuple[str, ...] = ()


class FactDraft(BaseModel):
    """One fact; its amount, date or number is read from the quote by us."""

    name: str = Field(description="One of the slots that can be filled.")
    quote: str = Field(description="The prospect's own words that say it, copied verbatim, as few as possible.")
    value: str = Field(
        description="In the words of the quote; for a slot with choices one of them, for a bool true or false."
    )


class UnderstandingDraft(BaseModel):
    """What Claude fills; nothing of it is kept unchecked."""

    facts: list[FactDraft] = Field(
        description="What the prospect said that is not known yet; empty when there is nothing."
    )
    confidence: float = Field(description="From 0 to 1.")


def understand(question: Reading) -> tuple[Slot, ...]:
    """The local engine's state of what the prospect wants."""
    return question.known if question.known is not None else read(question.conversation, now=question.now)


def brief(question: Reading) -> Brief:
    """Slots and their types are trusted; what was said is evidence. Known values are named by slot alone."""
    known = sorted({slot.name for slot in understand(question)})
    return Brief(
        knowledge=json.dumps({name: _told(kind) for name, kind in SLOTS.items()}, sort_keys=True),
        situation={"side": question.side, "known": known},
        untrusted=[
            {"source": "conversation", "speaker": turn.speaker, "text": turn.text[:LONGEST]}
            for turn in question.conversation
        ],
        names=question.names,
    )


def adopt(question: Reading, draft: BaseModel) -> tuple[Slot, ...] | None:
    """The local state and what Claude adds to it: facts with a known name, words that were said, and a value in them.

    A slot that is known already stays as our reader has it. None for something that is no such draft.
    """
    if not isinstance(draft, UnderstandingDraft):
        return None
    state = understand(question)
    taken = {slot.name for slot in state}
    found: dict[tuple[str, Value], Slot] = {}
    for fact in draft.facts[:MOST]:
        slot = _checked(fact, question)
        if slot is not None and slot.name not in taken:
            found[slot.name, slot.value if SLOTS[slot.name].several else ""] = slot
    return (*state, *found.values())


def _checked(fact: FactDraft, question: Reading) -> Slot | None:
    """The fact with its place in the conversation; None when its name, its words or its value do not hold."""
    name, quote = fact.name.strip().casefold(), fact.quote.strip()
    kind = SLOTS.get(name)
    if kind is None or not 2 <= len(quote) <= LONGEST_QUOTE:
        return None
    for turn in range(len(question.conversation) - 1, -1, -1):
        said = question.conversation[turn]
        start = _place(said.text, quote) if said.speaker == "prospect" else -1
        if start >= 0:
            words = said.text[start : start + len(quote)]
            value = _value(kind, fact.value.strip(), words, now=_moment(said, question.now))
            if value is None or (kind.type == "money" and _monthly(words) != (name == _MONTHLY)):
                return None
            if kind.type == "text" and protected(name, str(value)):
                return None  # who somebody is, is no wish; the message keeps what was said
            return Slot(name, value, words, turn, start, start + len(words), SURE, unit=kind.unit)
    return None


def _place(text: str, quote: str) -> int:
    """Where these words stand as words of their own, -1 when nowhere."""
    wanted = re.escape(folded(quote))
    found = re.search(rf"(?<!\w){wanted}(?!\w)" if folded(quote).isascii() else wanted, folded(text))
    return found.start() if found else -1


def _moment(said: Said, now: datetime) -> datetime:
    at = getattr(said, "at", None)
    return at.astimezone(now.tzinfo) if isinstance(at, datetime) and at.tzinfo else now


def _value(kind: Kind, given: str, quote: str, *, now: datetime) -> Value | None:
    """The value as the quote bears it out: money, dates and numbers are read by us, never taken from a model."""
    match kind.type:
        case "one of":
            return given.casefold() if given.casefold() in kind.choices else None
        case "bool":
            return _TRUTH.get(given.casefold())
        case "money":
            return _borne_out(_amount(quote), _amount(given))
        case "date":
            return next((when.on.isoformat() for when in dates.find(quote, now=now) if when.on), None)
        case "time":
            return next((when.at for when in dates.find(quote, now=now) if when.at), None)
        case "int" | "float":
            return _borne_out(_number(quote), _number(given))
    place = _place(quote, given) if given else -1
    if place < 0 and set(re.findall(r"\d+", given)) - set(re.findall(r"\d+", quote)):
        return None
    return quote[place : place + len(given)] if place >= 0 else quote[:80]


def _borne_out(said: float | None, claimed: float | None) -> float | None:
    """What was said, unless something else is claimed to have been said."""
    return None if claimed is not None and claimed != said else said


def _amount(text: str) -> float | None:
    found = money.find(text)
    return found[0].value if found else None


def _monthly(quote: str) -> bool:
    return any(amount.period == "month" for amount in money.find(quote))


def _number(text: str) -> float | None:
    tokens, tongue = split(text), language(text)
    read_ones = (numbers.read(tokens, place, tongue) for place in range(len(tokens)))
    return next((found.value for found in read_ones if found is not None and not found.bare), None)


def _told(kind: Kind) -> str | list[str]:
    return list(kind.choices) if kind.choices else kind.type


def parse(given: Mapping[str, Any]) -> Reading:
    """A conversation as `leads.preferences` takes it, and `side`?; Invalid names what is wrong."""
    asked = conversation.parse(given)
    return Reading(asked.turns, asked.now, str(given.get("side") or "buyer"))


UNDERSTAND: Capability[Reading, tuple[Slot, ...]] = Capability(
    "leads.understand",
    Reading,
    tuple,
    understand,
    prompt="leads.understand",
    draft=UnderstandingDraft,
    brief=brief,
    adopt=adopt,
    parse=parse,
    render=render,
    policy=Policy(
        thinking="adaptive",
        effort="medium",
        max_tokens=3000,
        first_text=15.0,
        total=20.0,
        stream=False,
        cache_seconds=0,
    ),
)
