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

from coaching.text import Span, sentences, words

TABLE: Final = Path(__file__).parent / "data" / "objection_cues.yaml"
STRENGTHS: Final[Mapping[str, float]] = {"sure": 1.0, "likely": 0.6, "hint": 0.3}

_APART = r"[^\w.!?;\n]{1,4}"
_NUMBER = r"\$?\d[\d.,]*[km]?%?"
_LEADING = _APART + ")?"  # closes a word that may be missing at the head of a phrase
_STEM = 4
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


def expression(phrase: str, sets: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The regular expression of a phrase and the words of which one must occur."""
    parts: list[str] = []
    gates: list[tuple[str, ...]] = []
    for token in phrase.split():
        optional, token = token.endswith("?"), token.removesuffix("?")
        first = all(part.startswith("(?:^") or part.endswith(_LEADING) for part in parts)
        apart = "" if first else _APART
        if token == "^":  # noqa: S105
            parts.append(r"(?:^|(?<=[.!?;,:\n]))\s*")
            parts[-1] = "(?:^" + parts[-1][4:]
            continue
        if token == "$":  # noqa: S105
            parts.append(r"(?=\s*(?:[.!?;,)\n]|$))")
            continue
        if token.startswith("~"):
            parts.append(f"(?:{_APART}[^\\s.!?;]+){{0,{int(token[1:])}}}?")
            continue
        alternatives = list(_alternatives(token, sets))
        body = f"\\b(?:{'|'.join(map(_alternative, alternatives))})(?!\\w)"
        if optional:
            parts.append(f"(?:{body}{_LEADING}" if first else f"(?:{apart}{body})?")
        else:
            parts.append(apart + body)
        if not optional and "#" not in alternatives:
            gates.append(tuple(sorted({_gate(alternative) for alternative in alternatives})))
    best = max(gates, key=lambda gate: min(map(len, gate)), default=())
    return "".join(parts).replace("\\b(?:" + _NUMBER, "(?:" + _NUMBER), best


def _alternatives(token: str, sets: Mapping[str, str]) -> Iterator[str]:
    """What a token stands for: its own words, and those of every set that it names."""
    for part in token.split("|"):
        yield from sets[part[1:]].split("|") if part.startswith("@") else (part,)


def _alternative(word: str) -> str:
    if word == "#":
        return _NUMBER
    spelled = _APART.join(_NUMBER if piece == "#" else re.escape(piece) for piece in word.rstrip("*").split("_"))
    return spelled + r"\w*" if word.endswith("*") else spelled


def _gate(word: str) -> str:
    """A whole word, or for a stem its first letters with a star."""
    pieces = word.split("_")
    if not pieces[-1].endswith("*"):
        return max(pieces, key=len)
    return pieces[-1].rstrip("*")[:_STEM] + "*" if len(pieces) == 1 else max(pieces[:-1], key=len)


def find(text: str, book: Phrasebook | None = None) -> list[Sign]:
    """Every sign in folded text, in no particular order."""
    book = book or phrasebook()
    bounds = sentences(text)
    return [_sign(cue, match, text, bounds, book) for cue in _candidates(text, book) for match in _matches(cue, text)]


def _candidates(text: str, book: Phrasebook) -> list[Cue]:
    spoken = set(words(text))
    keys = spoken | {word[:_STEM] + "*" for word in spoken}
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
