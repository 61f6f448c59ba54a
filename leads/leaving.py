"""Does somebody ask to be left alone in words that no rule knows? A linear model over their letters and what the network makes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from leads.guessing import features as meaning
from leads.network import insides

NUMBERS: Final = Path(__file__).parent / "data" / "optout_model.npz"
SIZE: Final = 2**15
"""Places into which the runs of letters fall."""
RUNS: Final = (2, 3, 4, 5)
SURE: Final = 0.9
"""The chance from which it is believed: whoever is not heard is written to again, whoever is heard wrongly is lost."""

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Model:
    """Weights of the meaning and of the letters, and the bias."""

    meaning: Numbers
    letters: Numbers
    bias: float


@lru_cache(maxsize=1)
def model() -> Model:
    """The model that ships with the product, read once."""
    with np.load(NUMBERS, allow_pickle=False) as stored:
        weights = {name: stored[name].astype(np.float32) for name in ("meaning", "letters")}
        return Model(**weights, bias=float(stored["bias"]))


def chance(text: str, line: str) -> float:
    """How likely `text` asks to be left alone; `line` are its words put right (leads/optout.py). A long one by its likeliest stretch."""
    served = model()
    places, shares = letters(line)
    if not len(places):
        return 0.0
    told = float(served.letters[places] @ shares) + served.bias
    best = max((float(meaning(one) @ served.meaning) for one in insides(text)), default=None)
    return 0.0 if best is None else 1.0 / (1.0 + float(np.exp(-(told + best))))


def letters(line: str) -> tuple[NDArray[Any], Numbers]:
    """The places of the runs of letters in these words, and how much each counts; their squares add up to 1."""
    places, counts = np.unique(np.fromiter(_runs(line), dtype=np.int64), return_counts=True)
    shares = np.log1p(counts.astype(np.float32))
    return places, (shares / (np.linalg.norm(shares) + 1e-6)).astype(np.float32)


def _runs(line: str) -> Iterator[int]:
    for word in line.split():
        padded = f" {word} ".encode()
        for run in RUNS:
            for start in range(len(padded) - run + 1):
                yield crc32(padded[start : start + run]) % SIZE


def split_of(text: str) -> str:
    """By the words alone, whatever their case and spaces: the same line said twice falls into the same part."""
    plain = " ".join(text.lower().split())
    return "frozen" if hashlib.sha256(plain.encode()).digest()[0] % 8 == 1 else "dev"
