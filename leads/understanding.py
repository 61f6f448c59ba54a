"""What is Claude asked about a conversation, and which of the facts that it names may enter the profile?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field

from enterprisehub.engines.base import Brief, Capability, Policy
from leads import dates, money
from leads.preferences import read
from leads.slots import SLOTS, Kind, Slot, Value
from leads.words import Turn, folded

MOST: Final = 12  # facts of one answer
SURE: Final = 0.75  # how far a fact is trusted that Claude found and our own reader did not
_TRUTH: Final = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True)
class Reading:
    """A conversation, oldest turn first; `known` is what our own reader made of it. `now` is aware, in the lead's zone."""

    conversation: tuple[Turn, ...]
    now: datetime
    side: str = "buyer"
    known: tuple[Slot, ...] = ()
    names: tuple[str, ...] = ()


class FactDraft(BaseModel):
    """One fact; its amount, date or number is read from the quote by us."""

    name: str = Field(description="One of the slots in the situation.")
    quote: str = Field(description="The prospect's own words that say it, copied verbatim, as few as possible.")
    value: str = Field(description="The value in words; for a slot with choices one of them.")


class UnderstandingDraft(BaseModel):
    """What Claude fills; nothing of it is kept unchecked."""

    facts: list[FactDraft] = Field(
        description="What the prospect said that is not known yet; empty when there is nothing."
    )
    confidence: float = Field(description="From 0 to 1.")


def understand(question: Reading) -> tuple[Slot, ...]:
    """The local engine's state of what the prospect wants."""
    return question.known or read(question.conversation, now=question.now)


def brief(question: Reading) -> Brief:
    """Slots and their types are trusted; what was said is evidence. Known values are named by slot alone."""
    known = understand(question)
    return Brief(
        knowledge=json.dumps({name: _told(kind) for name, kind in SLOTS.items()}, sort_keys=True),
        situation={"side": question.side, "known": sorted({slot.name for slot in known})},
        untrusted=[
            {"source": "conversation", "speaker": turn.speaker, "text": turn.text} for turn in question.conversation
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
    found = [slot for fact in draft.facts[:MOST] for slot in _checked(fact, question) if slot.name not in taken]
    return (*state, *{slot.name: slot for slot in found}.values())


def _checked(fact: FactDraft, question: Reading) -> Iterator[Slot]:
    name, quote = fact.name.strip().casefold(), fact.quote.strip()
    kind = SLOTS.get(name)
    if kind is None or len(quote) < 2:
        return
    for turn in range(len(question.conversation) - 1, -1, -1):
        said = question.conversation[turn]
        if said.speaker != "prospect" or (start := folded(said.text).find(folded(quote))) < 0:
            continue
        words = said.text[start : start + len(quote)]
        value = _value(kind, fact.value.strip(), words, now=question.now)
        if value is not None:
            yield Slot(name, value, words, turn, start, start + len(words), SURE, unit=kind.unit)
        return


def _value(kind: Kind, given: str, quote: str, *, now: datetime) -> Value | None:
    """The value as the quote bears it out: money, dates and numbers are read by us, never taken from a model."""
    match kind.type:
        case "one of":
            return given.casefold() if given.casefold() in kind.choices else None
        case "bool":
            return _TRUTH.get(given.casefold())
        case "money":
            return next((amount.value for amount in money.find(quote)), None)
        case "date":
            return next((when.on.isoformat() for when in dates.find(quote, now=now) if when.on), None)
        case "time":
            return next((when.at for when in dates.find(quote, now=now) if when.at), None)
        case "int" | "float":
            number = re.search(r"\d+(?:\.\d+)?", quote)
            return float(number[0]) if number else None
    return given if given and folded(given) in folded(quote) else quote[:80]


def _told(kind: Kind) -> str | list[str]:
    return list(kind.choices) if kind.choices else kind.type


def turns(said: Sequence[Any]) -> tuple[Turn, ...]:
    return tuple(Turn(one.speaker, one.text) for one in said)


UNDERSTAND: Capability[Reading, tuple[Slot, ...]] = Capability(
    "leads.understand",
    Reading,
    tuple,
    understand,
    prompt="leads.understand",
    draft=UnderstandingDraft,
    brief=brief,
    adopt=adopt,
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
