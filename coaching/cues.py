"""Which phrases of the cue table does a message say, and does the prospect mean them, deny them or only repeat them?

The table is `data/objection_cues.yaml`; its head explains how a phrase is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from leads.phrasing import STEM, expression
from leads.text import Span, sentences, words

TABLE: Final = Path(__file__).parent / "data" / "objection_cues.yaml"
STRENGTHS: Final[Mapping[str, float]] = {"sure": 1.0, "likely": 0.6, "hint": 0.3}

_WINDOW = 5
_PER_CUE = 3


@dataclass(frozen=True)
class Cue:
    """One phrase: what it speaks for, how strongly (0–1), and whether a `not` in front turns it round."""

    kind: str
    strength: float
    pattern: re.Pattern[str]
    deniable: bool
    gate: tuple[str, ...]


@dataclass(frozen=True)
class Sign:
    """A cue that was found, at a stretch of the folded text; `meant` is False when denied, reported or over."""

    kind: str
    strength: float
    span: Span
    meant: bool
    why_not: str = ""


@dataclass(frozen=True)
class Phrasebook:
    """All cues, found by a word that each of them needs; `frames` tell meant from denied, reported and past."""

    by_word: Mapping[str, tuple[Cue, ...]]
    frames: Mapping[str, re.Pattern[str]] = field(default_factory=dict)


@lru_cache(maxsize=1)
def phrasebook() -> Phrasebook:
    """The table that ships with the product, read once."""
    return read(yaml.load(TABLE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - both loaders are the safe ones


def read(table: Mapping[str, Any]) -> Phrasebook:
    """Compile a table; ValueError names a phrase that cannot be read."""
    sets = {name: "|".join(alternatives) for name, alternatives in table["sets"].items()}
    index: dict[str, list[Cue]] = {}
    for kind, strengths in table["cues"].items():
        for name, phrases in strengths.items():
            for phrase in phrases:
                cue = _cue(kind, STRENGTHS[name], phrase, sets)
                for word in cue.gate:
                    index.setdefault(word, []).append(cue)
    frames = {name: re.compile("|".join(expression(p, sets)[0] for p in ps)) for name, ps in table["frames"].items()}
    return Phrasebook({word: tuple(cues) for word, cues in index.items()}, frames)


def _cue(kind: str, strength: float, phrase: str, sets: Mapping[str, str]) -> Cue:
    deniable = not phrase.startswith("!")
    pattern, gate = expression(phrase.lstrip("!").strip(), sets)
    if not gate:
        raise ValueError(f"the phrase {phrase!r} needs at least one word that must be there")
    return Cue(kind, strength, re.compile(pattern), deniable, gate)


def find(text: str, book: Phrasebook | None = None) -> list[Sign]:
    """Every sign in folded text, in no particular order."""
    book = book or phrasebook()
    bounds = sentences(text)
    return [_sign(cue, match, text, bounds, book) for cue in _candidates(text, book) for match in _matches(cue, text)]


def _candidates(text: str, book: Phrasebook) -> list[Cue]:
    spoken = set(words(text))
    keys = spoken | {word[:STEM] + "*" for word in spoken}
    found = {id(cue): cue for key in keys for cue in book.by_word.get(key, ())}
    return list(found.values())


def _matches(cue: Cue, text: str) -> Iterator[re.Match[str]]:
    for count, match in enumerate(cue.pattern.finditer(text), start=1):
        yield match
        if count == _PER_CUE:
            return


def _sign(cue: Cue, match: re.Match[str], text: str, bounds: list[Span], book: Phrasebook) -> Sign:
    span = Span(match.start() + len(match.group()) - len(match.group().lstrip()), match.end())
    sentence = next((b for b in bounds if b.start <= span.start < b.end), Span(0, len(text)))
    why_not = _why_not(cue, text[sentence.start : span.start], text[span.end : sentence.end], book.frames)
    return Sign(cue.kind, cue.strength, span, not why_not, why_not)


def _why_not(cue: Cue, before: str, after: str, frames: Mapping[str, re.Pattern[str]]) -> str:
    if cue.deniable and denied(before, frames):
        return "denied"
    if frames["dismissed_after"].match(" " + after.strip()):  # a phrase that begins with a gap needs one to begin at
        return "denied"
    if frames["reported"].search(before) and not frames["agreed"].search(after):
        return "reported"
    if frames["past"].search(before) and (frames["resolved"].search(after) or frames["resolved"].search(before)):
        return "past"
    return ""


def denied(before: str, frames: Mapping[str, re.Pattern[str]]) -> bool:
    """Is there a live negation in the last few words of the clause before a cue?"""
    clause = re.split(r"[,:;—]|\s(?:but|because|since|pero|porque|aunque|and|y|so|that its|que es)\s", before)[-1]
    window = " ".join(frames["not_a_denial"].sub(" ", clause).split()[-_WINDOW:])
    return bool(frames["denial"].search(window))
