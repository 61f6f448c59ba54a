"""Which words of the prospect show it? A quote is cut out of what was said, never written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import yaml

from leads.planning.situation import PROSPECT, Known, Situation, Turn
from leads.words import folded

MOST_TURNS: Final = 40  # of the newest are read
# "if our lease ended", "my sister's lease", "we are not pre-approved": the words are there, the fact is not theirs
_NOT_MEANT: Final = re.compile(
    r"\b(?:if|unless|whether|si|as if|como si)\b[^.!?,;]{0,24}$"
    r"|\b(?:my|our|a|mi|nuestr[oa]|un|una)\s+(?:sister|brother|friend|neighbou?r|cousin|boss|colleague|coworker|tenant|parent|mom|dad|son|daughter|aunt|uncle)s?'s? [^.!?,;]{0,30}$"
    r"|\b(?:he|she|they) (?:said|says|told)\b[^.!?]{0,24}$"
)
_THEIRS: Final = re.compile(
    r"^[^.!?;]{0,40}\bde (?:mi|un|una) (?:hermana|hermano|amigo|amiga|vecin[oa]|prim[oa]|jefe)\b"
)
_DENIED: Final = re.compile(
    r"\b(?:not|never|no|nunca|without|sin|isn'?t|aren'?t|haven'?t|hasn'?t|don'?t|doesn'?t|didn'?t|wasn'?t|won'?t|can'?t|couldn'?t)\b[^.!?,;]{0,16}$"
)
_SENTENCE: Final = re.compile(r"[^.!?\n]+(?:\.(?=\d)[^.!?\n]+)*")


@dataclass(frozen=True)
class Evidence:
    """What shows something: the quote (`""` for what a person entered), the message it stands in, and the slot it fills.

    `turn` is the place in the situation's turns, -1 where it is not known.
    """

    quote: str = ""
    message: str = ""
    slot: str = ""
    turn: int = -1


NOTHING: Final = Evidence()


@dataclass(frozen=True)
class Hit:
    """A cue in a turn: the place of the turn, the turn, the sentence and where it begins, and where in the turn the cue stands."""

    place: int
    turn: Turn
    sentence: str
    begins: int
    start: int
    end: int

    def evidence(self, *, slot: str = "") -> Evidence:
        quote = self.turn.text[self.begins : self.begins + len(self.sentence)].strip()
        shorter = self.turn.text[self.start : self.end]
        return Evidence(quote if len(quote) <= 160 else shorter, self.turn.id, slot, self.place)


def hits(situation: Situation, cue: re.Pattern[str], *, denied: bool = False) -> Iterator[Hit]:
    """Where the prospect says it and means it of themselves, newest first; `denied` lets "not" pass before it."""
    last = len(situation.turns) - 1
    for place in range(last, max(last - MOST_TURNS, -1), -1):
        turn = situation.turns[place]
        if turn.speaker == PROSPECT:
            yield from _hits(place, turn, cue, denied=denied)


def _hits(place: int, turn: Turn, cue: re.Pattern[str], *, denied: bool) -> Iterator[Hit]:
    plain = folded(turn.text)
    if not cue.search(plain):
        return
    for sentence in _SENTENCE.finditer(plain):
        for hit in cue.finditer(plain, *sentence.span()):
            before = plain[sentence.start() : hit.start()]
            theirs = _THEIRS.search(plain[hit.end() : sentence.end()])
            if theirs or _NOT_MEANT.search(before) or (not denied and _DENIED.search(before)):
                continue
            yield Hit(place, turn, sentence.group(), sentence.start(), *hit.span())


def of_slot(known: Known, situation: Situation) -> Evidence:
    """What shows this fact; its place is looked up by the message, else by the words."""
    turns = situation.turns
    places = [n for n, turn in enumerate(turns) if known.message and turn.id == known.message]
    if not places and known.quote:
        places = [n for n, turn in enumerate(turns) if turn.speaker == PROSPECT and known.quote in turn.text]
    return Evidence(known.quote, known.message, known.name, places[-1] if places else -1)


def is_meant(known: Known, situation: Situation) -> bool:
    """Whether the words behind this fact speak of themselves: "my sister's lease ends Friday" does not."""
    place = of_slot(known, situation).turn
    if place < 0 or not known.quote:
        return True
    plain = folded(situation.turns[place].text)
    start = plain.find(folded(known.quote))
    return start < 0 or not _NOT_MEANT.search(plain[:start])


def unique(found: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Each quote once, in their order."""
    return tuple({(one.quote or one.slot, one.message): one for one in found}.values())


def day(value: Any) -> date | None:
    """A day that is kept as text, or None."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


@lru_cache(maxsize=8)
def table(name: str) -> dict[str, Any]:
    """data/<name>.yaml as it stands."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", f"{name}.yaml").read_text("utf-8")
    read: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    return read


@lru_cache(maxsize=256)
def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
