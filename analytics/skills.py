"""Which skills does an agent have, how is each shown in a conversation, and how much does it weigh?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from analytics.rubric import BY_KEY, TOPICS
from coaching.kinds import LABELS, OVERCOMABLE

if TYPE_CHECKING:
    from analytics.scorecard import Filled

OBJECTION: Final = "objection."
_TIPS: Final = {
    "opening": "Say who you are and for whom in your first message, and thank them for writing.",
    "motivation": "Ask what makes now the moment before any listing. Then ask one question about the answer.",
    "timeframe": "Ask by when, then what hangs on that day.",
    "finance": "Ask how it will be paid for as an offer of help, not as a test.",
    "agent_status": "Ask early whether somebody else is helping, and thank them whatever the answer is.",
    "decision_makers": "Ask who else would like a say, and offer to include them from the start.",
    "listening": "Ask one thing, then be silent. Let them have half of the words.",
    "next_step": "Name a day and an hour, and ask whether it suits: two choices are easier than one.",
    "objections": "Show that you heard it, then ask one question about it. No “but”.",
}


@dataclass(frozen=True)
class Skill:
    """`weight` is the points of the scorecard that hang on it; `tip` is one sentence to try tomorrow."""

    key: str
    label: str
    weight: float
    tip: str

    @property
    def kind(self) -> str:
        """The objection that it is about, "" for the other skills."""
        return self.key.removeprefix(OBJECTION) if self.key.startswith(OBJECTION) else ""


@lru_cache(maxsize=1)
def every() -> tuple[Skill, ...]:
    """Ten parts of the scorecard that can be practised, then each objection by itself."""
    parts = ("opening", *TOPICS, "listening", "objections", "next_step")
    listed = [Skill(key, BY_KEY[key].label, BY_KEY[key].points, _TIPS[key]) for key in parts]
    one = BY_KEY["objections"].points / 2  # one kind is a part of them
    kinds = [
        Skill(OBJECTION + kind, f"Objection: {LABELS[kind].lower()}", one, _TIPS["objections"]) for kind in OVERCOMABLE
    ]
    return (*listed, *kinds)


def find(key: str) -> Skill | None:
    return next((skill for skill in every() if skill.key == key), None)


def label(key: str) -> str:
    found = find(key)
    return found.label if found else key


@dataclass(frozen=True)
class Case:
    """One chance to show a skill, and whether it was taken; `share` is the part of its points."""

    skill: str
    hit: bool
    share: float
    turn: int = -1


def cases(filled: Filled) -> Iterator[Case]:
    """The chances that one conversation gave. What a prospect told unasked was no chance to ask."""
    for item in filled.items:
        if item.applies and item.state != "told" and find(item.key):
            shown = item.evidence[0].turn if item.evidence else -1
            asked = item.key in TOPICS and item.state in ("asked", "answered")
            yield Case(item.key, asked or item.well, item.points / item.most, shown)
    for one in filled.met:
        if one.answer >= 0:
            yield Case(OBJECTION + one.kind, one.well, float(one.well), one.turn)
