"""Which reason to stop the questions do words give that no pattern knows? A linear model over what the network makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from leads.network import Inside, insides

NUMBERS: Final = Path(__file__).parent / "data" / "handoff_model.npz"
SOME: Final = 0.7
"""The chance of any reason at all from which one is named: a question that is not asked costs little, a wrong stop more."""
SURE: Final = 0.65
LASTING: Final = 0.85
"""The chance of one reason from which it is named, and of one that stays until a person lifts it."""


@dataclass(frozen=True)
class Model:
    """Weights (features × reasons, none last) and their biases."""

    reasons: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


@lru_cache(maxsize=1)
def model() -> Model:
    """The model that ships with the product, read once."""
    with np.load(NUMBERS, allow_pickle=False) as stored:
        numbers = {name: stored[name].astype(np.float32) for name in ("weights", "bias")}
        return Model(tuple(map(str, stored["reasons"])), **numbers)


def features(one: Inside) -> NDArray[np.float32]:
    """What the encoder knew and what it learned from objections, each of length 1."""
    return np.concatenate([part / (np.linalg.norm(part) + 1e-6) for part in (one.whole, one.deep)]).astype(np.float32)


def guessed(text: str) -> dict[str, float]:
    """The chance of each reason, of a long message by its likeliest stretch; {} when there is nothing to read."""
    served = model()
    found = [_shares(features(one) @ served.weights + served.bias) for one in insides(text)]
    if not found:
        return {}
    likeliest: NDArray[Any] = min(found, key=lambda shares: shares[-1])
    return dict(zip(served.reasons, likeliest.tolist(), strict=False))


def _shares(score: NDArray[np.float32]) -> NDArray[np.float32]:
    power = np.exp(score - score.max())
    result: NDArray[np.float32] = power / power.sum()
    return result
