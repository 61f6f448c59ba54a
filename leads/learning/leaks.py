"""Which columns were probably filled in after the outcome was known, so that a model would learn the answer from the answer?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from leads.encoding import is_missing, level, number
from leads.learning.columns import Seen, words
from leads.learning.fitting import Numbers
from leads.learning.measures import auc

Verdict = Literal["refused", "flagged"]

PERFECT: Final = 0.97
"""One column alone that ranks this well knows the answer: it is refused whatever its name."""
_STRONG: Final = 0.75
_DOUBTFUL: Final = 0.85
_FILLED: Final = 0.1
"""How far from .5 the AUC of "is it filled in?" may lie before it is told."""
_PURE: Final = 0.1
_PURE_ROWS: Final = 20
_STEPS: Final = 20
# names of what a sales person or a system writes down when the matter is decided
_AFTERWARDS: Final = frozenset(
    [
        "tag",
        "tags",
        "label",
        "labels",
        "status",
        "stage",
        "quality",
        "rating",
        "grade",
        "outcome",
        "result",
        "disposition",
        "reason",
        "won",
        "lost",
        "closed",
        "close",
        "converted",
        "conversion",
        "duration",
        "contract",
        "deal",
        "commission",
        "invoice",
        "payment",
        "paid",
        "revenue",
        "signed",
        "enrolled",
        "purchased",
        "sold",
        "booked",
    ]
)
# names of what keeps changing while a lead is worked on
_CHANGING: Final = frozenset(["last", "latest", "recent", "modified", "updated", "activity", "notable", "score"])


@dataclass(frozen=True)
class Leak:
    """Why a column looks as if it were known only after the outcome; `refused` columns are left out unless allowed by name."""

    column: str
    verdict: Verdict
    why: str
    auc: float


def look(seen: Seen, cells: list[str], outcome: Numbers) -> Leak | None:
    """Judge one column by how well it ranks alone, by whether it is filled in, by its purest values and by its name."""
    keys = _keys(seen, cells)
    alone = _alone(keys, outcome)
    filled = np.array([0.0 if is_missing(cell) else 1.0 for cell in cells])
    by_filling = auc(filled, outcome)
    named, pure = words(seen.name) & _AFTERWARDS, _pure(keys, outcome)
    if max(alone, by_filling, 1 - by_filling) >= PERFECT:
        return Leak(seen.name, "refused", f"it tells the outcome nearly perfectly by itself (AUC {alone:.3f})", alone)
    if named and (alone >= _STRONG or pure >= _PURE):
        why = f"its name ({', '.join(sorted(named))}) tells of what is known afterwards, and it ranks well alone (AUC {alone:.3f}"
        return Leak(
            seen.name, "refused", why + (f"; {pure:.0%} of rows have a value that decides)" if pure else ")"), alone
        )
    doubts = _doubts(seen.name, alone, filled, outcome)
    return Leak(seen.name, "flagged", "; ".join(doubts), alone) if doubts else None


def _doubts(name: str, alone: float, filled: Numbers, outcome: Numbers) -> list[str]:
    found = []
    if alone >= _DOUBTFUL:
        found.append(
            f"it ranks suspiciously well alone (AUC {alone:.3f}): make sure that it is known before the outcome"
        )
    if abs(auc(filled, outcome) - 0.5) >= _FILLED:
        yes, no = filled[outcome > 0].mean(), filled[outcome == 0].mean()
        found.append(f"it is filled in for {yes:.0%} of those that converted and {no:.0%} of the others")
    if hints := words(name) & _AFTERWARDS:
        found.append(f"its name ({', '.join(sorted(hints))}) may tell of what is known afterwards")
    elif hints := words(name) & _CHANGING:
        found.append(
            f"its name ({', '.join(sorted(hints))}) tells of something that may still change after the lead came in"
        )
    return found


def _keys(seen: Seen, cells: list[str]) -> list[str]:
    if seen.kind != "number":
        return [level(cell, "plain") for cell in cells]
    values = [number(cell) for cell in cells]
    known = np.array([value for value in values if value is not None])
    edges = np.unique(np.quantile(known, np.linspace(0.05, 0.95, _STEPS - 1))) if len(known) else known
    return ["" if value is None else str(int(np.searchsorted(edges, value))) for value in values]


def _alone(keys: list[str], outcome: Numbers) -> float:
    """The AUC of "how often did leads with this value convert": each fifth of the rows judged by the other four, and averaged."""
    fold = np.arange(len(outcome)) % 5
    codes = np.unique(np.array(keys, dtype=object), return_inverse=True)[1]
    found = []
    for part in range(5):
        rest = fold != part
        rows = np.bincount(codes[rest], minlength=codes.max() + 1)
        hits = np.bincount(codes[rest], weights=outcome[rest], minlength=codes.max() + 1)
        rates = (hits + 5 * outcome[rest].mean()) / (rows + 5)
        found.append(auc(rates[codes[~rest]], outcome[~rest]))
    return round(float(np.mean(found)), 4)


def _pure(keys: list[str], outcome: Numbers) -> float:
    """The share of rows whose value converts nearly always, or nearly never compared with the average."""
    rows, hits = Counter(keys), Counter(key for key, yes in zip(keys, outcome, strict=True) if yes)
    share = float(outcome.mean())
    pure = [
        n
        for key, n in rows.items()
        if key and n >= _PURE_ROWS and (hits[key] / n >= 0.95 or hits[key] / n <= 0.1 * share)
    ]
    return sum(pure) / len(keys)
