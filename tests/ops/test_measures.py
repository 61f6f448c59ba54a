"""Percentiles are taken from what was measured, and nothing is made up where nothing was."""

from __future__ import annotations

import pytest

from enterprisehub.ops.measures import percentile, spread


def test_percentiles_are_values_that_were_measured() -> None:
    assert spread(list(range(1, 101))) == {"p50_ms": 50, "p95_ms": 95, "p99_ms": 99, "max_ms": 100, "n": 100}


@pytest.mark.parametrize(("share", "value"), [(0.5, 2), (0.67, 3), (0.99, 3), (1.0, 3), (0.0, 1)])
def test_the_nearest_rank_is_taken(share: float, value: int) -> None:
    assert percentile([1, 2, 3], share) == value


def test_nothing_measured_is_null() -> None:
    assert spread([]) == {"p50_ms": None, "p95_ms": None, "p99_ms": None, "max_ms": None, "n": 0}
