"""Are the intervals as wide as they say, and is nothing claimed from too few cases?"""

from __future__ import annotations

from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.measures import FEWEST, Mean, Rate, cases_needed, lift, mean_lift, shrunk

counts = st.integers(min_value=0, max_value=500)


def drawn(random: Random, share: float, n: int) -> Rate:
    return Rate(sum(random.random() < share for _ in range(n)), n)


def test_wilsons_interval_is_the_published_one() -> None:
    # Newcombe 1998, Stat. Med. 17:857, table I: 81 of 263 is .2553 to .3662.
    found = Rate(81, 263).interval
    assert found.low == pytest.approx(0.2553, abs=1e-4)
    assert found.high == pytest.approx(0.3662, abs=1e-4)


def test_newcombes_interval_is_the_published_one() -> None:
    # Newcombe 1998, Stat. Med. 17:873, table II, method 10: 56/70 against 48/80 is .0524 to .3339.
    found = lift(Rate(56, 70), Rate(48, 80))
    assert found is not None
    assert found.points == pytest.approx(0.2)
    assert found.interval.low == pytest.approx(0.0524, abs=1e-4)
    assert found.interval.high == pytest.approx(0.3339, abs=1e-4)


@given(n=st.integers(min_value=1, max_value=500), data=st.data())
def test_a_rate_lies_inside_its_interval_and_the_interval_inside_zero_to_one(n: int, data: st.DataObject) -> None:
    rate = Rate(data.draw(st.integers(min_value=0, max_value=n)), n)
    value = rate.value
    assert value is not None
    assert 0 <= rate.interval.low <= value + 1e-12
    assert value - 1e-12 <= rate.interval.high <= 1


@given(a=counts, b=counts)
def test_no_cases_give_no_difference(a: int, b: int) -> None:
    assert lift(Rate(0, 0), Rate(min(a, b), max(a, b))) is None


def test_the_difference_holds_the_truth_in_about_95_of_100_runs() -> None:
    random = Random(5)
    inside = 0
    for _ in range(600):
        found = lift(drawn(random, 0.24, 400), drawn(random, 0.20, 400))
        assert found is not None
        inside += found.interval.holds(0.04)
    assert 0.93 <= inside / 600 <= 0.98


def test_two_equal_sides_look_different_in_about_5_of_100_runs() -> None:
    random = Random(6)
    alarms = 0
    for _ in range(600):
        found = lift(drawn(random, 0.2, 300), drawn(random, 0.2, 300))
        assert found is not None
        alarms += found.clear
    assert alarms / 600 <= 0.07


def test_no_share_of_nothing_is_named() -> None:
    found = lift(Rate(3, 100), Rate(0, 100))
    assert found is not None
    assert found.relative is None
    assert found.relative_interval is None


def test_a_ratio_without_hits_is_a_loss_of_everything() -> None:
    found = lift(Rate(0, 100), Rate(40, 100))
    assert found is not None
    assert found.relative == -1
    assert found.relative_interval is not None
    assert found.relative_interval.low == -1
    assert found.relative_interval.high < 0


def test_few_cases_are_not_enough() -> None:
    assert not Rate(1, FEWEST - 1).enough
    assert Rate(1, FEWEST).enough
    assert Rate(0, 0).value is None
    assert Rate(0, 0).interval.high == 1
    assert not Mean(1, 3.0, 9.0).enough


def test_a_mean_comes_from_its_sums() -> None:
    values = [2.0, 4.0, 6.0]
    mean = Mean(3, sum(values), sum(v * v for v in values))
    assert mean.value == 4
    assert mean.variance == pytest.approx(4)
    assert mean.interval is not None
    assert mean.interval.holds(4)
    assert Mean(1, 3.0, 9.0).interval is None
    assert Mean(0, 0.0, 0.0).value is None


def test_the_difference_of_two_means_is_welchs() -> None:
    found = mean_lift(Mean(50, 500.0, 5400.0), Mean(50, 400.0, 3600.0))
    assert found is not None
    assert found.points == pytest.approx(2)
    assert found.relative == pytest.approx(0.25)
    assert found.clear
    assert mean_lift(Mean(1, 1.0, 1.0), Mean(50, 400.0, 3600.0)) is None
    zero = mean_lift(Mean(2, 2.0, 2.0), Mean(2, 0.0, 0.0))
    assert zero is not None
    assert zero.relative is None


def test_a_rate_of_few_cases_is_pulled_to_the_overall_one() -> None:
    overall = Rate(200, 1000)
    few, many = shrunk(Rate(3, 3), overall), shrunk(Rate(600, 600), overall)
    assert few is not None
    assert many is not None
    assert few < 0.3
    assert many > 0.9
    assert shrunk(Rate(1, 1), Rate(0, 0)) is None


def test_a_smaller_effect_needs_more_cases() -> None:
    # Fleiss, Levin, Paik 2003, without correction: .2 against .24 takes about 1,680 a side at 80 %.
    assert cases_needed(0.2, 0.2) == pytest.approx(1680, abs=15)
    assert cases_needed(0.2, 0.1) > cases_needed(0.2, 0.2)
    assert cases_needed(0.0, 0.2) == inf
    assert cases_needed(0.2, 0.0) == inf
