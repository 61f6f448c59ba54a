"""What does each column of a tenant's table hold, and is it fit to learn from?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from leads.encoding import Category, Column, Number, Reading, boolean, is_missing, level, moment, number

Kind = Literal["number", "boolean", "category", "date", "identifier", "text", "constant"]

_IDENTIFIER: Final = frozenset({"id", "uuid", "guid", "key", "number", "no", "nr", "ref", "reference", "code"})
_CONTACT: Final = frozenset({"email", "mail", "phone", "mobile", "telephone", "tel", "fax", "url", "ip", "username"})
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
TEXT: Final = "free text: its words are not read, so that nobody is judged by them"
_MAIL: Final = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
RARE: Final = 15
"""A category with fewer rows than this is pooled with the other rare ones."""
MOST_LEVELS: Final = 40
_QUANTILES: Final = tuple(part / 20 for part in range(1, 20))
_QUARTILES: Final = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Seen:
    """One column as it was found: its kind, the share of cells that are filled, and why it cannot be used ("" = it can)."""

    name: str
    kind: Kind
    filled: float
    unfit: str = ""


def words(name: str) -> frozenset[str]:
    """The words of a column's name in lower case: "LeadSource", "lead_source" and "Lead Source" are alike."""
    return frozenset(word.casefold() for word in _WORD.findall(name))


def see(name: str, cells: list[str]) -> Seen:
    """What the column holds. Identifiers, contact details, free text and constants are unfit, and say so."""
    said = [cell for cell in cells if not is_missing(cell)]
    filled = len(said) / max(len(cells), 1)
    kind = _kind(name, said)
    return Seen(name, kind, round(filled, 4), _unfit(kind, name, cells))


def _unfit(kind: Kind, name: str, cells: list[str]) -> str:
    if words(name) & _CONTACT and kind not in ("boolean", "category", "constant"):
        return "a contact detail: it names a person"
    if kind == "identifier":
        return "an identifier: nearly every row has a value of its own"
    if kind == "text":
        return TEXT
    if kind == "constant" or _nearly_constant(cells):
        return "one value nearly everywhere: there is nothing to learn from it"
    return ""


def _nearly_constant(cells: list[str]) -> bool:
    most = max(Counter(level(cell, "plain") for cell in cells).values())
    return len(cells) - most < RARE


def _kind(name: str, said: list[str]) -> Kind:
    if not said:
        return "constant"
    distinct = len({cell.casefold() for cell in said})
    if distinct > 2 and _most(said, lambda cell: number(cell) is not None):
        return "identifier" if _counts_up(name, said, distinct) else "number"
    if distinct <= 6 and _most(said, lambda cell: boolean(cell) is not None):
        return "boolean"
    if _most(said, lambda cell: moment(cell) is not None or moment(cell, day_first=True) is not None):
        return "date"
    if _most(said, lambda cell: bool(_MAIL.match(cell))):
        return "identifier"
    own = distinct / len(said)
    long = sum(map(len, said)) / len(said) > 40
    if long and own > 0.3:
        return "text"
    return "identifier" if own > 0.5 and len(said) >= 30 else "category"


def _most(said: list[str], test: Callable[[str], bool]) -> bool:
    return sum(1 for cell in said if test(cell)) >= 0.98 * len(said)


def _counts_up(name: str, said: list[str], distinct: int) -> bool:
    """Whole numbers, each but once: named like a key, or in rising or falling order."""
    if distinct < 0.98 * len(said) or len(said) < 30:
        return False
    values = [number(cell) or 0.0 for cell in said]
    if any(value != int(value) for value in values):
        return False
    steps = np.diff(np.array(values))
    return bool(words(name) & _IDENTIFIER) or bool((steps >= 0).mean() > 0.98 or (steps <= 0).mean() > 0.98)


def day_first(cells: list[str]) -> bool:
    """Whether dates like 03/04/2026 must be read day first: some date of the column makes no sense otherwise."""
    return any(moment(cell) is None and moment(cell, day_first=True) is not None for cell in cells)


def fitted(seen: Seen, cells: list[str]) -> Column | None:
    """The column as it will be encoded, learned from these cells alone; None when they hold nothing to tell apart."""
    if seen.kind == "number":
        return _number(seen.name, cells)
    reading: Reading = "plain"
    if seen.kind == "boolean":
        reading = "boolean"
    if seen.kind == "date":
        reading = "weekday, day first" if day_first(cells) else "weekday"
    counts = Counter(level(cell, reading) for cell in cells)
    known = [word for word, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) if word and n >= RARE]
    if not known or len(counts) < 2:
        return None
    return Category(seen.name, {word: place + 2 for place, word in enumerate(known[:MOST_LEVELS])}, reading)


def _number(name: str, cells: list[str]) -> Number | None:
    values = np.array([value for cell in cells if (value := number(cell)) is not None])
    if len(values) < RARE or values.min() == values.max():
        return None
    low, high = float(values.min()), float(np.quantile(values, 0.99))
    high = high if high > low else float(values.max())
    clipped = np.clip(values, low, high)
    logs = np.log1p(clipped - low)
    knots = []
    for knot in np.unique(np.quantile(values, _QUANTILES)):
        scale = float(np.maximum(clipped - knot, 0).std())
        if scale > 0:
            knots.append((_short(knot), _short(scale)))
    cuts = tuple(_short(cut) for cut in np.unique(np.quantile(values, _QUARTILES)))
    middle, scale = _short(logs.mean()), _short(max(float(logs.std()), 1e-6))
    return Number(name, _short(low), _short(high), middle, scale, tuple(knots), cuts)


def _short(value: float) -> float:
    """Seven digits, as the model's file holds them: what is trained is what is served."""
    return float(f"{value:.7g}")
