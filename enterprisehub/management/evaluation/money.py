"""How often is an amount of money found whole and read right, in seven languages?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from enterprisehub.management.evaluation.figures import Absent, Figure, share
from leads.money import Money, find

_WANTED = {"en": 0.92, "es": 0.92, "fr": 0.92, "pt": 0.92, "it": 0.92, "de": 0.85, "zh": 0.85}
_SOFT = " \t\n.,;:!?()'\""


def measure(data: Path) -> tuple[Figure, ...]:
    """Amounts found exactly (span up to spaces and marks, value, ISO code where the set has one) per language, and alarms."""
    rows = tuple(read(data / "recognizers" / "currency_dev.jsonl"))
    return (*_per_language(rows), _alarms(rows))


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of one file of the recognizers set; Absent when it is missing."""
    if not path.exists():
        raise Absent(f"{path} is missing")
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def spans_agree(text: str, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """Whether both spans hold the same words, spaces and punctuation at the ends left aside."""
    return _trimmed(text, *ours) == _trimmed(text, *theirs)


def supported(row: dict[str, Any]) -> bool:
    """Whether the set's own Python library is said to manage this row."""
    return "python" not in (row["not_supported_by"] or "").lower()


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    end = min(end, len(text))  # a few rows count one too far
    while start < end and text[start] in _SOFT:
        start += 1
    while end > start and text[end - 1] in _SOFT:
        end -= 1
    return start, end


def _per_language(rows: Sequence[dict[str, Any]]) -> Iterator[Figure]:
    for language, wanted in _WANTED.items():
        judged = [
            (row, gold, find(row["text"], language=language))
            for row in rows
            if row["lang"] == language
            for gold in row["gold"]
        ]
        judged = [each for each in judged if each[1].get("value") is not None]
        good = [(row, _right(row, gold, found)) for row, gold, found in judged]
        yield share(f"{language}: amount right", sum(right for _, right in good), len(good), wanted=wanted)
        counted = [right for row, right in good if supported(row)]
        yield share(f"{language}: amount right, rows its own library reads", sum(counted), len(counted))
        loose = sum(_right(row, gold, found, exact=False) for row, gold, found in judged)
        yield share(f"{language}: amount right, spans overlap", loose, len(judged))


def _right(row: dict[str, Any], gold: dict[str, Any], found: Sequence[Money], *, exact: bool = True) -> bool:
    theirs = span_of(row["text"], gold)
    return any(
        (
            spans_agree(row["text"], (each.start, each.end), theirs)
            if exact
            else each.start < theirs[1] and theirs[0] < each.end
        )
        and abs(each.value - value_of(gold)) <= 1e-6 * max(1.0, abs(each.value))
        and gold.get("isoCurrency") in (None, each.currency)
        for each in found
    )


def span_of(text: str, gold: dict[str, Any]) -> tuple[int, int]:
    """Where the set's quote stands; a few rows say it in words only."""
    if gold.get("start") is None:
        start = max(text.lower().find(gold["text"].lower()), 0)
        return start, start + len(gold["text"])
    return gold["start"], gold["end_inclusive"] + 1


def value_of(gold: dict[str, Any]) -> float:
    """The set's value; some languages write it with a decimal comma."""
    return float(gold["value_num"]) if gold.get("value_num") is not None else float(gold["value"].replace(",", "."))


def _alarms(rows: Sequence[dict[str, Any]]) -> Figure:
    """Amounts found where the set marks nothing at all in the text."""
    empty = [row for row in rows if not row["gold"]]
    return share(
        "alarms: texts without an amount",
        sum(bool(find(row["text"], language=row["lang"])) for row in empty),
        len(empty),
        most=True,
    )
