"""What does the prospect want, as far as they have told, and in which words?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from enterprisehub.engines.base import Capability
from leads.conversation import Conversation, parse
from leads.reading.asking import questions
from leads.reading.carrying import carried
from leads.reading.offers import accepted
from leads.reading.replies import takes_back
from leads.reading.telling import Setting, told
from leads.reading.topics import about_home
from leads.slots import SLOTS, Slot, Told
from leads.words import Said, folded

__all__ = ["PREFERENCES", "Frame", "Slot", "read", "step"]

# these are changed, not contradicted: another day for the visit says nothing against the first
_MOVABLE: Final = frozenset({"visit_date", "visit_time", "contact_preference", "language", "timeframe"})
_GATHERED: Final = frozenset({"must_have", "deal_breaker", "decision_makers"})


@dataclass(frozen=True)
class Frame:
    """What a conversation is read with: the moment (aware, in the prospect's zone), the country, the tenant's names of places."""

    now: datetime
    country: str = "US"
    areas: frozenset[str] = frozenset()


def read(
    conversation: Sequence[Said], *, now: datetime, country: str = "US", areas: frozenset[str] = frozenset()
) -> tuple[Slot, ...]:
    """The state after the last turn: `step` over the turns, oldest first.

    `now` is aware, in the prospect's zone; a turn that has an aware `at` is read at that moment instead.
    """
    state: tuple[Slot, ...] = ()
    frame = Frame(now, country, areas)
    for turn, said in enumerate(conversation):
        state = step(state, conversation[:turn], said, turn=turn, frame=frame)
    return state


def step(state: Sequence[Slot], history: Sequence[Said], said: Said, *, turn: int, frame: Frame) -> tuple[Slot, ...]:
    """The state after one more turn. `history` is what was said before it, newest last: the last `topics.WINDOW` turns will do.

    The agent's turns change nothing by themselves; what they offered counts once the prospect accepts it.
    """
    if said.speaker != "prospect":
        return tuple(state)
    plain = folded(said.text)
    if not about_home(plain, history):
        return tuple(state)
    asked = next((one.text for one in reversed(history) if one.speaker == "agent"), "")
    setting = Setting(
        questions(folded(asked)),
        _moment(said, frame.now),
        said=folded(asked),
        country=frame.country,
        counted=_counted(state),
        areas=frame.areas,
    )
    found = told(said.text, setting)
    first = turn - len(history)
    changing = takes_back(plain) or bool(setting.question)
    for one in found:
        state = _with(state, _slot(one, said.text, turn), changing=changing, more=one.more)
    for one, place in accepted(plain, history, found, setting):
        state = _with(state, _slot(one, history[place].text, first + place, offered=True), changing=True)
    for one, place in carried(plain, history, state, found, now=setting.now):
        state = _with(state, _slot(one, history[place].text, first + place), changing=True)
    return tuple(state)


def _moment(said: Said, now: datetime) -> datetime:
    at = getattr(said, "at", None)
    return at.astimezone(now.tzinfo) if isinstance(at, datetime) and at.tzinfo else now


def _counted(state: Sequence[Slot]) -> str:
    """Which of beds and baths was told last: what "make it three" speaks of."""
    counts = [slot for slot in state if slot.name in ("beds", "baths")]
    return max(counts, key=lambda slot: (slot.turn, slot.start)).name if counts else ""


def _slot(one: Told, text: str, turn: int, *, offered: bool = False) -> Slot:
    quote = text[one.start : one.end]
    return Slot(one.name, one.value, quote, turn, one.start, one.end, one.confidence, one.unit, offered)


def _with(state: Sequence[Slot], slot: Slot, *, changing: bool, more: bool = False) -> tuple[Slot, ...]:
    """The state with one slot more: it joins, confirms or replaces what stood under its name."""
    same = [one for one in state if one.name == slot.name]
    rest = tuple(one for one in state if one.name != slot.name)
    if SLOTS[slot.name].several and (more or slot.name in _GATHERED):
        return (*rest, *(one for one in same if one.value != slot.value), slot)
    if not same:
        return (*state, slot)
    return (*rest, _over(same[-1], slot, changing=changing))


def _over(old: Slot, new: Slot, *, changing: bool) -> Slot:
    if old.value == new.value and old.unit == new.unit:
        # said again: the newest words are the evidence, but an offer's do not displace the prospect's own
        kept = old if new.offered and not old.offered else new
        return replace(
            kept, confidence=max(old.confidence, new.confidence), earlier=old.earlier, contradiction=old.contradiction
        )
    against = not changing and new.name not in _MOVABLE and not new.offered
    return replace(new, earlier=old.value, contradiction=against)


def state_of(asked: Conversation) -> tuple[Slot, ...]:
    """The state after the last turn of a conversation."""
    return read(asked.turns, now=asked.now, country=asked.country)


def render(state: tuple[Slot, ...]) -> dict[str, Any]:
    """As JSON; `unit`, `offered`, `earlier` and `contradiction` only where they say something."""
    return {"slots": [_rendered(slot) for slot in state]}


def _rendered(slot: Slot) -> dict[str, Any]:
    always = ("name", "value", "quote", "turn", "start", "end", "confidence")
    told = {name: getattr(slot, name) for name in always}
    more = {"unit": slot.unit, "offered": slot.offered, "contradiction": slot.contradiction}
    told |= {name: value for name, value in more.items() if value}
    return told if slot.earlier is None else {**told, "earlier": slot.earlier}


PREFERENCES: Capability[Conversation, tuple[Slot, ...]] = Capability(
    "leads.preferences", Conversation, tuple, state_of, parse=parse, render=render
)
