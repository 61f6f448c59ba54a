"""What a trained model learned can be checked, served and read, and the same leads give the same model."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from enterprisehub.errors import Invalid
from leads.learning.choosing import Wish
from leads.learning.fitting import raw_scores
from leads.learning.measures import auc, calibration_error
from leads.learning.page import page
from leads.learning.training import train
from leads.scorecards import Scorecard, chance, dumps, loads
from tests.leads.learning import made

WISH = Wish("Won", "Came In")


@cache
def model() -> Scorecard:
    return train(made.table(made.rows(1200)), WISH)


def test_it_ranks_and_calibrates_later_leads_nearly_as_the_true_rule_does() -> None:
    later = made.rows(2000, seed=8)
    said = np.array([model().probability(row) for row in later])
    truth = np.array([float(row["truth"]) for row in later])
    won = np.array([1.0 if row["Won"] == "yes" else 0.0 for row in later])
    assert auc(said, won) > auc(truth, won) - 0.02
    assert calibration_error(said, won) <= 0.05


def test_its_intervals_hold_the_true_probability_about_as_often_as_they_say() -> None:
    held = []
    for row in made.rows(1000, seed=9):
        scored = model().score(row)
        held.append(scored.low <= float(row["truth"]) <= scored.high)
    assert 0.8 <= np.mean(held) <= 1.0


def test_what_is_served_from_the_file_is_what_was_trained() -> None:
    served = loads(dumps(model()))
    later = made.rows(200, seed=10)
    table = made.table(later)
    at_once = raw_scores(model(), table.columns, len(table))
    for row, raw in zip(later, at_once, strict=True):
        assert served.raw(row)[0] == pytest.approx(raw, abs=1e-9)
        assert served.score(row).probability == pytest.approx(model().score(row).probability, abs=1e-12)
    assert dumps(served) == dumps(model())


def test_the_same_leads_give_the_same_bytes() -> None:
    again = train(made.table(made.rows(1200)), WISH)
    assert dumps(again) == dumps(model())


def test_all_reasons_together_are_the_score() -> None:
    for row in made.rows(50, seed=11):
        scored = model().score(row, most=1000)
        total = model().average_log_odds + sum(reason.log_odds for reason in scored.reasons)
        assert chance(total) == pytest.approx(scored.probability, abs=1e-9)


def test_an_empty_cell_tells_something_and_an_unknown_value_is_no_error() -> None:
    row = made.rows(1, seed=12)[0]
    empty = model().score(dict.fromkeys(row, ""))
    strange = model().score(dict.fromkeys(row, "\ud800 ‮🙂"))
    assert 0 < empty.low <= empty.probability <= empty.high < 1
    assert strange.decided == "abstain"
    assert strange.unfamiliar == len(model().needs)


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "1e400", "9" * 5000, "-0", "٣", "1,2,3", "\0", "=1+1"])
def test_no_number_breaks_a_score(cell: str) -> None:
    row = made.rows(1, seed=12)[0] | {"Visits": cell, "Minutes": cell}
    assert 0 <= model().score(row).probability <= 1


def test_the_order_of_time_decides_who_is_tested_not_the_order_of_the_file() -> None:
    rows = made.rows(600)
    backwards = train(made.table(rows[::-1]), WISH)
    forwards = train(made.table(rows), WISH)
    assert backwards.card["figures"] == forwards.card["figures"]


def test_leads_that_are_still_open_are_left_aside() -> None:
    rows = made.rows(700)
    for row in rows[::7]:
        row["Won"] = ""
    data = train(made.table(rows), WISH).card["data"]
    assert (data["leads"], data["without_outcome"]) == (600, 100)


def test_too_few_leads_are_said_so() -> None:
    with pytest.raises(Invalid, match="Too little to learn from"):
        train(made.table(made.rows(120)), WISH)


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(Invalid, match="no column 'Colour'") as caught:
        train(made.table(made.rows(300)), replace(WISH, exclude=("Colour",)))
    assert caught.value.field == "exclude"


def test_the_card_says_what_it_is_good_for_and_not_how_accurate() -> None:
    told = page(model().card, model().version)
    assert "Accuracy is not shown" in told
    assert "<svg" in told
    assert "script" not in told
    assert {"AUC", "PR-AUC", "Brier", "ECE", "lift@10%"} <= model().card["figures"]["newest leads"].keys()


def test_words_from_the_file_cannot_become_markup() -> None:
    rows = [row | {"<script>alert(1)</script>": row["Source"]} for row in made.rows(400)]
    names = ("Came In", "<script>alert(1)</script>", "Visits", "Won")
    trained = train(made.table(rows, names), replace(WISH, tenant="<b>"))
    assert "<script>" not in page(trained.card, trained.version)


def test_a_model_whose_bounds_no_longer_held_does_not_decide() -> None:
    rows = made.rows(1000)
    for place, row in enumerate(rows):
        good = row["Asked For Tour"] == "Yes"
        row["Won"] = "yes" if good == (place < 750) else "no"
    trained = train(made.table(rows), replace(WISH, allow=("Asked For Tour",)))
    assert trained.cuts.yes_from is None
    assert trained.cuts.no_to is None
    assert any("DO NOT USE" in warning for warning in trained.card["warnings"])


@pytest.mark.parametrize(
    "damage", ["", "[]", "{}", '{"format": "enterprisehub-scorecard/1"}', "\ud800", "[" * 100_000, '{"format": 1e999}']
)
def test_a_file_that_is_no_model_is_refused(damage: str) -> None:
    with pytest.raises(Invalid) as caught:
        loads(damage)
    assert caught.value.field == "model"


@pytest.mark.parametrize(
    "part", ["weights", "pairs", "covariance", "columns", "averages", "calibration", "cuts", "intercept"]
)
def test_a_damaged_model_is_refused(part: str) -> None:
    told = json.loads(dumps(model()))
    for worse in ([], None, "x", [[1]], {"x": 1}):
        with pytest.raises(Invalid):
            loads(json.dumps(told | {part: worse}))
