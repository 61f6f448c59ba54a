"""Does the reader of drafts stop a claim about a property that nothing bears out, and let the others pass? On lines of our own.

The set ships with the product (leads/data/claims.jsonl), so the directory of public data is not looked at. `seen` was written first and
the rules were made from it; `fresh` and `unseen` were each written before they were looked at, and then tuned on: docs/quality.md tells
what they gave at first sight. One hand wrote all three.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from enterprisehub.management.evaluation.figures import Figure, share
from leads.planning import claims

SET: Final = Path(claims.__file__).parent.parent / "data" / "claims.jsonl"
WANTED: Final = 0.95


def measure(data: Path) -> tuple[Figure, ...]:
    """The share of false claims that is blocked and of true ones that passes, over all, by split and by language; time."""
    judged = [(row, *_judged(row)) for row in rows()]
    times = sorted(ms for _, _, ms in judged)
    return (
        *_both("", judged, wanted=WANTED),
        *(
            figure
            for name in ("seen", "fresh", "unseen")
            for figure in _both(name, [one for one in judged if one[0]["split"] == name])
        ),
        *(figure for name in ("en", "es") for figure in _both(name, [one for one in judged if one[0]["lang"] == name])),
        Figure("milliseconds, p50", times[len(times) // 2], len(times)),
    )


def rows() -> list[dict[str, Any]]:
    """Every line: text, lang, listing, true (borne out, or no claim at all), split."""
    return [json.loads(line) for line in SET.read_text("utf-8").splitlines()]


def blocks(row: dict[str, Any]) -> bool:
    """Whether this draft is kept from being sent."""
    return bool(claims.unresolved(claims.answer(claims.parse(row))))


def _judged(row: dict[str, Any]) -> tuple[bool, float]:
    started = perf_counter()
    return blocks(row), (perf_counter() - started) * 1000


def _both(
    name: str, judged: Sequence[tuple[dict[str, Any], bool, float]], *, wanted: float | None = None
) -> Iterator[Figure]:
    before = f"{name}: " if name else ""
    false = [blocked for row, blocked, _ in judged if not row["true"]]
    true = [blocked for row, blocked, _ in judged if row["true"]]
    yield share(f"{before}false claims blocked", sum(false), len(false), wanted=wanted)
    yield share(f"{before}true claims passed", len(true) - sum(true), len(true), wanted=wanted)
