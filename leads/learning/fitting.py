"""Which weights fit past leads best: a ridge-penalised logistic regression with a few chosen pairs of columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from leads.encoding import Column
from leads.learning.columns import Seen, fitted
from leads.scorecards import Pair, Scorecard

Numbers = NDArray[np.float64]

PAIRS: Final = 60
"""Pairs of coarse bins that are added to the columns: beyond them nothing was gained on later leads."""
PAIR_SIZE: Final = 0.4
"""Pairs enter this small, so that the penalty presses harder on them than on the columns."""
PAIR_ROWS: Final = 40
FIRST_PENALTY: Final = 10.0
_MOST_PAIR_COLUMNS: Final = 40
_MOST_SIFTED: Final = 8_000


@dataclass(frozen=True)
class Leads:
    """Past leads in the order of time: the cells of the columns that may be used, and the outcome as 0 and 1."""

    seen: tuple[Seen, ...]
    cells: dict[str, list[str]]
    outcome: Numbers

    def __len__(self) -> int:
        return len(self.outcome)

    def part(self, start: int, end: int) -> Leads:
        """The rows from `start` up to `end`."""
        cells = {name: column[start:end] for name, column in self.cells.items()}
        return Leads(self.seen, cells, self.outcome[start:end])


@dataclass(frozen=True)
class Encoded:
    """The columns learned from some leads, and the numbers of these leads: features, coarse bins, chosen pairs."""

    columns: tuple[Column, ...]
    matrix: Numbers
    bins: NDArray[np.int64]
    pairs: tuple[Pair, ...] = ()

    @cached_property
    def design(self) -> Numbers:
        """Features and pairs side by side."""
        if not self.pairs:
            return self.matrix
        return np.hstack([self.matrix, *(_together(self.bins, pair)[:, None] * PAIR_SIZE for pair in self.pairs)])


def encode(columns: tuple[Column, ...], cells: dict[str, list[str]], count: int) -> Encoded:
    """Each different cell is encoded once, by the very function that serves."""
    blocks: list[Any] = [np.zeros((count, 0))]
    bins = np.zeros((count, len(columns)), dtype=np.int64)
    for place, column in enumerate(columns):
        different, back = np.unique(np.array(cells[column.name], dtype=object), return_inverse=True)
        block = np.zeros((len(different), column.width))
        for row, cell in enumerate(different):
            for feature, value in column.features(cell):
                block[row, feature] = value
        blocks.append(block[back])
        bins[:, place] = np.array([column.coarse(cell) for cell in different], dtype=np.int64)[back]
    return Encoded(columns, np.hstack(blocks), bins)


def prepared(leads: Leads) -> Encoded:
    """Columns and pairs, chosen with these leads alone."""
    columns = tuple(found for seen in leads.seen if (found := fitted(seen, leads.cells[seen.name])))
    plain = encode(columns, leads.cells, len(leads))
    return replace(plain, pairs=_chosen(plain, leads.outcome))


def fit(encoded: Encoded, outcome: Numbers, *, penalty: float) -> Scorecard:
    """The model as it would be served, not calibrated yet; weights have seven digits as in the file."""
    weights, covariance = regression(encoded.design, outcome, penalty)
    weights = np.array([float(f"{weight:.7g}") for weight in weights])
    starts = np.cumsum([1, *(column.width for column in encoded.columns)])
    own = [weights[start:end] for start, end in pairwise(starts)]
    means = encoded.matrix.mean(axis=0)
    averages = [
        float(part @ means[start - 1 : start - 1 + len(part)]) for part, start in zip(own, starts[:-1], strict=True)
    ]
    last = int(starts[-1])
    pairs = tuple(
        replace(pair, weight=float(weight) * PAIR_SIZE, average=float(weight) * PAIR_SIZE * pair.average)
        for pair, weight in zip(encoded.pairs, weights[last:], strict=True)
    )
    size = np.ones(len(weights))
    size[last:] = PAIR_SIZE
    return Scorecard(
        columns=encoded.columns,
        weights=tuple(tuple(map(float, part)) for part in own),
        averages=tuple(averages),
        pairs=pairs,
        intercept=float(weights[0]),
        covariance=covariance * np.outer(size, size),
    )


def regression(matrix: Numbers, outcome: Numbers, penalty: float) -> tuple[Numbers, Numbers]:
    """Newton's method for the ridge-penalised logistic regression: (intercept, weights …) and their covariance (Laplace)."""
    with_one = np.hstack([np.ones((len(matrix), 1)), matrix])
    ridge = np.full(with_one.shape[1], penalty)
    ridge[0] = 1e-6
    weights = np.zeros(with_one.shape[1])
    share = float(np.clip(outcome.mean(), 1e-3, 1 - 1e-3))
    weights[0] = np.log(share / (1 - share))
    for _ in range(40):
        guess = chances(with_one @ weights)
        curve = (with_one * (guess * (1 - guess))[:, None]).T @ with_one + np.diag(ridge)
        step = np.linalg.solve(curve, with_one.T @ (outcome - guess) - ridge * weights)
        weights = weights + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-6:
            break
    return weights, np.linalg.inv(curve)


