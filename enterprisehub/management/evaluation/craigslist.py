"""How well is an objection to the price heard in other people's negotiations about housing?"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

from coaching.kinds import group_of
from coaching.objections import ObjectionQuestion, Turn, spot
from enterprisehub.management.evaluation.figures import Absent, Figure, share

FILE: Final = "craigslist/housing_price_objection_gold_*.jsonl"


def measure(data: Path) -> tuple[Figure, ...]:
    """Precision, recall and F1 of "the buyer objects to the price": any kind of the price group counts."""
    counts = Counter(_outcome(row) for path in _files(data) for row in _rows(path))
    right, false, missed = counts["right"], counts["false"], counts["missed"]
    whole = 2 * right / (2 * right + false + missed) if right else 0.0
    return (
        Figure("price objections, F1", whole, right + false + missed + counts["quiet"], wanted=0.9),
        share("  precision", right, right + false),
        share("  recall", right, right + missed),
    )


def _files(data: Path) -> list[Path]:
    found = sorted(data.glob(FILE))
    if not found:
        raise Absent(f"{data} has no {FILE}")
    return found


def _rows(path: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [row for row in rows if row["gold_price_objection"] is not None]


def _outcome(row: dict[str, Any]) -> str:
    history = (Turn("agent", row["prev_seller"]),) if row["prev_seller"] else ()
    found = spot(ObjectionQuestion(row["text"], history, row["list_price"])).objections
    said = any(group_of(one.kind) == "price" for one in found)
    if row["gold_price_objection"]:
        return "right" if said else "missed"
    return "false" if said else "quiet"
