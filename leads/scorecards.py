"""How likely does a lead convert, by a tenant's trained model, and which of its columns say so?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nlargest
from itertools import chain
from math import exp, sqrt
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from enterprisehub.errors import Invalid
from leads.encoding import Column, as_json, from_json

FORMAT: Final = "enterprisehub-scorecard/1"
_SURE: Final = 1.644854  # two-sided 90 %
_STRANGE: Final = 0.4
"""With a larger share of cells that training never saw, the model does not decide."""

Decision = Literal["yes", "no", "abstain"]


@dataclass(frozen=True)
class Pair:
    """What two columns say together beyond what each says alone: it counts where both stand in these coarse bins."""

    first: int
    first_bin: int
    second: int
    second_bin: int
    weight: float
    average: float


@dataclass(frozen=True)
class Calibration:
    """The straight line from the raw log-odds to the calibrated ones."""

    slope: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class Cuts:
    """Probabilities from which, and up to which, the model decides by itself; None = it never does on that side."""

    yes_from: float | None = None
    no_to: float | None = None

    def decide(self, probability: float) -> Decision:
        if self.yes_from is not None and probability >= self.yes_from:
            return "yes"
        return "no" if self.no_to is not None and probability <= self.no_to else "abstain"


@dataclass(frozen=True)
class Reason:
    """What one column, or two together, add to the log-odds compared with the average lead of the training data."""

    words: str
    log_odds: float


@dataclass(frozen=True)
class Scored:
    """Probability with its 90 % interval, what was decided, and reasons, the strongest first; they sum up to the score."""

    probability: float
    low: float
    high: float
    decided: Decision
    reasons: tuple[Reason, ...]
    unfamiliar: int = 0


@dataclass
class _Summed:
    """A row on its way: features that are not zero, what each column adds, the pairs that count, cells never seen before."""

    places: list[int]
    values: list[float]
    parts: list[float]
    together: list[Pair]
    unseen: int = 0

    @property
    def total(self) -> float:
        return sum(self.parts) + sum(pair.weight for pair in self.together)


@dataclass(frozen=True)
class Scorecard:
    """A trained model as numbers. `weights[i]` belong to `columns[i]`; `covariance` to the intercept and all weights, pairs last."""

    columns: tuple[Column, ...]
    weights: tuple[tuple[float, ...], ...]
    averages: tuple[float, ...]
    pairs: tuple[Pair, ...]
    intercept: float
    covariance: NDArray[np.float64]
    calibration: Calibration = field(default_factory=Calibration)
    cuts: Cuts = field(default_factory=Cuts)
    baseline: Mapping[str, Any] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The columns that a row must have."""
        return tuple(column.name for column in self.columns)

    def raw(self, row: Mapping[str, str]) -> tuple[float, float]:
        """Uncalibrated log-odds and their variance."""
        found = self._summed(row)
        return self.intercept + found.total, self._variance(found)

    def probability(self, row: Mapping[str, str]) -> float:
        """The calibrated probability alone."""
        return chance(self.calibration.slope * (self.intercept + self._summed(row).total) + self.calibration.offset)

    def score(self, row: Mapping[str, str], *, most: int = 6) -> Scored:
        """Score one row of text cells; KeyError when a needed column is absent."""
        found = self._summed(row)
        slope, offset = self.calibration.slope, self.calibration.offset
        middle = slope * (self.intercept + found.total) + offset
        half = _SURE * slope * sqrt(self._variance(found))
        probability = chance(middle)
        decided = "abstain" if found.unseen > _STRANGE * len(self.columns) else self.cuts.decide(probability)
        reasons = self._reasons(row, found, most)
        return Scored(probability, chance(middle - half), chance(middle + half), decided, reasons, found.unseen)

    def _variance(self, found: _Summed) -> float:
        # the root is as wide as the model, but only the rows of features that are not zero are read
        moved = np.array(found.values) @ self._root[found.places]
        return float(moved @ moved)

    @cached_property
    def _root(self) -> NDArray[np.float64]:
        """A square root of the covariance."""
        sizes, axes = np.linalg.eigh(self.covariance)
        root: NDArray[np.float64] = axes * np.sqrt(np.maximum(sizes, 0.0))
        return root

    def _summed(self, row: Mapping[str, str]) -> _Summed:
        found = _Summed([0], [1.0], [], [])
        bins: list[int] = []
        start = 1
        for column, weights in zip(self.columns, self.weights, strict=True):
            cell = row[column.name]
            features = column.features(cell)
            part = 0.0
            for place, value in features:
                found.places.append(start + place)
                found.values.append(value)
                part += weights[place] * value
            found.parts.append(part)
            found.unseen += column.unseen(cell, features[0][0])
            bins.append(column.coarse(cell))
            start += len(weights)
        for first, first_bin in enumerate(bins):
            for place, pair in self._pairs_of.get((first, first_bin), ()):
                if bins[pair.second] == pair.second_bin:
                    found.together.append(pair)
                    found.places.append(start + place)
                    found.values.append(1.0)
        return found

    @cached_property
    def _pairs_of(self) -> dict[tuple[int, int], list[tuple[int, Pair]]]:
        """The pairs by what their first column must be."""
        found: dict[tuple[int, int], list[tuple[int, Pair]]] = {}
        for place, pair in enumerate(self.pairs):
            found.setdefault((pair.first, pair.first_bin), []).append((place, pair))
        return found

    def _reasons(self, row: Mapping[str, str], summed: _Summed, most: int) -> tuple[Reason, ...]:
        """The strongest `most`; words are only made for these."""
        alone = [
            (part - average, (place,))
            for place, (part, average) in enumerate(zip(summed.parts, self.averages, strict=True))
        ]
        both = dict(self._usual_together)
        for pair in summed.together:
            both[pair.first, pair.second] += pair.weight
        strongest = nlargest(most, chain(alone, zip(both.values(), both, strict=True)), key=_size)
        return tuple(Reason(self._said(row, places), self.calibration.slope * moved) for moved, places in strongest)

    @cached_property
    def _usual_together(self) -> dict[tuple[int, ...], float]:
        """For each two columns with pairs: what their pairs say of the average lead, taken away."""
        found: dict[tuple[int, ...], float] = {}
        for pair in self.pairs:
            found[pair.first, pair.second] = found.get((pair.first, pair.second), 0.0) - pair.average
        return found

    def _said(self, row: Mapping[str, str], places: tuple[int, ...]) -> str:
        return " together with ".join(self.columns[place].said(row[self.needs[place]]) for place in places)

    @property
    def average_log_odds(self) -> float:
        """The calibrated log-odds of the average lead: with all reasons of a row added, the row's own."""
        raw = self.intercept + sum(self.averages) + sum(pair.average for pair in self.pairs)
        return self.calibration.slope * raw + self.calibration.offset