def chances(log_odds: Numbers) -> Numbers:
    """Probabilities of log-odds."""
    found: Numbers = 1 / (1 + np.exp(-np.clip(log_odds, -60, 60)))
    return found


def raw_scores(model: Scorecard, cells: dict[str, list[str]], count: int) -> Numbers:
    """The uncalibrated log-odds of many rows at once."""
    encoded = encode(model.columns, cells, count)
    scores: Numbers = encoded.matrix @ np.concatenate([np.array(part) for part in model.weights] or [np.zeros(0)])
    for pair in model.pairs:
        scores += _together(encoded.bins, pair) * pair.weight
    scores += model.intercept
    return scores


def _together(bins: NDArray[np.int64], pair: Pair) -> Numbers:
    both = (bins[:, pair.first] == pair.first_bin) & (bins[:, pair.second] == pair.second_bin)
    found: Numbers = both.astype(np.float64)
    return found


def _chosen(plain: Encoded, outcome: Numbers) -> tuple[Pair, ...]:
    """The pairs that explain most of what the columns alone leave open (score test, the columns' own part taken out)."""
    every = -(-len(outcome) // _MOST_SIFTED)
    plain, outcome = replace(plain, matrix=plain.matrix[::every], bins=plain.bins[::every]), outcome[::every]
    candidates = _candidates(plain.bins)
    if not candidates or not plain.columns:
        return ()
    weights, covariance = regression(plain.matrix, outcome, FIRST_PENALTY)
    with_one = np.hstack([np.ones((len(outcome), 1)), plain.matrix])
    guess = chances(with_one @ weights)
    weighted = with_one * (guess * (1 - guess))[:, None]
    told = np.zeros(len(candidates))
    for place, pair in enumerate(candidates):
        both = _together(plain.bins, pair) > 0
        shared = weighted[both].sum(axis=0)
        spread = float(shared[0] - shared @ covariance @ shared)
        told[place] = abs(float((outcome - guess)[both].sum())) / max(spread, 1e-2) ** 0.5
    best = np.argsort(-told, kind="stable")[:PAIRS]
    return tuple(candidates[place] for place in sorted(best))


def _candidates(bins: NDArray[np.int64]) -> list[Pair]:
    count = len(bins)
    found = []
    for first, second in combinations(range(min(bins.shape[1], _MOST_PAIR_COLUMNS)), 2):
        codes, rows = np.unique(bins[:, first] * 10_000 + bins[:, second], return_counts=True)
        for code, n in zip(codes.tolist(), rows.tolist(), strict=True):
            if PAIR_ROWS <= n <= count - PAIR_ROWS:
                found.append(Pair(first, code // 10_000, second, code % 10_000, 0.0, n / count))
    return found
