"""How does a model trained on the older leads of a public set do on the newer ones, as figures?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from enterprisehub.management.evaluation.figures import Absent, Figure, share
from leads.learning.choosing import Wish
from leads.learning.drift import compare
from leads.learning.fitting import Numbers
from leads.learning.measures import MEASURES, between
from leads.learning.table import Table, read
from leads.learning.training import train
from leads.scorecards import Scorecard, Scored

OLDER = 0.7
"""The share of the leads, in time order, that is trained on."""


@dataclass(frozen=True)
class Judged:
    """A model, what it said about leads that it never saw, and what happened to them."""

    model: Scorecard
    scored: list[Scored]
    table: Table
    outcome: Numbers

    @property
    def chances(self) -> Numbers:
        """The probabilities alone."""
        return np.array([each.probability for each in self.scored])

    @property
    def alarm(self) -> bool:
        """Whether score_leads would warn of drift."""
        return compare(self.model, self.table.columns, self.chances).alarm


def table_in(path: Path) -> Table:
    """The CSV; raises Absent when it is not there."""
    if not path.exists():
        raise Absent(f"{path} is absent")
    return read(path.read_bytes())


def halves(table: Table) -> tuple[Table, Table]:
    """The older and the newer rows of a file in time order."""
    edge = round(len(table) * OLDER)
    return table.take(list(range(edge))), table.take(list(range(edge, len(table))))


def judged(older: Table, newer: Table, wish: Wish) -> Judged:
    """Train on the older rows, score the newer ones through the model as it is served."""
    model = train(older, wish)
    return scored_by(model, newer, wish.outcome)


def scored_by(model: Scorecard, table: Table, outcome: str) -> Judged:
    """The rows of a table through a model."""
    happened = np.array([1.0 if cell in ("1", "yes") else 0.0 for cell in table.columns[outcome]])
    return Judged(model, [model.score(row) for row in table.each()], table, happened)


def figures(name: str, found: Judged, wanted: dict[str, float]) -> tuple[Figure, ...]:
    """AUC, PR-AUC, Brier, ECE, lift with their intervals; what was decided and how rightly; drift (1 = alarm)."""
    rows = []
    for measure, of in MEASURES.items():
        low, high = between(of, found.chances, found.outcome)
        value, most = of(found.chances, found.outcome), measure in ("ECE", "Brier")
        rows.append(Figure(f"{name}: {measure}", value, len(found.outcome), low, high, wanted.get(measure), most))
    said = [each.decided == "yes" for each in found.scored if each.decided != "abstain"]
    was = [bool(yes) for each, yes in zip(found.scored, found.outcome, strict=True) if each.decided != "abstain"]
    right = sum(one == other for one, other in zip(said, was, strict=True))
    rows.append(share(f"{name}: decided", len(said), len(found.scored), wanted=wanted.get("decided")))
    rows.append(share(f"{name}: right of the decided", right, len(said), wanted=wanted.get("right")))
    return (*rows, Figure(f"{name}: drift alarm", float(found.alarm), len(found.outcome)))


def in_time(name: str, model: Scorecard, wanted: dict[str, float]) -> tuple[Figure, ...]:
    """The figures of the model's own card: each stretch of time scored by models of what came before it."""
    told = model.card["figures"]["in time"]
    return tuple(
        Figure(f"{name}: {key}", told[key]["value"], told["rows"], told[key]["low"], told[key]["high"], wanted.get(key))
        for key in ("AUC", "PR-AUC")
    )
