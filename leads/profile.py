"""What is known of a lead, as it is kept: a list of slots with their evidence, and how new words change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from leads.completeness import Fact
from leads.slots import SLOTS, Slot, Value

Entry = dict[str, Any]
"""One kept slot: name, value, unit, quote, message (id, null when a person entered it), start, end, confidence, extractor
(local | claude | person), offered, at (ISO 8601), earlier, contradiction, confirmed_by (agent id, "person", or null)."""

KEPT: Final = -1  # the turn of a slot that was known before
SAID, CORRECTED, CONTRADICTED, WITHDRAWN = "said", "corrected", "contradicted", "withdrawn"


@dataclass(frozen=True)
class Learned:
    """The profile after some words, and what is new in it: one (change, entry) pair per slot that was told or taken back."""

    profile: list[Entry]
    changes: tuple[tuple[str, Entry], ...] = ()


def slots_of(profile: Sequence[Mapping[str, Any]], *, turns: Mapping[str, int] | None = None) -> tuple[Slot, ...]:
    """The kept slots as the reader takes them, each in the turn of its message (`turns`, by id) or in KEPT."""
    known = turns or {}
    return tuple(
        _slot(entry, known.get(entry["message"] or "", KEPT)) for entry in profile if entry.get("name") in SLOTS
    )


def learned(
    profile: Sequence[Entry],
    state: Sequence[Slot],
    messages: Mapping[int, str],
    *,
    at: datetime,
    extractor: str = "local",
) -> Learned:
    """The profile after the reader's new `state`; `messages` gives the id of the message behind each turn.

    What is said again keeps a person's confirmation, becomes fresh, and is shown in its newest words.
    """
    known = {(entry["name"], _same(entry["value"])): entry for entry in profile}
    after: list[Entry] = []
    changes: list[tuple[str, Entry]] = []
    for slot in state:
        before = known.pop((slot.name, _same(slot.value)), None)
        if before is not None:
            after.append(before if slot.turn == KEPT else _again(before, slot, messages.get(slot.turn, ""), at=at))
        else:
            entry = _entry(slot, messages.get(slot.turn, ""), at=at, extractor=extractor)
            after.append(entry)
            changes.append((_change(slot), entry))
    replaced = {entry["name"] for _, entry in changes}
    gone = [entry for entry in known.values() if entry["name"] in SLOTS and entry["name"] not in replaced]
    kept = [entry for entry in known.values() if entry["name"] not in SLOTS]
    return Learned(after + kept, (*changes, *((WITHDRAWN, entry) for entry in gone)))


def facts_of(profile: Sequence[Mapping[str, Any]]) -> tuple[Fact, ...]:
    """The profile as qualification counts it."""
    return tuple(
        Fact(
            name=entry["name"],
            value=entry["value"],
            confidence=float(entry["confidence"]),
            at=datetime.fromisoformat(entry["at"]),
            confirmed=bool(entry.get("confirmed_by")),
            contradicted=bool(entry.get("contradiction")),
        )
        for entry in profile
    )


def facts_in(state: Sequence[Slot], moments: Sequence[datetime]) -> tuple[Fact, ...]:
    """What a conversation said as qualification counts it; `moments` tells when each turn was said."""
    return tuple(
        Fact(slot.name, slot.value, slot.confidence, moments[slot.turn], contradicted=slot.contradiction)
        for slot in state
    )


def entered(name: str, value: Value, *, at: datetime, agent: str) -> Entry:
    """What a person entered by hand: no quote, no doubt."""
    slot = Slot(name, value, "", KEPT, 0, 0, 1.0, unit=SLOTS[name].unit)
    return {**_entry(slot, "", at=at, extractor="person"), "confirmed_by": agent}


def _slot(entry: Mapping[str, Any], turn: int) -> Slot:
    return Slot(
        name=entry["name"],
        value=entry["value"],
        quote=entry["quote"],
        turn=turn,
        start=entry["start"],
        end=entry["end"],
        confidence=entry["confidence"],
        unit=entry.get("unit", ""),
        offered=entry.get("offered", False),
        earlier=entry.get("earlier"),
        contradiction=entry.get("contradiction", False),
    )


def _entry(slot: Slot, message: str, *, at: datetime, extractor: str) -> Entry:
    return {
        "name": slot.name,
        "value": slot.value,
        "unit": slot.unit,
        "quote": slot.quote,
        "message": message or None,
        "start": slot.start,
        "end": slot.end,
        "confidence": round(slot.confidence, 3),
        "extractor": extractor,
        "offered": slot.offered,
        "at": at.isoformat(),
        "earlier": slot.earlier,
        "contradiction": slot.contradiction,
        "confirmed_by": None,
    }


def _again(entry: Entry, slot: Slot, message: str, *, at: datetime) -> Entry:
    fresh = {"at": at.isoformat(), "confidence": round(max(float(entry["confidence"]), slot.confidence), 3)}
    words = {"quote": slot.quote, "message": message or None, "start": slot.start, "end": slot.end}
    return {**entry, **words, **fresh, "contradiction": slot.contradiction and not entry["confirmed_by"]}


def _change(slot: Slot) -> str:
    if slot.contradiction:
        return CONTRADICTED
    return CORRECTED if slot.earlier is not None else SAID


def _same(value: Value) -> str:
    # 3 and 3.0 are one number; True is none
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{type(value).__name__}:{str(value).strip().casefold()}"
    return f"number:{float(value)!r}"


def learned_facts(history: Sequence[Mapping[str, Any]]) -> list[Fact]:
    """What is known after these changes, oldest first: name, value, earlier, confidence, change and `at` of each, as SlotFact keeps them."""
    known: dict[tuple[str, str], Fact] = {}
    for told in history:
        name, value, change = told["name"], told["value"], told["change"]
        if change in ("withdrawn", "erased") or value is None:
            _forget(known, name, value)
            continue
        if name in SLOTS and not SLOTS[name].several:
            _forget(known, name, None)
        elif told["earlier"] is not None:
            _forget(known, name, told["earlier"])
        known[name, _same(value)] = Fact(
            name,
            value,
            float(told["confidence"]),
            told["at"],
            confirmed=change in ("confirmed", "edited"),
            contradicted=change == CONTRADICTED,
        )
    return list(known.values())


def _forget(known: dict[tuple[str, str], Fact], name: str, value: Value | None) -> None:
    """This value of the slot, or all of them."""
    for key in [key for key in known if key[0] == name and value in (None, known[key].value)]:
        del known[key]
