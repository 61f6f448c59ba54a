"""On simulated truth: A/A checks alarm in at most a twentieth, a planted effect lies in its interval, a planted bad arm is stopped."""

from __future__ import annotations

from math import sqrt

import pytest

from analytics.measures import Rate
from analytics.trials import (
    GUARD_ALPHA,
    LOOKS,
    Arm,
    Plan,
    State,
    alarms,
    balance,
    binomial_tail,
    chi2_tail,
    fisher,
    guard,
    look_due,
    needed,
    needed_of,
    read,
    spent,
    won,
)
from tests.analytics.truth import Truth, counted, units

METRIC, OPT_OUT = "outcome.appointment", "outcome.opt_out"
RUNS = 400
SAME = Truth({"a": {METRIC: 0.2, OPT_OUT: 0.03}, "b": {METRIC: 0.2, OPT_OUT: 0.03}})
BETTER = Truth({"held": {METRIC: 0.25}, "coached": {METRIC: 0.30}}, {"held": 1, "coached": 1})
UNEVEN = Truth({"held": {METRIC: 0.25}, "coached": {METRIC: 0.30}}, {"held": 1, "coached": 4})
HARMFUL = Truth({"a": {METRIC: 0.2, OPT_OUT: 0.03}, "b": {METRIC: 0.2, OPT_OUT: 0.15}})
PLAN = Plan(base=0.2, effect=0.4, per_arm=300)
CASES = 500
TRIES = 250


def allowed(rate: float, runs: int) -> float:
    """The most that a true rate shows in this many runs, but for one time in a hundred."""
    return rate + 2.33 * sqrt(rate * (1 - rate) / runs)


def looks(truth: Truth, seed: int) -> tuple[int, str]:
    """At which look, and for which arm, the guards stop the trial; (0, "") when they let it run."""
    made, looked = units(truth, 700, seed=seed), 0
    for end in range(20, len(made) + 1, 20):
        arms = counted(truth, made[:end])
        due = look_due(arms, PLAN, looked)
        if not due:
            continue
        for one in guard(arms, {OPT_OUT: 0.0}, look=due, looked=looked):
            if one.stops:
                return due, one.arm
        looked = due
    return 0, ""


class TestTruth:
    def test_an_aa_check_alarms_in_at_most_a_twentieth_of_its_runs(self) -> None:
        found = sum(
            alarms(read(PLAN, counted(SAME, units(SAME, CASES, seed=seed)), METRIC, days=90), PLAN)
            for seed in range(RUNS)
        )
        assert found / RUNS <= allowed(0.05, RUNS), found

    @pytest.mark.parametrize("truth", [BETTER, UNEVEN])
    def test_a_planted_fifth_more_lies_in_its_interval_in_nine_of_ten_runs(self, truth: Truth) -> None:
        points = relative = 0
        for seed in range(TRIES):
            reading = read(PLAN, counted(truth, units(truth, 700, seed=seed)), METRIC, days=90)
            one = reading.lifts["coached"]
            points += one.interval.holds(0.05)
            relative += one.relative_interval is not None and one.relative_interval.holds(0.2)
        assert points / TRIES >= 0.9
        assert relative / TRIES >= 0.9

    def test_the_planned_cases_find_the_planned_effect_as_often_as_the_power_says(self) -> None:
        plan = Plan(base=0.25, effect=0.4)
        size = needed(plan) or 0
        truth = Truth({"held": {METRIC: 0.25}, "coached": {METRIC: 0.35}})
        found = sum(
            won(read(plan, counted(truth, units(truth, 2 * size, seed=seed)), METRIC, days=90), plan) == "coached"
            for seed in range(200)
        )
        assert found / 200 >= 0.8 - 2.33 * sqrt(0.8 * 0.2 / 200)

    def test_a_planted_bad_arm_is_stopped_and_a_harmless_one_is_left_to_run(self) -> None:
        stopped = [looks(HARMFUL, seed) for seed in range(60)]
        assert sum(arm == "b" for _, arm in stopped) >= 57
        assert sorted(look for look, _ in stopped)[30] <= LOOKS // 2 + 1
        false = sum(looks(SAME, seed)[0] > 0 for seed in range(200))
        assert false / 200 <= allowed(GUARD_ALPHA, 200)

    def test_a_draw_that_loses_cases_is_noticed_and_a_fair_one_is_not(self) -> None:
        made = units(SAME, 2000, seed=1)
        assert not balance(counted(SAME, made)).skewed
        lost = [unit for number, unit in enumerate(made) if unit.arm == "a" or number % 6]
        assert balance(counted(SAME, lost)).skewed
        reading = read(PLAN, counted(SAME, lost), METRIC, days=400)
        assert (reading.state, dict(reading.lifts)) == (State.SKEWED, {})


