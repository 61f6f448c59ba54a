"""How well is it read what holds a prospect back, on our own lines that training never saw?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from coaching.kinds import NON_OVERCOMABLE, OVERCOMABLE
from coaching.objections import ObjectionQuestion, spot
from enterprisehub.management.evaluation.figures import Figure, share

LINES: Final = Path(__file__).parents[3] / "coaching" / "data" / "objections.jsonl"
WAVES: Final = (
    (6_299, "of the file's first 6,299 lines"),
    (16_978, "of the file's first 16,978 lines"),
    (18_592, "of the file's first 18,592 lines"),
)
"""The frozen lines were written in four waves; the figures on the older ones can be compared with older figures."""
DRAWS: Final = 200


@dataclass(frozen=True)
class Read:
    """One frozen line: where it stands in the file, what is meant and what was said to be meant."""

    place: int
    language: str
    meant: frozenset[str]
    said: frozenset[str]


def measure(data: Path) -> tuple[Figure, ...]:
    """Macro-F1 over the overcomable kinds, the others' recall, and alarms; our own lines, whatever `data` holds."""
    reads = list(_reads())
    objecting = [read for read in reads if read.meant]
    quiet = [read for read in reads if not read.meant]
    firm = [read for read in reads if read.meant & set(NON_OVERCOMABLE)]
    named = sum(len(read.said) for read in reads)
    meant = sum(len(read.meant) for read in reads)
    right = sum(len(read.said & read.meant) for read in reads)
    return (
        macro("macro-F1, 16 overcomable kinds", reads, wanted=0.8),
        *(macro(f"  {language}", [r for r in reads if r.language == language]) for language in ("en", "es")),
        *(macro(f"  {name}", [r for r in reads if r.place < end]) for end, name in WAVES),
        *(Figure(f"  F1 {kind}", f1(reads, kind), sum(kind in r.meant for r in reads)) for kind in OVERCOMABLE),
        share("right, of what is named", right, named),
        share("named, of what is meant", right, meant),
        share("objecting lines where nothing is named", sum(not read.said for read in objecting), len(objecting)),
        share("alarms on lines without an objection", sum(bool(read.said) for read in quiet), len(quiet)),
        share(
            "kinds not to argue with: named",
            sum(bool(r.said & r.meant & set(NON_OVERCOMABLE)) for r in firm),
            len(firm),
        ),
        *(_recall(kind, reads) for kind in NON_OVERCOMABLE),
    )


def _reads() -> Iterable[Read]:
    for place, line in enumerate(LINES.read_text("utf-8").splitlines()):
        row = json.loads(line)
        if row["split"] == "test":
            said = frozenset(one.kind for one in spot(ObjectionQuestion(row["text"])).objections)
            yield Read(place, row["language"], frozenset(row["kinds"]), said)


def _recall(kind: str, reads: Sequence[Read]) -> Figure:
    meant = [read for read in reads if kind in read.meant]
    return share(f"  {kind}", sum(kind in read.said for read in meant), len(meant))


def f1(reads: Sequence[Read], kind: str) -> float:
    """Two times right, by all that was said and all that was meant; 0 where nothing is right."""
    said, meant = sum(kind in read.said for read in reads), sum(kind in read.meant for read in reads)
    right = sum(kind in read.said & read.meant for read in reads)
    return 2 * right / (said + meant) if right else 0.0


def macro(name: str, reads: Sequence[Read], *, wanted: float | None = None) -> Figure:
    """The mean F1 of the overcomable kinds, with the middle 95 % of what drawing the lines anew gives."""
    said = np.array([[kind in read.said for kind in OVERCOMABLE] for read in reads])
    meant = np.array([[kind in read.meant for kind in OVERCOMABLE] for read in reads])
    chance = np.random.default_rng(7)
    draws = [_mean(said[pick], meant[pick]) for pick in chance.integers(0, len(reads), (DRAWS, len(reads)))]
    low, high = np.quantile(draws, (0.025, 0.975))
    return Figure(name, _mean(said, meant), len(reads), float(low), float(high), wanted)


def _mean(said: np.ndarray, meant: np.ndarray) -> float:
    return float(np.mean(2 * (said & meant).sum(axis=0) / np.maximum(1, said.sum(axis=0) + meant.sum(axis=0))))
