"""How well are a prospect's wishes and purposes read in dialogues about homes that others wrote (SGD Homes_1, Homes_2)?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from enterprisehub.management.evaluation.figures import Absent, Figure, share
from leads import preferences, purposes
from leads.conversation import Conversation, Turn

TODAY: Final = datetime(2019, 3, 1, 9, tzinfo=UTC)
"""The day on which the dialogues take place, as their authors say."""
OURS: Final[Mapping[str, str]] = {
    "area": "location",
    "number_of_beds": "beds",
    "number_of_baths": "baths",
    "furnished": "furnished",
    "pets_allowed": "pets",
    "in_unit_laundry": "laundry",
    "has_garage": "garage",
    "intent": "tenure",
    "visit_date": "visit_date",
}
"""Their slots by our names; a property's name, address, price and telephone are no wishes and left out."""
KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "Homes_1": frozenset({"location", "beds", "baths", "furnished", "pets", "visit_date"}),
    "Homes_2": frozenset({"location", "beds", "baths", "laundry", "garage", "tenure", "visit_date"}),
}
"""Which of our slots a service can label at all."""
WANTED: Final = {"Homes_1": (0.85, 0.96), "Homes_2": (0.80, 0.94)}
FINDS: Final = frozenset({"search_help", "rent_intent", "inquiry_listing"})
VISITS: Final = frozenset({"book_tour", "scheduling"})


def measure(data: Path) -> tuple[Figure, ...]:
    """Final states exactly right, the F1 of what single turns tell, and whether what is wanted is named."""
    folder = data / "sgd_homes"
    if not folder.is_dir():
        raise Absent(f"there is no folder {folder}")
    dialogues, turns = _rows(folder, "dialogues"), _rows(folder, "turns")
    others = _rows(folder, "other_domain_first_turns")
    days = _days(turns)
    figures: list[Figure] = []
    for service, (state, single) in WANTED.items():
        right = [_right(one, days) for one in dialogues if one["service"] == service]
        figures.append(share(f"{service}: final state exactly right", sum(right), len(right), wanted=state))
        figures.append(_f1(service, [one for one in turns if one["service"] == service], wanted=single))
    figures += _purposes(dialogues, turns, others)
    return tuple(figures)


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    found = sorted(folder.glob(f"{name}_*.jsonl"))
    return [json.loads(line) for path in found for line in path.read_text("utf-8").splitlines() if line.strip()]


def _days(turns: list[dict[str, Any]]) -> dict[str, str]:
    """The day (ISO) that each wording stands for, as the labels of all turns say."""
    return {
        said.casefold(): day
        for turn in turns
        for said, day in zip(
            turn["inform"].get("visit_date", ()), turn["inform_canonical"].get("visit_date", ()), strict=False
        )
    }


def _spoken(dialogue: Mapping[str, Any]) -> tuple[Turn, ...]:
    return tuple(Turn("prospect" if turn["s"] == "U" else "agent", turn["t"]) for turn in dialogue["turns"])


def _right(dialogue: Mapping[str, Any], days: Mapping[str, str]) -> bool:
    names = KNOWN[dialogue["service"]]
    state = preferences.read(_spoken(dialogue), now=TODAY)
    got = {slot.name: str(slot.value).casefold() for slot in state if slot.name in names}
    gold = {OURS[name]: _values(name, said, days) for name, said in dialogue["final_state"].items() if name in OURS}
    return got.keys() == gold.keys() and all(got[name] in values for name, values in gold.items())


def _values(name: str, said: list[str], days: Mapping[str, str]) -> set[str]:
    if name == "visit_date":
        return {days[one.casefold()] for one in said if one.casefold() in days}
    return {one.casefold() for one in said}


def _f1(service: str, turns: list[dict[str, Any]], *, wanted: float) -> Figure:
    """Micro-averaged over (slot, value) of what each turn informs, read with the agent's turn before it."""
    count: Counter[str] = Counter()
    for turn in turns:
        got, gold = _told(turn, KNOWN[service]), _labelled(turn)
        count.update(hit=len(got & gold), more=len(got - gold), less=len(gold - got))
    total = 2 * count["hit"] + count["more"] + count["less"]
    return Figure(
        f"{service}: micro-F1 of informed slots per turn",
        2 * count["hit"] / total if total else 0.0,
        len(turns),
        wanted=wanted,
    )


def _told(turn: Mapping[str, Any], names: frozenset[str]) -> set[tuple[str, str]]:
    before = (Turn("agent", turn["prev_agent"]),) if turn["prev_agent"] else ()
    state = preferences.read((*before, Turn("prospect", turn["text"])), now=TODAY)
    fresh = [slot for slot in state if slot.turn == len(before) and slot.name in names]
    return {(slot.name, _canonical(turn, slot.name, str(slot.value).casefold())) for slot in fresh}


def _canonical(turn: Mapping[str, Any], ours: str, value: str) -> str:
    """A place in the label's spelling when it was written in another ("San Fran")."""
    for name, said in turn["inform"].items():
        for one, canonical in zip(said, turn["inform_canonical"][name], strict=False):
            if OURS.get(name) == ours == "location" and one.casefold() == value:
                return str(canonical).casefold()
    return value


def _labelled(turn: Mapping[str, Any]) -> set[tuple[str, str]]:
    labels = turn["inform_canonical"].items()
    return {(OURS[name], str(value).casefold()) for name, values in labels if name in OURS for value in values}


def _purposes(
    dialogues: list[dict[str, Any]], turns: list[dict[str, Any]], others: list[dict[str, Any]]
) -> Iterator[Figure]:
    """A turn that says what it is for, read with all before it; the first turns of other services must not seem to want a home."""
    spoken = {one["dialogue"]: _spoken(one) for one in dialogues}
    says = [turn for turn in turns if "INFORM_INTENT" in turn["acts"]]
    right = [_first(spoken[turn["dialogue"]][: turn["turn"] + 1]) == _wanted(turn) for turn in says]
    calm = [_first((Turn("prospect", one["text"]),)) == "" for one in others]
    yield share("purpose: find a home, visit one", sum(right), len(right), wanted=0.98)
    yield share("purpose: other services' first turns want no home", sum(calm), len(calm), wanted=0.98)
    yield share("purpose: all", sum(right) + sum(calm), len(right) + len(calm), wanted=0.98)


def _wanted(turn: Mapping[str, Any]) -> str:
    return "visit" if turn["active_intent"] == "ScheduleVisit" else "find"


def _first(turns: tuple[Turn, ...]) -> str:
    """`find` or `visit` by the surest intent that is either, "" without one."""
    for one in purposes.weigh(Conversation(turns, TODAY)).intents:
        if one.name in FINDS | VISITS:
            return "find" if one.name in FINDS else "visit"
    return ""
