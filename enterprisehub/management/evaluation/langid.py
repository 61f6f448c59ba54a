"""How often is the language of a short message named rightly, how honest is the confidence, and how long does it take?"""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter
from typing import Any

from enterprisehub.management.evaluation.figures import Absent, Figure, share
from leads.language import UNKNOWN, Language, by_words, read
from leads.small_words import english_or_spanish
from leads.words import folded

_BANDS = ((0.0, 0.6), (0.6, 0.8), (0.8, 0.95), (0.95, 1.01))


def measure(data: Path) -> tuple[Figure, ...]:
    """On `langid/*.jsonl` without the rows whose label is in doubt; `und` counts as wrong."""
    rows = _rows(data)
    read("Good morning, how are you?")  # the model is loaded before the clock runs
    told = [read(row["text"]) for row in rows]
    spent = sorted(_milliseconds(row["text"]) for row in rows)
    right = [answer.language == row["lang"] for row, answer in zip(rows, told, strict=True)]
    simple = sum(by_words(row["text"]).language == row["lang"] for row in rows)
    pair = [row for row in rows if row["lang"] in ("en", "es")]
    halves = sum(english_or_spanish(row["text"], folded(row["text"])) == row["lang"] for row in pair)
    n = len(rows)
    return (
        share("language accuracy", sum(right), n, wanted=0.985),
        share("left undetermined", sum(each.language == UNKNOWN for each in told), n),
        *_by_band(told, right),
        share("language accuracy without the model", simple, n),
        share("English or Spanish by small words (the live card)", halves, len(pair)),
        Figure("milliseconds, median (best of 3 each)", spent[n // 2], n, wanted=2, most=True),
        Figure("milliseconds, 99th percentile (best of 3 each)", spent[int(n * 0.99)], n, wanted=2, most=True),
    )


def _milliseconds(text: str) -> float:
    """The best of three, so that the time is the function's and not that of whatever else runs on the machine."""
    spent = []
    for _ in range(3):
        started = perf_counter()
        read(text)
        spent.append(perf_counter() - started)
    return min(spent) * 1000


def _by_band(told: list[Language], right: list[bool]) -> list[Figure]:
    figures = []
    for low, high in _BANDS:
        band = [
            good
            for answer, good in zip(told, right, strict=True)
            if answer.language != UNKNOWN and low <= answer.confidence < high
        ]
        figures.append(share(f"right where confidence is {low:g} to {min(high, 1.0):g}", sum(band), len(band)))
    return figures


def _rows(data: Path) -> list[dict[str, Any]]:
    files = sorted((data / "langid").glob("*.jsonl"))
    if not files:
        raise Absent("there is no langid/*.jsonl")
    rows = [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines()]
    return [row for row in rows if not row.get("suspect_label")]