def _size(reason: tuple[float, tuple[int, ...]]) -> float:
    return abs(reason[0])


def chance(log_odds: float) -> float:
    """The probability that belongs to log-odds; safe for any size."""
    if log_odds >= 0:
        return 1 / (1 + exp(-min(log_odds, 700.0)))
    power = exp(max(log_odds, -700.0))
    return power / (1 + power)


def dumps(scorecard: Scorecard) -> str:
    """The model file: JSON without any code, the same bytes for the same model."""
    size = len(scorecard.covariance)
    triangle = [[float(f"{value:.4g}") for value in scorecard.covariance[row, : row + 1]] for row in range(size)]
    told = {
        "format": FORMAT,
        "version": scorecard.version,
        "card": scorecard.card,
        "intercept": scorecard.intercept,
        "calibration": vars(scorecard.calibration),
        "cuts": {"yes_from": scorecard.cuts.yes_from, "no_to": scorecard.cuts.no_to},
        "columns": [as_json(column) for column in scorecard.columns],
        "weights": scorecard.weights,
        "averages": scorecard.averages,
        "pairs": [list(vars(pair).values()) for pair in scorecard.pairs],
        "baseline": scorecard.baseline,
        "covariance": triangle,
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def loads(text: str) -> Scorecard:
    """The model of such a file; raises Invalid (field `model`) when it is none, or damaged."""
    try:
        told = json.loads(text)
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise Invalid("The file is no scoring model; train one with train_scoring.", field="model")
        found = _built(told)
        _checked(found)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise Invalid("The model file is damaged.", field="model") from None
    return found


def _built(told: dict[str, Any]) -> Scorecard:
    size = len(told["covariance"])
    covariance = np.zeros((size, size))
    for row, values in enumerate(told["covariance"]):
        covariance[row, : row + 1] = covariance[: row + 1, row] = values
    return Scorecard(
        columns=tuple(map(from_json, told["columns"])),
        weights=tuple(tuple(map(float, weights)) for weights in told["weights"]),
        averages=tuple(map(float, told["averages"])),
        pairs=tuple(Pair(*map(int, pair[:4]), *map(float, pair[4:])) for pair in told["pairs"]),
        intercept=float(told["intercept"]),
        covariance=covariance,
        calibration=Calibration(**{key: float(value) for key, value in told["calibration"].items()}),
        cuts=Cuts(**{key: None if value is None else float(value) for key, value in told["cuts"].items()}),
        baseline=dict(told["baseline"]),
        card=dict(told["card"]),
        version=str(told["version"]),
    )


def _checked(found: Scorecard) -> None:
    """What belongs together has one length, and every number is one."""
    widths = [column.width for column in found.columns] == [len(weights) for weights in found.weights]
    sizes = len(found.covariance) == 1 + sum(map(len, found.weights)) + len(found.pairs)
    places = all(0 <= place < len(found.columns) for pair in found.pairs for place in (pair.first, pair.second))
    if not (widths and sizes and places and len(found.averages) == len(found.columns)):
        raise ValueError("parts that do not fit together")
    if not np.isfinite(found.covariance).all():
        raise ValueError("numbers that are none")
