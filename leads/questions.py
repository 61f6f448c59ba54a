"""Which slot is worth asking for now, and in which words?"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from leads.packs import Pack

# a vertical that borrows the words of a side
_SPOKEN_AS = {"investment": "investor"}


@dataclass(frozen=True)
class Standing:
    """What has been found out and asked so far.

    `known` slots are never asked; `gained` is the share (0 to 1) that a slot has already; `asked` holds slots, newest last.
    """

    pack: Pack
    stage: str
    known: frozenset[str] = frozenset()
    gained: Mapping[str, float] = field(default_factory=dict)
    asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """A question for the agent to ask, and why it is worth asking, in one sentence each."""

    text: str
    why: str


def best(standing: Standing) -> str:
    """The open slot with the highest expected gain, "" when there is none; ties go to the heavier slot, then to the alphabet.

    Gain = weight x what is still missing of it x chance of an answer x stage prior - penalty for having been asked lately.
    """
    most = _bank()["penalty"]["most"]
    ranked = [
        (_worth(slot, weight, standing), weight, slot)
        for slot, weight in _askable(standing.pack, standing.stage).items()
        if slot not in standing.known and standing.asked.count(slot) < most and _prior(slot, standing.stage) > 0
    ]
    return min(ranked, key=lambda row: (-row[0], -row[1], row[2]))[2] if ranked else ""


def wording(slot: str, pack: Pack, *, language: str, turn: int, soft: bool = False) -> Wording:
    """The words for a slot; `turn` chooses among the variants. English where a language is missing; KeyError for an unknown slot."""
    told = _told(slot, pack, language)
    return Wording(told["soft"] if soft else told["ask"][turn % len(told["ask"])], told["why"])


def why(slot: str, pack: Pack, language: str) -> str:
    """Why the slot is worth knowing, as one sentence for the agent; "" for a slot without words, as a tenant may add."""
    return str(_told(slot, pack, language)["why"]) if slot in slots() else ""


def turn_of(slot: str, *, seed: str, asked: Sequence[str]) -> int:
    """Which variant's turn it is: each repetition takes the next one, and each lead (`seed`) begins with its own."""
    return zlib.crc32(f"{seed}|{slot}".encode("utf-8", "replace")) + asked.count(slot)


def slots() -> frozenset[str]:
    """Every slot that a question can fill."""
    return frozenset(slot for slot in _bank()["texts"] if "@" not in slot)


def every() -> Iterator[tuple[str, str]]:
    """Every wording of the house with the slot that it asks for, so that one that was said is recognised."""
    for name, told in _bank()["texts"].items():
        for one in told.values():
            yield from ((text, name.partition("@")[0]) for text in (*one["ask"], one["soft"]))


def failed_repeats(asked: Sequence[str], known: frozenset[str]) -> int:
    """How often a question was asked again without finding the slot out."""
    return sum(asked.count(slot) - 1 for slot in set(asked) - known)


def _askable(pack: Pack, stage: str) -> Mapping[str, float]:
    listed = _bank()["stages"].get(stage, {})
    later = {slot: weight for slot, weight in _bank()["later"].items() if slot in listed}
    # a slot without words (a tenant's own) counts towards completeness and is asked by the agent alone
    worded = {slot: weight for slot, weight in pack.weights if slot in _bank()["texts"]}
    return later if stage in _bank()["closing"] else {**worded, **later}


def _worth(slot: str, weight: float, standing: Standing) -> float:
    chances = _bank()["answered"]
    chance = chances.get(slot, chances["default"])
    missing = 1.0 - standing.gained.get(slot, 0.0)
    return float(weight * missing * chance * _prior(slot, standing.stage)) - _penalty(slot, standing.asked)


def _prior(slot: str, stage: str) -> float:
    return float(_bank()["stages"].get(stage, {}).get(slot, 1.0))


def _penalty(slot: str, asked: tuple[str, ...]) -> float:
    # full right after it was asked, fading with each other question since
    if slot not in asked:
        return 0.0
    since = len(asked) - 1 - max(place for place, one in enumerate(asked) if one == slot)
    rule = _bank()["penalty"]
    return float(rule["first"] * rule["decay"] ** since)


def _told(slot: str, pack: Pack, language: str) -> Mapping[str, Any]:
    texts = _bank()["texts"]
    spoken = next(texts[name] for name in _names(slot, pack) if name in texts or name == slot)
    told: Mapping[str, Any] = spoken.get(language) or spoken["en"]
    return told


def _names(slot: str, pack: Pack) -> Iterator[str]:
    yield f"{slot}@{pack.side}"
    yield f"{slot}@{_SPOKEN_AS.get(pack.vertical, pack.vertical)}"
    yield slot


@lru_cache(maxsize=1)
def _bank() -> Mapping[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "questions.yaml").read_text("utf-8")
    read: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    return read
