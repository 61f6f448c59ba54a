"""How was each objection met: with a question, with an argument, or not at all?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analytics.rubric import pattern
from analytics.spoken import questions
from coaching.objections import ObjectionQuestion, spot
from coaching.objections import Turn as Said
from leads.conversation import Turn
from leads.words import folded

BEFORE: Final = 6  # turns that an objection is read with


@dataclass(frozen=True)
class Met:
    """One objection that may be answered, and the agent's next message (`answer`, -1: there was none)."""

    kind: str
    turn: int
    start: int
    end: int
    answer: int = -1
    asked: bool = False
    argued: bool = False
    heard: bool = False  # acknowledged first

    @property
    def well(self) -> bool:
        """With a question, and not with an argument."""
        return self.asked and not self.argued


def met(turns: Sequence[Turn]) -> tuple[Met, ...]:
    """Every overcomable objection, in order; the same kind again right after the answer to it is one moment, not two."""
    found: list[Met] = []
    for place, turn in enumerate(turns):
        if turn.speaker != "prospect":
            continue
        history = tuple(Said(one.speaker, one.text) for one in turns[max(0, place - BEFORE) : place])
        answer = spot(ObjectionQuestion(turn.text, history))
        if answer.overcomable and answer.objections:
            one = answer.objections[0]
            if not (found and found[-1].kind == one.kind and place - found[-1].turn <= 2):
                found.append(_met(turns, Met(one.kind, place, one.start, one.end)))
    return tuple(found)


def judged(text: str) -> tuple[bool, bool, bool]:
    """Of one message of an agent's: does it ask, does it argue, does it acknowledge?"""
    plain = folded(text)
    return questions(text) > 0, bool(pattern("argues").search(plain)), bool(pattern("acknowledges").search(plain))


def _met(turns: Sequence[Turn], bare: Met) -> Met:
    place = bare.turn + 1
    while place < len(turns) and turns[place].speaker == "prospect":
        place += 1
    if place == len(turns):
        return bare
    words = [turns[place].text]
    answer = place
    while place + 1 < len(turns) and turns[place + 1].speaker == "agent":  # two messages in a row are one answer
        place += 1
        words.append(turns[place].text)
    asked, argued, heard = judged("\n".join(words))
    return Met(bare.kind, bare.turn, bare.start, bare.end, answer, asked, argued, heard)
