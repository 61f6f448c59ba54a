"""The return is said in words where it cannot be said in figures, is never causal without a draw, and names no percentage that chance may have made."""

from __future__ import annotations

import pytest

from analytics.measures import Mean, Rate
from analytics.roi import (
    BEFORE_AFTER,
    Against,
    Figures,
    Method,
    Terms,
    Used,
    cost_of,
    day_means,
    money,
    reckon,
)
from tests.analytics.truth import Truth, counted, units

FULL = Terms("USD", 1.0, licence=100, minute=0.1, commission=9000)
USED = Used(days=30, agents=10, engine=2_500_000, minutes=600)


def against(method: Method, now: tuple[int, int], then: tuple[int, int], **more: object) -> Against:
    return Against(method, Figures(Rate(*now)), Figures(Rate(*then)), **more)  # type: ignore[arg-type]


CLEAR = against(Method.RANDOMISED, (120, 400), (60, 400))


def test_cost_is_licences_ledger_and_minutes() -> None:
    cost = cost_of(FULL, USED)
    assert cost.licences == pytest.approx(100 * 10 * 30 / 30.4375)
    assert (cost.engine, cost.minutes, cost.missing) == (2.5, 60.0, ())
    assert cost_of(Terms("EUR", 0.9), USED).engine == pytest.approx(2.25)


def test_a_draw_may_be_called_a_cause_and_is_worth_what_the_interval_says() -> None:
    told = reckon(FULL, USED, CLEAR)
    assert told.causal
    assert told.benefit is not None
    assert told.benefit.low < 0.15 * 400 * 9000 < told.benefit.high
    assert told.percent is not None
    assert told.payback is not None
    assert "drawn by lot" in told.sentence
    assert "120 of 400 against 60 of 400" in told.sentence
    assert told.payback.low <= told.payback.middle <= told.payback.high


@pytest.mark.parametrize("method", [Method.BEFORE_AFTER, Method.IMPORTED])
def test_without_a_draw_it_is_before_and_after_and_says_so(method: Method) -> None:
    told = reckon(FULL, USED, against(method, (120, 400), (60, 400)))
    assert not told.causal
    assert BEFORE_AFTER in told.sentence
    assert BEFORE_AFTER in " ".join(told.caveats)
    everything = " ".join((told.sentence, *told.caveats, *(part.words for part in told.parts)))
    for word in ("caused", "because of", "led to", "thanks to"):
        assert word not in everything


def test_no_percentage_and_no_payback_where_the_interval_spans_zero() -> None:
    told = reckon(FULL, USED, against(Method.RANDOMISED, (62, 400), (60, 400)))
    assert (told.percent, told.payback) == (None, None)
    assert "cannot be told from chance" in told.sentence
    assert told.net is not None
    assert told.net.low < 0 < told.net.high
    dear = reckon(Terms("USD", 1.0, licence=20_000, minute=0, commission=9000), USED, CLEAR)
    assert dear.percent is None or dear.percent.low * dear.percent.high > 0


def test_a_rate_that_is_not_stated_keeps_the_return_from_being_named() -> None:
    told = reckon(Terms("USD", 1.0, licence=100, commission=9000), USED, CLEAR)
    assert (told.percent, told.payback) == (None, None)
    assert "leaves out minutes" in told.caveats[0]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (against(Method.NONE, (0, 0), (0, 0)), "nothing to compare"),
        (against(Method.BEFORE_AFTER, (5, 40), (0, 0)), "no cases in the baseline"),
        (against(Method.BEFORE_AFTER, (0, 0), (5, 40)), "no cases in this period"),
        (against(Method.RANDOMISED, (5, 40), (1, 12)), "Too few cases: 12"),
        (against(Method.RANDOMISED, (0, 0), (0, 0)), "no cases in the held-back arm"),
    ],
)
def test_what_is_missing_is_answered_in_words(one: Against, words: str) -> None:
    told = reckon(FULL, USED, one)
    assert words in told.parts[0].words
    assert (told.benefit, told.net, told.percent, told.payback) == (None, None, None, None)
    assert "cannot be said in money" in told.sentence


def test_nothing_used_nothing_paid_and_no_days_divide_by_nothing() -> None:
    told = reckon(Terms(licence=0, minute=0, commission=9000), Used(days=0, agents=0), CLEAR)
    assert (told.cost.total, told.percent, told.payback) == (0, None, None)
    assert reckon(Terms(), Used(0, 0), against(Method.NONE, (0, 0), (0, 0))).cost.total == 0
    nothing = reckon(FULL, USED, against(Method.RANDOMISED, (0, 100), (0, 100)))
    assert nothing.percent is None


def test_without_a_commission_or_the_worth_of_an_outcome_there_is_no_money() -> None:
    assert "not stated" in reckon(Terms(licence=1, minute=1), USED, CLEAR).sentence
    unknown = against(Method.RANDOMISED, (120, 400), (60, 400), outcome="appointments", worth=None)
    assert "How many" not in (told := reckon(FULL, USED, unknown)).sentence
    assert "how many appointments become closings is not known" in told.sentence
    known = against(Method.RANDOMISED, (120, 400), (60, 400), outcome="appointments", worth=0.1)
    benefit = reckon(FULL, USED, known).benefit
    assert benefit is not None
    assert benefit.middle == pytest.approx(0.15 * 400 * 0.1 * 9000)


def test_fewer_outcomes_are_a_loss_and_never_paid_back() -> None:
    told = reckon(FULL, USED, against(Method.RANDOMISED, (60, 400), (120, 400)))
    assert told.benefit is not None
    assert told.benefit.high < 0
    assert told.payback is None
    assert "fewer closings" in told.sentence


def test_means_speak_only_with_enough_cases() -> None:
    quick, slow = Mean(50, 50 * 3600.0, 50 * 3600.0**2 + 50 * 9e4), Mean(50, 50 * 7200.0, 50 * 7200.0**2 + 50 * 9e4)
    one = Against(Method.BEFORE_AFTER, Figures(Rate(1, 30), quick, day_means([4.0] * 5)), Figures(Rate(1, 30), slow))
    told = reckon(FULL, USED, one)
    assert told.parts[1].words == "Lower than before."
    assert "no cases on one side" in told.parts[2].words
    assert day_means([1.0, 3.0]).value == 2


def test_money_reads_as_money() -> None:
    assert (money(-1234.5, "USD"), money(12.3, "EUR"), money(0, "USD")) == ("-1,234 USD", "12.30 EUR", "0 USD")


def test_on_known_truth_the_gain_lies_in_its_interval_in_nine_of_ten_and_nothing_is_claimed_of_nothing() -> None:
    better = Truth({"held": {"c": 0.2}, "coached": {"c": 0.3}})
    same = Truth({"held": {"c": 0.2}, "coached": {"c": 0.2}})
    runs, inside, claimed = 150, 0, 0
    for seed in range(runs):
        for truth in (better, same):
            held, coached = counted(truth, units(truth, 500, seed=seed))
            told = reckon(FULL, USED, Against(Method.RANDOMISED, Figures(coached.rate("c")), Figures(held.rate("c"))))
            assert told.benefit is not None
            true = (0.1 if truth is better else 0.0) * coached.ripe * 9000
            inside += truth is better and told.benefit.low <= true <= told.benefit.high
            claimed += truth is same and told.percent is not None
    assert inside / runs >= 0.9
    assert claimed / runs <= 0.10
