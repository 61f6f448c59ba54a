"""Train the guess at a wish to be left alone anew, from our own lines and the objection reader's; train that one's network first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from leads import guessing, leaving
from leads.network import insides
from leads.optout import line_of

LINES: Final = leaving.NUMBERS.parent / "optout.jsonl"
OBJECTIONS: Final = Path(__file__).parents[3] / "coaching" / "data" / "objections.jsonl"
OWN, NEWER = 1.5, 3.0
"""How much more a line of our own set counts, and one of those that were written last and are the most varied."""


class Command(BaseCommand):
    help = "Train the guess at an opt-out anew with --train (extra ml). `evaluate optout` measures it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--train", action="store_true", help="train and write the model file")
        parser.add_argument("--strength", type=float, default=10.0, help="inverse of the regularisation")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["train"]:
            raise CommandError("Say --train to train anew; `manage.py evaluate optout` measures what is there.")
        lines = [line for line in lines_to_learn() if insides(line[0])]
        _write(lines, strength=options["strength"])
        self.stdout.write(json.dumps({"lines": len(lines), "opt_outs": sum(wanted for _, wanted, _ in lines)}))


def lines_to_learn() -> list[tuple[str, bool, float]]:
    """Text, whether it asks to be left alone, and its weight: never a frozen line, nor one that the objections keep for testing."""
    own = [json.loads(line) for line in LINES.read_text("utf-8").splitlines()]
    others = [json.loads(line) for line in OBJECTIONS.read_text("utf-8").splitlines()]
    return [
        *(
            (row["text"], row["opt_out"], NEWER if row.get("split") else OWN)
            for row in own
            if (row.get("split") or leaving.split_of(row["text"])) == "dev"
        ),
        *((row["text"], "opt_out" in row["kinds"], 1.0) for row in others if row["split"] == "train"),
    ]


def _write(lines: list[tuple[str, bool, float]], *, strength: float) -> None:
    import scipy.sparse as sparse
    from sklearn.linear_model import LogisticRegression  # of the ml extra: only training needs it

    inside = np.stack([guessing.features(insides(text)[0]) for text, _, _ in lines])
    rows = [leaving.letters(line_of(text)) for text, _, _ in lines]
    places = np.concatenate([place for place, _ in rows])
    starts = np.cumsum([0, *(len(place) for place, _ in rows)])
    written = sparse.csr_matrix((np.concatenate([s for _, s in rows]), places, starts), shape=(len(rows), leaving.SIZE))
    wanted, weights = [wanted for _, wanted, _ in lines], [weight for _, _, weight in lines]
    fitted = LogisticRegression(C=strength, max_iter=400)
    fitted.fit(sparse.hstack([sparse.csr_matrix(inside), written]).tocsr(), wanted, sample_weight=weights)
    both = fitted.coef_[0]
    np.savez_compressed(
        leaving.NUMBERS,
        meaning=both[: inside.shape[1]].astype(np.float16),
        letters=both[inside.shape[1] :].astype(np.float16),
        bias=fitted.intercept_.astype(np.float32)[0],
    )
