"""When the leads change, the alarm is raised; when they do not, it is quiet."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from leads.learning.choosing import Wish
from leads.learning.drift import Drift, compare
from leads.learning.training import train
from leads.scorecards import Scorecard
from tests.leads.learning import made


@cache
def model() -> Scorecard:
    return train(made.table(made.rows(1000)), Wish("Won", "Came In"))


def seen(rows: list[dict[str, str]]) -> Drift:
    return compare(model(), made.table(rows).columns, np.array([model().probability(row) for row in rows]))


@pytest.mark.parametrize("seed", range(20, 30))
def test_leads_of_the_same_kind_raise_no_alarm(seed: int) -> None:
    assert not seen(made.rows(120, seed=seed)).alarm


@pytest.mark.parametrize("count", [150, 1500])
def test_other_leads_raise_the_alarm_and_the_column_is_named(count: int) -> None:
    found = seen(made.rows(count, seed=3, shift=2.0))
    assert found.alarm
    assert "Visits" in found.told


def test_a_value_that_was_never_seen_is_a_change() -> None:
    rows = [row | {"Source": "billboard"} if place % 2 else row for place, row in enumerate(made.rows(300, seed=4))]
    assert any(shift.name == "Source" and shift.alarm for shift in seen(rows).shifts)


def test_a_column_that_is_no_longer_filled_in_is_a_change() -> None:
    assert seen([row | {"Visits": ""} for row in made.rows(300, seed=4)]).alarm


def test_a_handful_of_leads_is_not_judged() -> None:
    found = seen(made.rows(20, seed=3, shift=2.0))
    assert not found.alarm
    assert "too few" in found.told


def test_leads_of_a_single_day_are_no_change_of_the_times() -> None:
    rows = made.rows(800)
    for place, row in enumerate(rows):
        row["Came In"] = f"2026-{1 + place // 70:02d}-{1 + place % 28:02d}"
    of_dates = train(made.table(rows), Wish("Won", exclude=("Visits",)))
    assert "Came In" in of_dates.needs
    today = [row | {"Came In": "2026-03-02"} for row in made.rows(300, seed=5)]
    chances = np.array([of_dates.probability(row) for row in today])
    assert not compare(of_dates, made.table(today).columns, chances).alarm
