"""Do the leads that are to be scored still look like those that the model learned from?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Final

import numpy as np

from leads.encoding import Category
from leads.learning.fitting import Numbers
from leads.scorecards import Scorecard

ALARM: Final = 0.25
"""Population stability index from which a distribution counts as another one (the customary bound), beyond chance."""
LEAST_ROWS: Final = 100
MATTERS: Final = 0.02
"""A column with a smaller share of the model's say raises no alarm by itself."""
_FLOOR: Final = 1e-4


@dataclass(frozen=True)
class Shift:
    """How far one column, or the score, has moved: the index above what chance explains, and whether that is an alarm."""

    name: str
    psi: float
    alarm: bool


@dataclass(frozen=True)
class Drift:
    """All shifts, the largest first; `alarm` when any of them is one; `told` says so in a sentence."""

    rows: int
    shifts: tuple[Shift, ...]
    alarm: bool
    told: str


def baseline(
    model: Scorecard, cells: Mapping[str, Sequence[str]], chances: Numbers, shares: Sequence[float]
) -> dict[str, Any]:
    """What the training data look like: the share of each bin of each column, and of each tenth of the score."""
    edges = [float(f"{edge:.6g}") for edge in np.unique(np.quantile(chances, np.linspace(0.1, 0.9, 9)))]
    return {
        "rows": len(chances),
        "columns": [_rounded(_counted(column, cells[column.name])) for column in model.columns],
        "say": [round(share, 5) for share in shares],
        "score_edges": edges,
        "score": _rounded(np.bincount(np.searchsorted(edges, chances), minlength=len(edges) + 1)),
    }


def compare(model: Scorecard, cells: Mapping[str, Sequence[str]], chances: Numbers) -> Drift:
    """New leads against the baseline of the model; fewer than 100 rows are not judged."""
    count = len(chances)
    if count < LEAST_ROWS or not model.baseline:
        return Drift(count, (), False, f"{count} rows are too few to tell whether the leads have changed.")
    known = model.baseline
    found = []
    for column, before, say in zip(model.columns, known["columns"], known["say"], strict=True):
        psi = _psi(before, _counted(column, cells[column.name]), int(known["rows"]))
        # a day's or a week's leads lack other weekdays: that is no change of the times
        calendar = isinstance(column, Category) and column.reading in ("weekday", "weekday, day first")
        found.append(Shift(column.name, psi, psi >= ALARM and say >= MATTERS and not calendar))
    edges = known["score_edges"]
    scores = np.bincount(np.searchsorted(edges, chances), minlength=len(edges) + 1)
    psi = _psi(known["score"], scores, int(known["rows"]))
    found.append(Shift("the score itself", psi, psi >= ALARM))
    shifts = tuple(sorted(found, key=lambda shift: -shift.psi))
    loud = [f"{shift.name} (PSI {shift.psi:.2f})" for shift in shifts if shift.alarm]
    told = (
        f"These leads differ from the training data in {', '.join(loud)}: train anew before you trust the scores."
        if loud
        else ""
    )
    return Drift(count, shifts, bool(loud), told or "These leads look like the training data.")


def _counted(column: Any, cells: Sequence[str]) -> Any:
    places: dict[str, int] = {}
    found = np.zeros(column.bins)
    for cell in cells:
        if cell not in places:
            places[cell] = column.watched(cell)
        found[places[cell]] += 1
    return found


def _rounded(counts: Any) -> list[float]:
    return [float(f"{share:.6g}") for share in counts / max(1, counts.sum())]


def _psi(before: Sequence[float], counts: Any, rows: int) -> float:
    """The population stability index, less what two samples of these sizes differ by chance; never below 0."""
    total = float(counts.sum())
    bins = [(was, float(n) / total) for was, n in zip(before, counts, strict=True) if was or n]
    index = sum((now - was) * log(max(now, _FLOOR) / max(was, _FLOOR)) for was, now in bins)
    return round(max(0.0, index - 2 * (len(bins) - 1) * (1 / total + 1 / max(rows, 1))), 4)
