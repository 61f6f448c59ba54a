"""One card: what was meant, what to say, what to ask. The front door of the coach, and its JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from coaching.cards import Card, CoachAnswer, CoachQuestion
from coaching.composing import coach
from coaching.objections import Turn
from coaching.playbooks import Library
from coaching.refinement import CoachingDraft, adopt, brief, presentable
from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid

__all__ = [
    "COACH",
    "Card",
    "CoachAnswer",
    "CoachQuestion",
    "CoachingDraft",
    "adopt",
    "brief",
    "coach",
    "presentable",
]

_TEXTS = ("language", "stage", "vertical", "side", "experience", "agent_language")
_LISTS = ("asked", "used_lines")


def parse(given: Mapping[str, Any]) -> CoachQuestion:
    """A question from JSON: `text`, and any other field of CoachQuestion; `playbook` holds overrides of the base library.

    Raises Invalid naming the field that cannot be read.
    """
    if not isinstance(text := given.get("text"), str):
        raise Invalid("text must be a string", field="text")
    price = given.get("listing_price")
    if price is not None and (isinstance(price, bool) or not isinstance(price, int | float)):
        raise Invalid("listing_price must be a number", field="listing_price")
    known = given.get("known") or {}
    if not isinstance(known, Mapping):
        raise Invalid("known must be a mapping of name to value", field="known")
    fields: dict[str, Any] = {name: _text(given[name], name) for name in _TEXTS if given.get(name) is not None}
    fields |= {name: tuple(_text(one, name) for one in _list(given[name], name)) for name in _LISTS if given.get(name)}
    return CoachQuestion(
        text=text,
        history=tuple(_turn(turn) for turn in _list(given.get("history") or [], "history")),
        listing_price=None if price is None else float(price),
        known={str(name): str(value) for name, value in known.items()},
        playbook=Library.base().merged(given.get("playbook") or {}),
        **fields,
    )


def render(answer: CoachAnswer) -> dict[str, Any]:
    """The answer as JSON; `card` and `question` are null when there is none."""
    return {
        "card": asdict(answer.card) if answer.card else None,
        "question": asdict(answer.question) if answer.question else None,
        "objections": [asdict(objection) for objection in answer.objections.objections],
        "intents": list(answer.intents),
        "known_slots": sorted(answer.known_slots),
        "language": answer.language,
        "urgency": answer.urgency,
    }


def _turn(given: Any) -> Turn:
    if not isinstance(given, Mapping) or given.get("speaker") not in ("prospect", "agent"):
        raise Invalid("each turn of history needs a speaker (prospect or agent) and a text", field="history")
    return Turn(given["speaker"], _text(given.get("text"), "history"))


def _text(given: Any, field: str) -> str:
    if not isinstance(given, str):
        raise Invalid(f"{field} must be text", field=field)
    return given


def _list(given: Any, field: str) -> Sequence[Any]:
    if not isinstance(given, list | tuple):
        raise Invalid(f"{field} must be a list", field=field)
    return given


COACH: Capability[CoachQuestion, CoachAnswer] = Capability(
    "coaching.card",
    CoachQuestion,
    CoachAnswer,
    coach,
    prompt="coaching.card",
    draft=CoachingDraft,
    brief=brief,
    adopt=adopt,
    said=lambda question: (*(turn.text for turn in question.history), question.text),
    parse=parse,
    render=render,
)
