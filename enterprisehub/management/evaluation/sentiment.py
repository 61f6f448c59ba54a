"""How near does the valence of a text come to what people felt who read it?"""

from __future__ import annotations

import json
from math import atanh, sqrt, tanh
from pathlib import Path
from statistics import correlation
from time import perf_counter
from typing import Any

from enterprisehub.management.evaluation.figures import Absent, Figure, share
from leads.valence import valence

_NEUTRAL = 0.1
"""Up to here a valence is told as neutral."""
_LABELS = ("pos", "neu", "neg")
_Z = 1.959964


def measure(data: Path) -> tuple[Figure, ...]:
    """On `sentiment/*.jsonl`: Pearson's r with the mean rating (Fisher's interval) and F1 over the three labels."""
    rows = _rows(data)
    valence("A good day.")  # the tables are loaded before the clock runs
    values = [valence(row["text"]).value for row in rows]
    spent = sorted(_milliseconds(row["text"]) for row in rows)
    n = len(rows)
    named = [_label(value) for value in values]
    labels = [row["label"] for row in rows]
    return (
        _agreement("correlation with the mean rating", rows, values),
        *_by_source(rows, values),
        Figure("macro F1 of positive, neutral, negative", sum(_f1(labels, named, each) for each in _LABELS) / 3, n),
        *(Figure(f"F1 of {each}", _f1(labels, named, each), labels.count(each)) for each in _LABELS),
        share("label right", sum(one == other for one, other in zip(labels, named, strict=True)), n),
        Figure("milliseconds, median (best of 3 each)", spent[n // 2], n, wanted=1, most=True),
        Figure("milliseconds, 99th percentile (best of 3 each)", spent[int(n * 0.99)], n),
    )


def _milliseconds(text: str) -> float:
    """The best of three, so that the time is the function's and not that of whatever else runs on the machine."""
    spent = []
    for _ in range(3):
        started = perf_counter()
        valence(text)
        spent.append(perf_counter() - started)
    return min(spent) * 1000


def _label(value: float) -> str:
    return "pos" if value > _NEUTRAL else "neg" if value < -_NEUTRAL else "neu"


def _by_source(rows: list[dict[str, Any]], values: list[float]) -> list[Figure]:
    figures = []
    for source in sorted({row["source"] for row in rows}):
        mine = [place for place, row in enumerate(rows) if row["source"] == source]
        figures.append(_agreement(f"correlation, {source}", [rows[i] for i in mine], [values[i] for i in mine]))
    return figures


def _agreement(name: str, rows: list[dict[str, Any]], values: list[float]) -> Figure:
    ratings = [float(row["mean_rating"]) for row in rows]
    if len(rows) < 4 or len(set(values)) < 2 or len(set(ratings)) < 2:
        return Figure(name, 0.0, len(rows), -1.0, 1.0)
    found = correlation(values, ratings)
    middle, half = atanh(min(found, 0.999999)), _Z / sqrt(len(rows) - 3)
    return Figure(name, found, len(rows), tanh(middle - half), tanh(middle + half))


def _f1(labels: list[str], named: list[str], label: str) -> float:
    both = sum(one == other == label for one, other in zip(labels, named, strict=True))
    return 2 * both / ((labels.count(label) + named.count(label)) or 1)


def _rows(data: Path) -> list[dict[str, Any]]:
    files = sorted((data / "sentiment").glob("*.jsonl"))
    if not files:
        raise Absent("there is no sentiment/*.jsonl")
    return [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines()]
