"""Which slots must be known of a lead, given the side and the vertical, and how much does each weigh?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

BUYER, ANY = "buyer", "any"


@dataclass(frozen=True)
class Filling:
    """A fact's name that fills a slot; with a `value`, only that value does (compared without case)."""

    name: str
    value: str = ""

    def by(self, name: str, value: object) -> bool:
        """Does this fact fill the slot?"""
        return self.name == name and self.value in ("", str(value).strip().casefold())


@dataclass(frozen=True)
class Pack:
    """The slots of one side and vertical, heaviest first, with their weights (> 0, any sum).

    `gate` names topics that `qualified` needs besides the `threshold` of completeness: of each, one slot must be known.
    A tenant's own pack is another value of this class.
    """

    side: str
    vertical: str
    weights: tuple[tuple[str, float], ...]
    gate: tuple[tuple[str, tuple[str, ...]], ...] = ()
    threshold: float = 0.6

    @property
    def slots(self) -> tuple[str, ...]:
        """Their names, heaviest first."""
        return tuple(slot for slot, _ in self.weights)


@lru_cache(maxsize=256)
def pack_of(side: str, vertical: str) -> Pack:
    """The pack of data/qualification.yaml; an unknown side is read as a buyer, an unknown vertical as any."""
    data = rules()
    side = side if side in data["sides"] else BUYER
    vertical = vertical if vertical in data["verticals"] else ANY
    own = data["verticals"][vertical].get(side, {"add": {}, "drop": ()})
    weights = {slot: w for slot, w in data["sides"][side].items() if slot not in own["drop"]} | own["add"]
    ranked = tuple(sorted(weights.items(), key=lambda row: (-row[1], row[0])))
    return Pack(side, vertical, ranked, _gate(side, frozenset(weights)), data["threshold"])


def sides() -> tuple[str, ...]:
    """Every side that has a pack."""
    return tuple(rules()["sides"])


def verticals() -> tuple[str, ...]:
    """Every vertical that a pack knows, `any` among them."""
    return tuple(rules()["verticals"])


@lru_cache(maxsize=512)
def fillings(slot: str) -> tuple[Filling, ...]:
    """The facts that fill the slot: its own name first, then those that say the same."""
    named = [one.partition("=") for one in rules()["filled_by"].get(slot, ())]
    return (Filling(slot), *(Filling(name, value) for name, _, value in named))


def filled_by_names(names: frozenset[str]) -> frozenset[str]:
    """The given names and every slot that a fact of one of them fills, whatever its value."""
    told = {slot for slot in rules()["filled_by"] for way in fillings(slot) if not way.value and way.name in names}
    return names | told


def half_life(slot: str) -> float:
    """Days after which a fact of this slot is worth half."""
    days = rules()["half_life"]
    return float(days.get(slot, days["default"]))


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Any]:
    """data/qualification.yaml as it stands."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "qualification.yaml").read_text("utf-8")
    read: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    return read


def _gate(side: str, slots: frozenset[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    topics = {**rules()["gate"], **rules()["gate_of_side"].get(side, {})}
    held = {topic: tuple(slot for slot in listed if slot in slots) for topic, listed in topics.items()}
    return tuple((topic, listed) for topic, listed in held.items() if listed)
