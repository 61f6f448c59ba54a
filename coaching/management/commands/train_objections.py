"""Train the objection reader's linear model and measure it; the numbers it prints are the ones in docs/quality.md."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from coaching import linear
from coaching.cues import find
from coaching.kinds import GROUP_OF, KINDS, OVERCOMABLE
from coaching.objections import ObjectionQuestion, Turn, spot
from coaching.text import fold

DATA = Path(__file__).parents[2] / "data" / "objections.jsonl"
FOLDS = 3


class Command(BaseCommand):
    help = "Measure the objection reader (default), or --train its model first (needs the ml extra)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--train", action="store_true", help="train anew and write the model file")
        parser.add_argument("--strength", type=float, default=12.0, help="inverse of the regularisation")
        parser.add_argument("--data", type=Path, default=None, help="a folder with craigslist/ and sgd_homes/")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--errors", action="store_true", help="list what went wrong outside the frozen split")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
        if options["train"]:
            train([row for row in rows if row["split"] == "train"], strength=options["strength"])
            linear.model.cache_clear()
        figures: dict[str, Any] = {"frozen split": frozen([row for row in rows if row["split"] == "test"])}
        if options["data"]:
            figures |= self._public(options["data"], errors=options["errors"])
        self.stdout.write(json.dumps(figures) if options["json"] else json.dumps(figures, indent=1))

    def _public(self, data: Path, *, errors: bool) -> dict[str, Any]:
        craigslist = data / "craigslist" / "housing_price_objection_gold_dev.jsonl"
        homes = data / "sgd_homes" / "turns_dev.jsonl"
        if not craigslist.exists() or not homes.exists():
            raise CommandError(f"{data} has no craigslist/ or sgd_homes/.")
        show = self.stderr.write if errors else (lambda _: None)
        return {"craigslist price": price(_lines(craigslist), show), "homes alarms": alarms(_lines(homes), show)}


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def train(rows: list[dict[str, Any]], *, strength: float) -> None:
    """One multinomial regression over the kinds and `none`; thresholds maximise F1 over folds that did not see the row."""
    from sklearn.model_selection import KFold  # of the ml extra: only training needs it

    matrix = _matrix(rows)
    wanted = np.array([[kind in row["kinds"] for kind in KINDS] for row in rows])
    guess = np.zeros(wanted.shape)
    for seen, unseen in KFold(FOLDS, shuffle=True, random_state=7).split(rows):
        guess[unseen] = _fitted(matrix[seen], wanted[seen], strength).predict_proba(matrix[unseen])[:, :-1]
    thresholds = [best_threshold(guess[:, place], wanted[:, place]) for place in range(len(KINDS))]
    whole = _fitted(matrix, wanted, strength)
    scale = np.abs(whole.coef_).max(axis=1) / 127
    np.savez_compressed(
        linear.MODEL,
        kinds=np.array(KINDS),
        weights=np.round(whole.coef_ / scale[:, None]).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=whole.intercept_.astype(np.float32),
        thresholds=np.array(thresholds, dtype=np.float32),
    )


def _matrix(rows: list[dict[str, Any]]) -> Any:
    from scipy.sparse import csr_matrix

    data: list[float] = []
    columns: list[int] = []
    starts = [0]
    for row in rows:
        folded = fold(row["text"]).text
        found = linear.features(folded, find(folded), KINDS)
        data += found.values()
        columns += found.keys()
        starts.append(len(data))
    return csr_matrix((data, columns, starts), shape=(len(rows), linear.BUCKETS + 2 * len(KINDS)))


def _fitted(matrix: Any, wanted: Any, strength: float) -> Any:
    """A line with several kinds counts for each of them in part; one without any for `none`, the last class."""
    from sklearn.linear_model import LogisticRegression

    none = ~wanted.any(axis=1, keepdims=True)
    places, classes = np.nonzero(np.hstack([wanted, none]))
    shares = 1 / np.maximum(wanted.sum(axis=1), 1)
    regression = LogisticRegression(C=strength, max_iter=200)
    return regression.fit(matrix[places], classes, sample_weight=shares[places])


def best_threshold(guess: Any, wanted: Any) -> float:
    """The probability from .15 to .7 that gives the best F1."""
    steps = np.arange(0.15, 0.7, 0.025)
    return float(max(steps, key=lambda step: f1(*_counts(guess >= step, wanted))))


def _counts(said: Any, wanted: Any) -> tuple[int, int, int]:
    return int((said & wanted).sum()), int((said & ~wanted).sum()), int((~said & wanted).sum())


def f1(right: int, false: int, missed: int) -> float:
    return 2 * right / (2 * right + false + missed) if right else 0.0


def frozen(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Macro-F1 over the 16 kinds, and F1 of every kind, by language."""
    counts: Counter[tuple[str, str, str]] = Counter()
    none_false: Counter[str] = Counter()
    for row in rows:
        said = {one.kind for one in spot(ObjectionQuestion(row["text"])).objections}
        wanted = set(row["kinds"])
        none_false[f"{row['language']} {'alarm' if said and not wanted else 'n' if not wanted else '-'}"] += 1
        for kind in said | wanted:
            state = "right" if kind in said & wanted else "false" if kind in said else "missed"
            counts[row["language"], kind, state] += 1
            counts["all", kind, state] += 1
    result: dict[str, Any] = {"n": len(rows), "alarms on none": dict(none_false)}
    for language in ("all", "en", "es"):
        scores = {
            kind: round(f1(*(counts[language, kind, state] for state in ("right", "false", "missed"))), 3)
            for kind in KINDS
        }
        result[language] = {"macro_f1_16": round(sum(scores[k] for k in OVERCOMABLE) / len(OVERCOMABLE), 4), **scores}
    return result


def price(rows: list[dict[str, Any]], show: Any) -> dict[str, Any]:
    """Precision, recall and F1 of "the buyer objects to the price", any kind of the price group counting."""
    counts: Counter[str] = Counter()
    for row in rows:
        if row["gold_price_objection"] is None:
            continue
        history = (Turn("agent", row["prev_seller"]),) if row["prev_seller"] else ()
        found = spot(ObjectionQuestion(row["text"], history, row["list_price"])).objections
        said = any(GROUP_OF[one.kind] == "price" for one in found)
        state = ("right" if said else "missed") if row["gold_price_objection"] else ("false" if said else "quiet")
        counts[state] += 1
        if state in ("missed", "false"):
            show(f"{state}: [{row['list_price']}] {row['prev_seller']!r} -> {row['text']!r}")
    right, false, missed = counts["right"], counts["false"], counts["missed"]
    return {**counts, "f1": round(f1(right, false, missed), 4), "n": sum(counts.values())}


def alarms(rows: list[dict[str, Any]], show: Any) -> dict[str, Any]:
    """The share of turns of plain home-search dialogues in which an objection is seen."""
    false = 0
    for row in rows:
        history = (Turn("agent", row["prev_agent"]),) if row["prev_agent"] else ()
        if found := spot(ObjectionQuestion(row["text"], history)).objections:
            false += 1
            show(f"alarm {found[0].kind} {found[0].confidence:.2f}: {row['text']!r}")
    return {"alarms": false, "n": len(rows), "rate": round(false / len(rows), 5)}
