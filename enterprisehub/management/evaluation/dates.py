"""How often is a single date found whole and resolved right, in seven languages?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from enterprisehub.management.evaluation.figures import Figure, share
from enterprisehub.management.evaluation.money import read, span_of, spans_agree, supported
from leads.dates import When, find

_WANTED = {"en": 0.85, "zh": 0.85, "es": 0.75, "fr": 0.75, "pt": 0.75, "de": 0.75, "it": 0.75}
_NOW = "2016-11-07T00:00:00"  # when a row does not say


def measure(data: Path) -> tuple[Figure, ...]:
    """Single dates (span up to spaces and marks, one of the set's values) per language, and alarms."""
    rows = tuple(read(data / "recognizers" / "datetime_dev.jsonl"))
    return (*_per_language(rows), _alarms(rows))


def found_in(row: dict[str, Any]) -> tuple[When, ...]:
    """Our dates in a row, seen from its own now."""
    now = datetime.fromisoformat(row["ref"] or _NOW).replace(tzinfo=UTC)
    return find(row["text"], now=now, language=row["lang"])


def right(row: dict[str, Any], gold: dict[str, Any], found: Sequence[When], *, exact: bool = True) -> bool:
    """Whether one of ours is this date; a date that cannot be (30 February) must not be found."""
    theirs = span_of(row["text"], gold)
    values = {value.get("value") for value in gold["values"] or ()}
    here = [each for each in found if each.on and each.start < theirs[1] and theirs[0] < each.end]
    if values == {"not resolved"}:
        return not here
    return any(
        (not exact or spans_agree(row["text"], (each.start, each.end), theirs))
        and each.to is None
        and each.on is not None
        and each.on.isoformat() in values
        for each in here
    )


def single_dates(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The set's single dates of a row."""
    return [gold for gold in row["gold"] if gold["type"] == "datetimeV2.date"]


def _per_language(rows: Sequence[dict[str, Any]]) -> Iterator[Figure]:
    for language, wanted in _WANTED.items():
        mine = [(row, gold, found_in(row)) for row in rows if row["lang"] == language for gold in single_dates(row)]
        counted = [each for each in mine if supported(each[0])]
        yield _figure(f"{language}: date right, rows its own library reads", counted, wanted=wanted)
        yield _figure(f"{language}: date right, all rows", mine)
        # a row without a reference time may still have been resolved from one that is not told
        told = [each for each in mine if each[0]["ref"]]
        yield _figure(f"{language}: date right, all rows that tell their now", told)
        loose = sum(right(*each, exact=False) for each in mine)
        yield share(f"{language}: date right, spans overlap, all rows", loose, len(mine))


def _figure(
    name: str, judged: Sequence[tuple[dict[str, Any], dict[str, Any], tuple[When, ...]]], *, wanted: float | None = None
) -> Figure:
    return share(name, sum(right(*each) for each in judged), len(judged), wanted=wanted)


def _alarms(rows: Sequence[dict[str, Any]]) -> Figure:
    """Days or times found where the set marks nothing at all in the text."""
    empty = [row for row in rows if not row["gold"]]
    return share("alarms: texts without a date", sum(bool(found_in(row)) for row in empty), len(empty), most=True)
