"""What do the words of a message mean, in numbers, and how likely is each kind of objection? A small network, trained offline.

It is the convolutional branch of Google's multilingual Universal Sentence Encoder 3 (Apache-2.0), cut to the pieces of English
and Spanish words and trained further on our own lines: words it never saw in them still lie near others like them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from leads.pieces import BEGIN, END, Vocabulary
from leads.text import sentences

NUMBERS: Final = Path(__file__).parent / "data" / "objection_meaning.npz"
AT_ONCE: Final = 48
"""Pieces read in one go; a longer message is read sentence by sentence."""
STRETCHES: Final = 16
"""Sentences that are read of a longer one: its first half of them, and its last."""
ORDERS: Final = ((2, 0), (3, 1), (5, 2))
"""Of each branch: how many neighbouring pieces it sees at once, and how many of them stand to the left."""
TINY: Final = 1e-12
_WORDS: Final = frozenset({"kinds", "pieces", "likelihoods"})

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Network:
    """Weights by name, each (inputs × outputs), the branches they hold, and the vocabulary of the embedding's rows."""

    kinds: tuple[str, ...]
    vocabulary: Vocabulary
    branches: tuple[tuple[int, int], ...]
    weights: Mapping[str, Numbers]


@lru_cache(maxsize=1)
def network() -> Network:
    """The network that ships with the product, read once."""
    with np.load(NUMBERS, allow_pickle=False) as stored:
        names = [name for name in stored.files if name not in _WORDS and not name.startswith("scale ")]
        weights = {name: _whole(stored[name], stored.get(f"scale {name}")) for name in names}
        pieces = bytes(stored["pieces"]).decode("utf-8").split("\n")
        return Network(
            kinds=tuple(map(str, stored["kinds"])),
            vocabulary=Vocabulary.of(pieces, stored["likelihoods"].astype(float).tolist()),
            branches=tuple((order, left) for order, left in ORDERS if f"first {order}" in weights),
            weights=weights,
        )


def _whole(rounded: NDArray[Any], scale: NDArray[Any] | None) -> Numbers:
    """Eight-bit numbers times the scale of their column."""
    full = rounded.astype(np.float32)
    return full if scale is None else np.ascontiguousarray(full * scale.astype(np.float32))


def chances(text: str) -> dict[str, float]:
    """Probability of each kind; what they leave of one is the probability that no objection is raised.

    Of a long message each kind counts as its likeliest stretch says.
    """
    served = network()
    stretches = insides(text)
    if not stretches:
        return dict.fromkeys(served.kinds, 0.0)
    w = served.weights
    each = np.stack([_shares(one.deep @ w["kinds weight"] + w["kinds bias"])[:-1] for one in stretches])
    best = each.max(axis=0)
    return dict(zip(served.kinds, (best / max(1.0, float(best.sum()))).tolist(), strict=True))


@dataclass(frozen=True)
class Inside:
    """What the network makes of one stretch of words: `whole` as the encoder was published, `deep` as it learned further."""

    whole: Numbers
    deep: Numbers


@lru_cache(maxsize=32)
def insides(text: str) -> tuple[Inside, ...]:
    """Each stretch of a message in the network's own numbers; kept a moment, since several readers ask of the same words."""
    served = network()
    numbers = served.vocabulary.read(text)
    if not numbers:
        return ()
    stretches = [numbers] if len(numbers) <= AT_ONCE else _stretches(served.vocabulary, text)
    return tuple(inside(served, stretch) for stretch in stretches)


def _stretches(vocabulary: Vocabulary, text: str) -> list[list[int]]:
    """The sentences of a long message, each as one stretch; its last ones rather than those in its middle."""
    parts = [vocabulary.read(text[part.start : part.end])[:AT_ONCE] for part in sentences(text.lower()[: len(text)])]
    parts = [part for part in parts if part] or [vocabulary.read(text)[:AT_ONCE]]
    return parts if len(parts) <= STRETCHES else parts[: STRETCHES // 2] + parts[-STRETCHES // 2 :]


def _shares(score: Numbers) -> Numbers:
    power: Numbers = np.exp(score - score.max())
    result: Numbers = power / power.sum()
    return result


def scores(served: Network, numbers: list[int]) -> Numbers:
    """The log-odds of the kinds and of none, last, for the pieces of one stretch."""
    result: Numbers = inside(served, numbers).deep @ served.weights["kinds weight"] + served.weights["kinds bias"]
    return result


def inside(served: Network, numbers: list[int]) -> Inside:
    """The numbers inside the network for the pieces of one stretch."""
    w = served.weights
    embedded = w["embedding"][[BEGIN, *numbers, END]]
    wide = _normal(embedded @ w["wide"] + w["wide bias"], w["wide gain"], w["wide shift"])
    width = wide.shape[1] // len(served.branches)
    found = [embedded @ w["raw"]]
    for place, (order, left) in enumerate(served.branches):
        seen = wide[:, place * width : (place + 1) * width]
        for layer in ("first", "second"):
            seen = (
                np.maximum(_windows(seen, order, left) @ w[f"{layer} {order}"] + w[f"{layer} bias {order}"], 0) + seen
            )
        found.append(seen)
    every = _normal(np.concatenate(found, axis=1), w["gain"], w["shift"])
    whole = (every.sum(axis=0) @ w["pool"] + len(every) * w["pool bias"]) / np.float32(len(every) ** 0.5)
    return Inside(whole, np.maximum(whole @ w["past"] + np.maximum(whole @ w["deep"], 0) @ w["deeper"], 0))


def _windows(rows: Numbers, order: int, left: int) -> Numbers:
    """Every row beside its neighbours, with nothing beyond the ends."""
    padded = np.zeros((len(rows) + order - 1, rows.shape[1]), dtype=np.float32)
    padded[left : left + len(rows)] = rows
    return np.concatenate([padded[at : at + len(rows)] for at in range(order)], axis=1)


def _normal(rows: Numbers, gain: Numbers, shift: Numbers) -> Numbers:
    """Each row with mean 0 and variance 1, then scaled and moved as was learned."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    spread = np.einsum("ij,ij->i", rows, rows) / np.float32(rows.shape[1])
    result: Numbers = rows / np.sqrt(spread + TINY)[:, None] * gain + shift
    return result
