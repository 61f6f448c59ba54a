"""How good are probabilities, measured against what happened?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Measure = Callable[[Numbers, Numbers], float]

_TIMES: Final = 200
_BINS: Final = 10


def auc(chances: Numbers, outcome: Numbers) -> float:
    """The chance that a lead that converted is ranked above one that did not (ties count half); .5 when one kind is absent."""
    yes = int(outcome.sum())
    no = len(outcome) - yes
    if not yes or not no:
        return 0.5
    return float((ranks(chances)[outcome > 0].sum() - yes * (yes + 1) / 2) / (yes * no))


def ranks(values: Numbers) -> Numbers:
    """Ranks from 1; equal values share the middle of theirs."""
    _, back, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found: Numbers = (ends - (counts - 1) / 2)[back]
    return found


def pr_auc(chances: Numbers, outcome: Numbers) -> float:
    """Average precision: the precision at each lead that converted, going down the list, averaged."""
    if not outcome.sum():
        return 0.0
    order = np.argsort(-chances, kind="stable")
    hits = outcome[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float((precision * hits).sum() / hits.sum())


def brier(chances: Numbers, outcome: Numbers) -> float:
    """The mean squared distance between probability and outcome; 0 is perfect."""
    return float(((chances - outcome) ** 2).mean())


def calibration_error(chances: Numbers, outcome: Numbers) -> float:
    """Expected calibration error over ten bins of equal width."""
    return float(sum(n * abs(said - was) for _, n, said, was in curve(chances, outcome)) / max(len(outcome), 1))


def curve(chances: Numbers, outcome: Numbers) -> list[tuple[int, int, float, float]]:
    """For each of ten bins that is not empty: its number, its rows, the mean probability and the share that converted."""
    bins = np.minimum((chances * _BINS).astype(int), _BINS - 1)
    found = []
    for place in range(_BINS):
        here = bins == place
        if n := int(here.sum()):
            found.append((place, n, float(chances[here].mean()), float(outcome[here].mean())))
    return found


def lift(chances: Numbers, outcome: Numbers) -> float:
    """How many times as often the surest tenth converts as all do."""
    if not outcome.sum():
        return 0.0
    surest = np.argsort(-chances, kind="stable")[: max(1, len(chances) // 10)]
    return float(outcome[surest].mean() / outcome.mean())


def tenths(chances: Numbers, outcome: Numbers) -> list[tuple[int, float]]:
    """The leads in ten parts, the surest first: the rows of each and the share that converted."""
    order = np.argsort(-chances, kind="stable")
    return [(len(part), float(outcome[part].mean())) for part in np.array_split(order, 10) if len(part)]


def log_loss(chances: Numbers, outcome: Numbers) -> float:
    """The mean negative log-likelihood."""
    safe = np.clip(chances, 1e-9, 1 - 1e-9)
    return float(-(outcome * np.log(safe) + (1 - outcome) * np.log(1 - safe)).mean())


MEASURES: Final[dict[str, Measure]] = {
    "AUC": auc,
    "PR-AUC": pr_auc,
    "Brier": brier,
    "ECE": calibration_error,
    "lift@10%": lift,
}


def between(measure: Measure, chances: Numbers, outcome: Numbers) -> tuple[float, float]:
    """The 95 % interval by resampling the rows 200 times, with a fixed seed; widened to hold the value itself.

    An error of calibration grows when rows are drawn twice, so that all resamples may lie above it.
    """
    draw = np.random.default_rng(20_20)
    found = []
    for _ in range(_TIMES):
        rows = draw.integers(0, len(outcome), len(outcome))
        found.append(measure(chances[rows], outcome[rows]))
    low, high = np.quantile(found, [0.025, 0.975])
    value = measure(chances, outcome)
    return min(float(low), value), max(float(high), value)
