"""What does the scorecard ask of a conversation, for how many points, and in which words is it recognised?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

import yaml


@dataclass(frozen=True)
class Item:
    """One part of the rubric: `asks` is what a person who scores by hand is told to look for."""

    key: str
    label: str
    points: int
    asks: str


ITEMS: Final = (
    Item("opening", "Opening and identity", 5, "Said who they are, and greeted or thanked, in the first two messages."),
    Item("disclosure", "Disclosure", 5, "On a call: said at the beginning that it is recorded or transcribed."),
    Item("motivation", "Motivation", 15, "Found out why they want to move, buy or sell, and why now."),
    Item("timeframe", "Timeframe", 10, "Found out by when."),
    Item("finance", "Finance path", 10, "Found out how it will be paid for."),
    Item("agent_status", "Other agent", 5, "Found out whether another agent is already helping them."),
    Item("decision_makers", "Who decides", 5, "Found out who else decides."),
    Item("listening", "Listening", 10, "Spoke 40 to 60 % of the words, and asked one question at a time."),
    Item("objections", "Objections", 10, "Answered each objection with a question, not with an argument."),
    Item(
        "next_step", "Dated next step", 20, "Ended with a step that has a day, agreed by them. “Let me know” is none."
    ),
    Item("compliance", "Compliance", 5, "No steering, and nothing more after “stop”."),
)
BY_KEY: Final[Mapping[str, Item]] = MappingProxyType({item.key: item for item in ITEMS})
TOPICS: Final = ("motivation", "timeframe", "finance", "agent_status", "decision_makers")
MOST: Final = sum(item.points for item in ITEMS)
STEERING, UNDISCLOSED = "steering", "undisclosed"
FAILS: Final = MappingProxyType(
    {
        STEERING: "Fair housing: words that steer by a protected class fail the whole conversation.",
        UNDISCLOSED: "The call was not said to be recorded, which fails the whole conversation.",
    }
)


@lru_cache(maxsize=1)
def table() -> Mapping[str, Any]:
    """data/scorecard.yaml, read once."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: Mapping[str, Any] = yaml.load(_text(), Loader=loader)  # noqa: S506 - a safe loader either way
    return found


@cache
def pattern(*path: str) -> re.Pattern[str]:
    """The pattern that stands there in the table: pattern("topics", "finance", "asks")."""
    found: Any = table()
    for name in path:
        found = found[name]
    return re.compile(found)


@lru_cache(maxsize=1)
def version() -> str:
    """Changes whenever an item, its points or a pattern does: a scorecard says by which it was filled."""
    told = "".join(f"{item.key}{item.points}" for item in ITEMS) + _text()
    return f"{table()['version']}.{hashlib.sha256(told.encode()).hexdigest()[:8]}"


def _text() -> str:
    return resources.files("analytics").joinpath("data", "scorecard.yaml").read_text("utf-8")
