"""Train the guess at a hand-off anew, from our own lines and the objection reader's; train that one's network first."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from leads import guessing
from leads.network import insides

LINES: Final = guessing.NUMBERS.parent / "handoffs.jsonl"
OBJECTIONS: Final = Path(__file__).parents[3] / "coaching" / "data" / "objections.jsonl"
SAME: Final = {
    "opt_out": "opt_out",
    "signed_exclusive": "signed_elsewhere",
    "steering": "fair_housing",
    "distress": "distress",
    "minor": "minor",
    "": "",
}
"""Kinds of objection that are a reason to stop. Advice is left out, since it may be a lawyer's or a lender's; every other
kind is none: somebody who haggles or waits is still to be talked with."""
LEFT_OUT: Final = frozenset({"professional_advice"})
MOST, HARMLESS, OWN = 300, 5000, 4.0
"""Lines of one kind and harmless ones that are taken of the objections, and how much more a line of our own set counts."""


class Command(BaseCommand):
    help = "Train the guess at a hand-off anew with --train (extra ml). `evaluate handoff` measures it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--train", action="store_true", help="train and write the model file")
        parser.add_argument("--strength", type=float, default=3.0, help="inverse of the regularisation")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["train"]:
            raise CommandError("Say --train to train anew; `manage.py evaluate handoff` measures what is there.")
        own, borrowed = own_lines(), borrowed_lines()
        lines = [line for line in [*own, *borrowed] if insides(line[0])]
        kinds = sorted({reason for _, reason in lines} - {""})
        _write(lines, kinds, weights=[OWN if line in set(own) else 1.0 for line in lines], strength=options["strength"])
        self.stdout.write(json.dumps({"own": len(own), "borrowed": len(borrowed), "reasons": len(kinds)}))


def own_lines() -> list[tuple[str, str]]:
    """The half that may be learned from, each with its reason."""
    rows = [json.loads(line) for line in LINES.read_text("utf-8").splitlines()]
    return [(row["text"], row["reason"]) for row in rows if row["split"] == "train"]


def borrowed_lines() -> list[tuple[str, str]]:
    """Of the objection reader's training lines those that mean the same, and harmless ones, in a shuffled but fixed order."""
    rows = [json.loads(line) for line in OBJECTIONS.read_text("utf-8").splitlines()]
    found: list[tuple[str, str]] = []
    count: Counter[str] = Counter()
    for place in np.random.default_rng(3).permutation(len(rows)):
        row = rows[place]
        kind = (row["kinds"] or [""])[0]
        if row["split"] != "train" or len(row["kinds"]) > 1 or kind in LEFT_OUT:
            continue
        count[kind] += 1
        if count[kind] <= (MOST if kind else HARMLESS):
            found.append((row["text"], SAME.get(kind, "")))
    return found


def _write(lines: list[tuple[str, str]], kinds: list[str], *, weights: list[float], strength: float) -> None:
    from sklearn.linear_model import LogisticRegression  # of the ml extra: only training needs it

    classes = [*kinds, ""]  # none is the last
    inside = np.stack([guessing.features(insides(text)[0]) for text, _ in lines])
    wanted = [classes.index(reason) for _, reason in lines]
    fitted = LogisticRegression(C=strength, max_iter=300).fit(inside, wanted, sample_weight=weights)
    np.savez_compressed(
        guessing.NUMBERS,
        reasons=np.array(kinds),
        weights=fitted.coef_.T.astype(np.float16),
        bias=fitted.intercept_.astype(np.float32),
    )
