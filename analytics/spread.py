"""What is the median of many values of which only counts by bucket are kept? Pure.

Bucket b holds the values v with floor(4 * log2(1 + v)) = b: each is about a fifth wider than the one before, so that a median
read from them is off by a tenth at most, from seconds to years.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, log2
from typing import Final

PER_DOUBLING: Final = 4


def bucket(value: float) -> int:
    """The bucket of a value that is not negative; below zero counts as zero."""
    return floor(PER_DOUBLING * log2(1 + max(0.0, value)))


def quantile(counts: Mapping[int, int], share: float = 0.5) -> float | None:
    """The value below which this share lies, between the bucket's ends in proportion; None without values."""
    total = sum(counts.values())
    if not total:
        return None
    wanted, seen = share * total, 0
    for one in sorted(counts):
        if counts[one] and seen + counts[one] >= wanted:
            low, high = 2 ** (one / PER_DOUBLING) - 1, 2 ** ((one + 1) / PER_DOUBLING) - 1
            return low + (high - low) * (wanted - seen) / counts[one]
        seen += counts[one]
    return None
