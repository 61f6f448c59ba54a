"""One agent beside themselves and the others, one skill a week, and whether practising it changed the live conversations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics import agreement, development, performance, skills
from analytics.agreement import Pair
from analytics.development import BETTER, UNCLEAR, WORSE, Happened, Moment
from analytics.measures import Rate
from analytics.performance import Compared, OfSkill
from analytics.personas import Persona
from tests.analytics.learner import Learner, happened

AT = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
NONE = Rate(0, 0)


def skill(key: str, now: Rate, before: Rate = NONE, others: Rate = NONE) -> OfSkill:
    found = skills.find(key)
    assert found is not None
    return OfSkill(found, Compared(now, before, others))


def test_nothing_is_said_of_a_handful_of_cases() -> None:
    rows = [skill("next_step", Rate(1, 19), others=Rate(500, 1000))]
    assert performance.strengths(rows, Compared(NONE, NONE, NONE)) == ()
    assert performance.focus(rows) is None
    assert rows[0].rate.beside is None


def test_the_one_thing_is_what_costs_most_points_and_not_the_lowest_rate() -> None:
    rows = [
        skill("agent_status", Rate(10, 100), others=Rate(500, 1000)),  # 5 points hang on it
        skill("next_step", Rate(40, 100), others=Rate(500, 1000)),  # 20
        skill("motivation", Rate(85, 100), others=Rate(500, 1000)),
    ]
    found = performance.focus(rows)
    assert found is not None
    assert found.skill.key == "next_step"
    assert "60 of 100" in found.why


def test_what_is_being_measured_is_not_chosen_again() -> None:
    rows = [skill("next_step", Rate(10, 100)), skill("timeframe", Rate(50, 100))]
    found = performance.focus(rows, resting=frozenset({"next_step"}))
    assert found is not None
    assert found.skill.key == "timeframe"


def test_who_is_near_the_target_everywhere_has_nothing_to_work_on() -> None:
    assert performance.focus([skill("next_step", Rate(190, 200), others=Rate(950, 1000))]) is None


def test_a_strength_needs_a_clear_difference() -> None:
    clear = skill("timeframe", Rate(90, 100), others=Rate(500, 1000))
    unclear = skill("finance", Rate(52, 100), others=Rate(500, 1000))
    found = performance.strengths([unclear, clear], Compared(NONE, NONE, NONE))
    assert [one.label for one in found] == ["Timeframe"]
    assert found[0].why == "more often than the others"


def test_without_anybody_to_compare_with_the_most_reliable_part_is_named_and_no_comparison() -> None:
    found = performance.strengths(
        [skill("opening", Rate(58, 60)), skill("finance", Rate(10, 60))], Compared(NONE, NONE, NONE)
    )
    assert [(one.label, one.why) for one in found] == [("Opening and identity", "most of the time")]


def test_own_progress_is_a_strength() -> None:
    found = performance.strengths([skill("finance", Rate(80, 100), before=Rate(40, 100))], Compared(NONE, NONE, NONE))
    assert found[0].why == "more often than before"


def test_stages_never_pass_on_more_than_reached_them() -> None:
    found = {step.stage: step for step in performance.steps({"engaged": 40, "qualified": 50, "appointment": 10})}
    assert found["engaged"].onward == Rate(40, 40)
    assert found["qualified"].onward == Rate(10, 50)
    assert found["closed"].onward is None


def test_drills_are_made_of_the_newest_missed_moments_first() -> None:
    moments = [Moment(f"m{n}", "es" if n == 5 else "en", "card", AT + timedelta(days=n)) for n in range(6)]
    made = development.drills("alice", "objection.stall", moments, languages=["en"])
    assert [one.message for one in made] == ["m5", "m4", "m3"]
    assert made[0].language == "es"
    assert len({one.temperament for one in made}) == 3
    assert development.drills("alice", "objection.stall", moments) == development.drills(
        "alice", "objection.stall", moments
    )
    assert development.drills("bob", "objection.stall", ())[0].origin == "house"


def test_a_plan_is_measured_only_with_enough_cases_on_both_sides() -> None:
    def chance(day: int, *, hit: bool) -> Happened:
        return Happened(hit, AT + timedelta(days=day), AT + timedelta(days=day, hours=1))

    drilled = AT + timedelta(days=50)
    before = [chance(n, hit=n % 4 == 0) for n in range(40)]
    few = [chance(60 + n, hit=True) for n in range(19)]
    waiting = development.measure([*before, *few], drilled=drilled)
    assert (waiting.result, waiting.missing) == ("", 1)
    done = development.measure([*before, *few, chance(90, hit=True)], drilled=drilled)
    assert done.result == BETTER
    assert (
        development.measure([*before, *(chance(60 + n, hit=n % 4 == 0) for n in range(40))], drilled=drilled).result
        == UNCLEAR
    )
    good = [chance(n, hit=True) for n in range(40)]
    assert (
        development.measure([*good, *(chance(60 + n, hit=n % 4 == 0) for n in range(40))], drilled=drilled).result
        == WORSE
    )
    assert development.measure(before, drilled=None).result == ""


def test_a_conversation_that_lay_across_the_practice_counts_for_neither_side() -> None:
    across = [Happened(True, AT, AT + timedelta(days=100)) for _ in range(50)]
    found = development.measure(across, drilled=AT + timedelta(days=50))
    assert (found.before.n, found.after.n) == (0, 0)


@pytest.mark.parametrize("practised", ["next_step", "timeframe", "objection.affordability"])
def test_the_figure_moves_only_for_the_skill_that_was_practised(practised: str) -> None:
    learner = Learner.born(11)
    learner.true[practised] = 0.2
    n = 90 if practised.startswith(skills.OBJECTION) else 50  # every other conversation has the other objection
    before = happened(learner, AT, n)
    drilled = AT + timedelta(days=20)
    rows = [skill(key, Rate(sum(one.hit for one in before[key]), len(before[key]))) for key in learner.true]
    chosen = performance.focus(rows)
    assert chosen is not None
    if practised == "next_step":  # twenty points hang on it: it is chosen by itself
        assert chosen.skill.key == practised
    for made in development.drills("alice", practised, ()):
        assert learner.practise(Persona(practised, made.temperament, "en", made.seed), drilled)
    after = happened(learner, drilled + timedelta(hours=1), n)
    found = {key: development.measure([*before[key], *after[key]], drilled=drilled) for key in learner.true}
    assert found.pop(practised).result == BETTER
    moved = [key for key, one in found.items() if one.lift and one.lift.p < 0.05 / len(found)]  # eight looks at once
    assert moved == []


def test_agreement_is_more_than_chance_only_where_it_is() -> None:
    same = [Pair(n % 5 / 4, n % 5 / 4) for n in range(40)]
    assert agreement.between(same).kappa == pytest.approx(1.0)
    crossed = [Pair(n % 5 / 4, (n * 7 + n // 5) % 5 / 4) for n in range(50)]
    found = agreement.between(crossed)
    assert found.kappa is not None
    assert abs(found.kappa) < 0.35
    assert agreement.between(same[:19]).kappa is None
    assert agreement.between([Pair(1.0, 1.0)] * 30).kappa is None  # nothing but one value: chance explains it