class TestPlan:
    def test_nothing_is_read_before_the_planned_cases_are_in(self) -> None:
        arms = counted(BETTER, units(BETTER, 500, seed=3))
        early = read(PLAN, arms, METRIC, days=10)
        assert (early.state, dict(early.lifts), early.readable) == (State.WAITING, {}, False)
        assert 0 < early.reached < early.needed
        assert read(PLAN, arms, METRIC, days=PLAN.max_days).state == State.OUT_OF_TIME
        assert read(PLAN, counted(BETTER, units(BETTER, 1200, seed=3)), METRIC, days=10).state == State.READY

    @pytest.mark.parametrize(
        "plan", [Plan(0, 0.2), Plan(0.2, 0), Plan(1, 0.2), Plan(0.2, 0.2, alpha=0), Plan(1e-9, 0.001)]
    )
    def test_a_plan_that_no_number_of_cases_fulfils_says_so(self, plan: Plan) -> None:
        assert needed(plan) is None
        assert read(plan, [], METRIC, days=1).state == State.WAITING

    def test_an_uneven_draw_wants_more_cases_in_all(self) -> None:
        even = needed_of(PLAN, [Arm("a", 1, 0, 0, {}, {}), Arm("b", 1, 0, 0, {}, {})])
        skew = needed_of(PLAN, [Arm("a", 1, 0, 0, {}, {}), Arm("b", 4, 0, 0, {}, {})])
        assert even == {"a": 300, "b": 300}
        assert sum(skew.values()) > 600

    def test_all_looks_together_spend_what_is_allowed(self) -> None:
        assert spent(LOOKS) == pytest.approx(GUARD_ALPHA)
        assert [spent(n) for n in range(LOOKS + 1)] == sorted(spent(n) for n in range(LOOKS + 1))

    def test_no_arms_no_cases_and_no_guards_are_no_error(self) -> None:
        empty = [Arm("a", 1, 0, 0, {}, {}), Arm("b", 1, 0, 0, {}, {})]
        assert balance(empty).p == 1
        assert not any(one.stops for one in guard(empty, {OPT_OUT: 0.0}, look=1, looked=0))
        assert guard([], {OPT_OUT: 0.0}, look=1, looked=0) == []
        assert look_due([], PLAN, 0) == 0
        assert dict(read(PLAN, empty, METRIC, days=400).lifts) == {}


class TestTails:
    @pytest.mark.parametrize(
        ("x", "df", "p"), [(3.841, 1, 0.05), (5.991, 2, 0.05), (7.815, 3, 0.05), (13.277, 4, 0.01), (10.828, 1, 0.001)]
    )
    def test_chi_square_is_the_tables(self, x: float, df: int, p: float) -> None:
        assert chi2_tail(x, df) == pytest.approx(p, rel=0.01)

    def test_fishers_tea_and_the_binomial_tail(self) -> None:
        assert fisher(Rate(3, 4), Rate(1, 4)) == pytest.approx(17 / 70)
        assert fisher(Rate(0, 4), Rate(1, 4)) == pytest.approx(1)
        assert binomial_tail(1, 2, 0.5) == pytest.approx(0.75)
        assert binomial_tail(0, 2, 0.5) == 1
        assert binomial_tail(1, 2, 0) == 0
