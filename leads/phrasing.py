"""How does a phrase of our tables become a regular expression? The head of each table explains how a phrase is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

STEM: Final = 4
"""Letters of a stem that find it."""
_APART = r"[^\w.!?;\n]{1,4}"
_NUMBER = r"\$?\d[\d.,]*[km]?%?"
_LEADING = _APART + ")?"  # closes a word that may be missing at the head of a phrase


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
    return pieces[-1].rstrip("*")[:STEM] + "*" if len(pieces) == 1 else max(pieces[:-1], key=len)
