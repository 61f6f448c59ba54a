"""What is worth asking next, given the stage and what is already known?"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid


@dataclass(frozen=True)
class QuestionContext:
    """Where the conversation stands; `known` and `asked` (newest last) are slot names, `seed` varies the wording."""

    stage: str
    vertical: str
    side: str = "buyer"
    language: str = "en"
    known: frozenset[str] = frozenset()
    asked: tuple[str, ...] = ()
    seed: str = ""


@dataclass(frozen=True)
class Question:
    """One question for the agent to ask: what it finds out, its words, and why it is worth asking."""

    slot: str
    text: str
    why: str


def next_question(ctx: QuestionContext) -> Question | None:
    """The open slot with the highest weight x stage prior - penalty for having been asked lately; None when all is known.

    Weights are those of data/questions.yaml. Nothing random: the same context gives the same question.
    """
    return question_for(best, ctx) if (best := next_slot(ctx)) else None


def next_slot(ctx: QuestionContext) -> str:
    """The slot to ask for, "" when there is none; ties go to the heavier slot, then to the alphabet."""
    most = _data()["penalty"]["most"]
    ranked = [
        (weight * prior - _penalty(slot, ctx.asked), weight, slot)
        for slot, weight in _weights(ctx.side, ctx.vertical, ctx.stage).items()
        if slot not in ctx.known and ctx.asked.count(slot) < most and (prior := _prior(slot, ctx.stage)) > 0
    ]
    return min(ranked, key=lambda row: (-row[0], -row[1], row[2]))[2] if ranked else ""


def question_for(slot: str, ctx: QuestionContext) -> Question:
    """The words for a slot: another variant each time that it is asked. KeyError for an unknown slot."""
    texts = _data()["texts"]
    spoken = texts.get(f"{slot}@{ctx.side}") or texts[slot]
    told = spoken.get(ctx.language) or spoken["en"]
    turn = zlib.crc32(f"{ctx.seed}|{slot}".encode()) + ctx.asked.count(slot)
    return Question(slot, told["ask"][turn % len(told["ask"])], told["why"])


def slots() -> frozenset[str]:
    """Every slot that a question can fill."""
    return frozenset(slot for slot in _data()["texts"] if "@" not in slot)


def _penalty(slot: str, asked: tuple[str, ...]) -> float:
    # full right after it was asked, fading with each other question since
    if slot not in asked:
        return 0.0
    since = len(asked) - 1 - max(i for i, one in enumerate(asked) if one == slot)
    rule = _data()["penalty"]
    return float(rule["first"] * rule["decay"] ** since)


def _prior(slot: str, stage: str) -> float:
    return float(_data()["stages"].get(stage, {}).get(slot, 1.0))


@lru_cache(maxsize=256)
def _weights(side: str, vertical: str, stage: str) -> Mapping[str, float]:
    data = _data()
    listed = data["stages"].get(stage, {})
    later = {slot: weight for slot, weight in data["later"].items() if slot in listed}
    if stage in data["closing"]:
        return later
    pack = data["packs"].get(side, data["packs"]["buyer"])
    # a vertical's own slots are a buyer's (or a tenant's); a seller is asked the seller pack in every vertical
    own = data["verticals"].get(vertical, {}) if side != "seller" else {}
    kept = {slot: weight for slot, weight in pack.items() if slot not in own.get("drop", ())}
    return {**kept, **own.get("add", {}), **later}


@lru_cache(maxsize=1)
def _data() -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("coaching").joinpath("data", "questions.yaml").read_text("utf-8")
    return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way


def parse(given: Mapping[str, Any]) -> QuestionContext:
    """A context from JSON: `stage`, `vertical`, `side`, `language`, `seed` are texts, `known` and `asked` lists of slots."""
    for name in ("stage", "vertical", "side", "language", "seed"):
        if not isinstance(given.get(name, ""), str):
            raise Invalid(f"`{name}` must be a text.", field=name)
    for name in ("known", "asked"):
        value = given.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise Invalid(f"`{name}` must be a list of slots.", field=name)
    return QuestionContext(
        stage=given.get("stage", "engaged"),
        vertical=given.get("vertical", "any"),
        side=given.get("side", "buyer"),
        language=given.get("language", "en"),
        known=frozenset(given.get("known", [])),
        asked=tuple(given.get("asked", [])),
        seed=given.get("seed", ""),
    )


def render(question: Question | None) -> dict[str, Any]:
    """The question as JSON; null when nothing is open."""
    return {"question": asdict(question) if question else None}


QUESTION: Capability[QuestionContext, Question | None] = Capability(
    "coaching.question", QuestionContext, Question, next_question, parse=parse, render=render
)
