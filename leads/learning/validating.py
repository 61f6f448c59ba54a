"""How would the model have done on leads that came after those it learned from, and from which probability may it decide?"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from leads.learning.fitting import Leads, Numbers, chances, fit, prepared, raw_scores, regression
from leads.learning.measures import log_loss
from leads.scorecards import Calibration, Cuts, Scorecard

PENALTIES: Final = (5.0, 10.0, 20.0)
FIRST_SHARE: Final = 0.4
FOLDS: Final = 5
RIGHT: Final = 0.98
"""The share of its own decisions that must have been right on past leads it had not seen."""
_AIM: Final = 0.9825
"""What is aimed at on each side, so that `RIGHT` also holds when times change a little."""
_LEAST_DECIDED: Final = 30

Told = Callable[[str], None]


@dataclass(frozen=True)
class Later:
    """Leads scored by models that had seen only older ones: uncalibrated log-odds by penalty, and the outcome."""

    raw: dict[float, Numbers]
    outcome: Numbers

    @property
    def penalty(self) -> float:
        """The penalty with the smallest log-loss, each calibrated."""
        return min(self.raw, key=lambda each: (self._loss(each), -each))

    def _loss(self, penalty: float) -> float:
        return log_loss(sure(self.raw[penalty], calibrated(self.raw[penalty], self.outcome)), self.outcome)


def trained(leads: Leads, *, told: Told = lambda _: None) -> tuple[Scorecard, Later]:
    """Penalty, calibration and cuts from later leads, then one model of all of them."""
    later = out_of_time(leads, told=told)
    calibration = calibrated(later.raw[later.penalty], later.outcome)
    past = sure(later.raw[later.penalty], calibration)
    told(f"fitting {len(leads):,} leads")
    model = fit(prepared(leads), leads.outcome, penalty=later.penalty)
    return replace(model, calibration=calibration, cuts=cuts(past, later.outcome)), later


def sure(raw: Numbers, calibration: Calibration) -> Numbers:
    """The calibrated probabilities of raw log-odds."""
    return chances(calibration.slope * raw + calibration.offset)


def out_of_time(leads: Leads, *, told: Told = lambda _: None) -> Later:
    """Each of five stretches of time, scored by models of all that came before it."""
    raw: dict[float, list[Numbers]] = {penalty: [] for penalty in PENALTIES}
    starts = list(_stretches(len(leads)))
    for place, (start, end) in enumerate(starts, 1):
        told(f"stretch {place} of {len(starts)}: learning from {start:,} leads, scoring the {end - start:,} after them")
        past, after = leads.part(0, start), leads.part(start, end)
        encoded = prepared(past)
        for penalty in PENALTIES:
            model = fit(encoded, past.outcome, penalty=penalty)
            raw[penalty].append(raw_scores(model, after.cells, len(after)))
    first = starts[0][0]
    return Later({penalty: np.concatenate(parts) for penalty, parts in raw.items()}, leads.outcome[first:])


def _stretches(count: int) -> Iterator[tuple[int, int]]:
    edges = [round(count * (FIRST_SHARE + (1 - FIRST_SHARE) * part / FOLDS)) for part in range(FOLDS + 1)]
    yield from itertools.pairwise(edges)


def calibrated(raw: Numbers, outcome: Numbers) -> Calibration:
    """Platt's line through the log-odds of later leads."""
    if outcome.min() == outcome.max():
        return Calibration()
    weights, _ = regression(raw[:, None], outcome, 0.01)
    return Calibration(max(0.05, float(f"{weights[1]:.7g}")), float(f"{weights[0]:.7g}"))


def cuts(past: Numbers, outcome: Numbers) -> Cuts:
    """The widest cuts whose decisions on later leads were right often enough, each side by itself."""
    yes = _widest(-past, 1 - outcome)
    no = _widest(past, outcome)
    return Cuts(None if yes is None else -yes, no)


def _widest(values: Numbers, wrong: Numbers) -> float | None:
    """The largest value up to which at most 1 - _AIM are wrong; None with fewer than 30 decisions."""
    order = np.argsort(values, kind="stable")
    share = np.cumsum(wrong[order]) / np.arange(1, len(order) + 1)
    good = np.nonzero(share <= 1 - _AIM)[0]
    good = good[good + 1 >= _LEAST_DECIDED]
    return float(values[order][good[-1]]) if len(good) else None
