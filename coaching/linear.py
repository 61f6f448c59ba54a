"""How likely is each kind of objection, by the words alone? A linear model, trained offline, served from numbers."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from coaching.cues import Sign
from leads.text import words

MODEL: Final = Path(__file__).parent / "data" / "objection_model.npz"
BUCKETS: Final = 2**15
"""Hashed features; the cues' own features follow behind them."""


@dataclass(frozen=True)
class Model:
    """Weights (features × kinds and one more, no objection at all), their biases, and the probability from which each kind counts."""

    kinds: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    thresholds: Mapping[str, float]


@lru_cache(maxsize=1)
def model() -> Model:
    """The model that ships with the product, read once."""
    with np.load(MODEL, allow_pickle=False) as numbers:
        kinds = tuple(str(kind) for kind in numbers["kinds"])
        scale = numbers["scale"].astype(np.float32)[:, None]
        return Model(
            kinds=kinds,
            weights=np.ascontiguousarray((numbers["weights"].astype(np.float32) * scale).T),
            bias=numbers["bias"].astype(np.float32),
            thresholds=dict(zip(kinds, map(float, numbers["thresholds"]), strict=True)),
        )


def features(folded: str, signs: Iterable[Sign], kinds: tuple[str, ...]) -> dict[int, float]:
    """Sparse features of one folded message: word 1–2-grams, character 3–5-grams inside words, and what the cues say."""
    spoken = words(folded)
    grams = [f"w {word}" for word in spoken]
    grams += [f"b {first} {second}" for first, second in pairwise(spoken)]
    for word in spoken:
        padded = f"<{word}>"
        grams += [padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1)]
    found: dict[int, float] = {}
    for gram in grams:
        place = zlib.crc32(gram.encode()) % BUCKETS
        found[place] = 1.0
    length = max(1.0, float(len(found)) ** 0.5)
    result = {place: value / length for place, value in found.items()}
    for sign in signs:
        place = BUCKETS + 2 * kinds.index(sign.kind) + (0 if sign.meant else 1)
        result[place] = max(result.get(place, 0.0), sign.strength)
    return result


def probabilities(folded: str, signs: Iterable[Sign]) -> dict[str, float]:
    """Probability of each kind; what they leave of one is the probability that no objection is raised."""
    served = model()
    found = features(folded, signs, served.kinds)
    if not found:
        return dict.fromkeys(served.kinds, 0.0)
    places = np.fromiter(found, dtype=np.int64)
    values = np.fromiter(found.values(), dtype=np.float32)
    score: NDArray[Any] = values @ served.weights[places] + served.bias
    power = np.exp(score - score.max())
    return dict(zip(served.kinds, (power[:-1] / power.sum()).tolist(), strict=True))
