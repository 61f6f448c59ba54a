"""Which of the five things to find out did the agent ask for, and which did the prospect tell unasked?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from analytics.rubric import TOPICS, pattern, table
from leads import preferences, questions
from leads.conversation import Turn
from leads.words import folded, same_words

ASKED, TOLD, MISSED = "asked", "told", "missed"
_PIECE = re.compile(r"[^.!?\n]+[.!?\n]*")


@dataclass(frozen=True)
class Topic:
    """What became of one topic. `turn`, `start`, `end`: the agent's question, or the prospect's words when they told unasked.

    `answer` is the turn in which the prospect answered, -1 when they did not.
    """

    key: str
    state: str
    turn: int = -1
    start: int = 0
    end: int = 0
    answer: int = -1


def topics(turns: Sequence[Turn], *, now: datetime) -> dict[str, Topic]:
    """All five, whether or not they came up; what was asked after it had been told counts as told."""
    told = _told(turns, now)
    return {key: _topic(key, turns, told.get(key)) for key in TOPICS}


def asks(text: str) -> Mapping[str, tuple[int, int]]:
    """The topics that a message of an agent's asks for, with where it does."""
    found: dict[str, tuple[int, int]] = {}
    plain = folded(text)
    for piece in _PIECE.finditer(plain):
        if "?" not in piece[0] and not pattern("tell").search(piece[0]):
            continue
        start = piece.start() + len(piece[0]) - len(piece[0].lstrip())
        known = _house().get(same_words(text[start : piece.end()]))
        for key in TOPICS:
            meant = known == key if known else pattern("topics", key, "asks").search(piece[0])
            if key not in found and meant:
                found[key] = (start, piece.end())
    return found


@lru_cache(maxsize=1)
def _house() -> Mapping[str, str]:
    """The house's own wordings, word for word: which topic each asks for ("-" for none of the five)."""
    wanted = {slot: key for key in TOPICS for slot in table()["topics"][key]["asked_as"]}
    return {same_words(text): wanted.get(slot, "-") for text, slot in questions.every()}


def _topic(key: str, turns: Sequence[Turn], told: tuple[int, int, int] | None) -> Topic:
    for place, turn in enumerate(turns):
        if told and told[0] < place:
            break
        where = asks(turn.text).get(key) if turn.speaker == "agent" else None
        if where:
            return Topic(key, ASKED, place, *where, answer=_answer(turns, place))
    return Topic(key, TOLD, *told, answer=told[0]) if told else Topic(key, MISSED)


def _answer(turns: Sequence[Turn], asked: int) -> int:
    """The prospect's next turn, unless it refuses."""
    for place in range(asked + 1, len(turns)):
        if turns[place].speaker == "prospect":
            plain = folded(turns[place].text)
            return -1 if pattern("refuses").search(plain) or not plain.strip() else place
    return -1


def _told(turns: Sequence[Turn], now: datetime) -> dict[str, tuple[int, int, int]]:
    """Topic → where the prospect's own words told it first."""
    state: tuple[preferences.Slot, ...] = ()
    first: dict[str, tuple[int, int, int]] = {}
    wanted = {slot: key for key in TOPICS for slot in table()["topics"][key]["slots"]}
    frame = preferences.Frame(now)
    for place, turn in enumerate(turns):
        state = preferences.step(state, turns[max(0, place - 30) : place], turn, turn=place, frame=frame)
        for slot in state:
            key = wanted.get(slot.name)
            if key and key not in first and not slot.offered:
                first[key] = (slot.turn, slot.start, slot.end)
    return first
