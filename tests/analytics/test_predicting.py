"""Are chances as good as they say when the truth is known, and is nothing said when the past is too short?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from analytics.measures import FEWEST, Rate
from analytics.predicting import (
    HORIZONS,
    RECENT,
    SILENT,
    Past,
    Rates,
    best_hours,
    best_medium,
    chances,
    learn,
    price_sensitivity,
    reckon,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
HAZARD = {"engaged": 0.002, "qualified": 0.006, "appointment": 0.015}  # chance to close on a day, by stage
STEPS = {"engaged": 0.02, "qualified": 0.02}  # chance to move one stage on, each day
NEXT = {"engaged": "qualified", "qualified": "appointment"}


def life(random: Random, *, days: int, end: datetime) -> Past:
    """A lead whose true hazard is known: it closes or moves on by chance, day after day."""
    created = end - timedelta(days=days)
    moves, stage, at, closed = [(created, "engaged")], "engaged", created, None
    while at < end:
        at += timedelta(days=1)
        if random.random() < HAZARD[stage]:
            closed = at
            break
        if random.random() < STEPS.get(stage, 0):
            stage = NEXT[stage]
            moves.append((at, stage))
    return Past(UUID(int=random.getrandbits(128)), created, tuple(moves), (created,), closed)


def brokerage(random: Random, n: int, *, days: int = 700) -> list[Past]:
    return [life(random, days=random.randrange(30, days), end=NOW) for _ in range(n)]


def true_chance(stage: str, horizon: int, *, runs: int = 4_000) -> float:
    """By playing the same lives on: exact enough to one point."""
    random, closed = Random(77), 0
    for _ in range(runs):
        here = stage
        for _ in range(horizon):
            if random.random() < HAZARD[here]:
                closed += 1
                break
            if random.random() < STEPS.get(here, 0):
                here = NEXT[here]
    return closed / runs


@pytest.mark.parametrize("stage", list(HAZARD))
def test_chances_hold_the_true_ones(stage: str) -> None:
    rates = learn(brokerage(Random(3), 1_500), now=NOW)
    for chance in chances(rates, stage=stage, since=SILENT):
        assert chance.value is not None
        assert chance.value == pytest.approx(true_chance(stage, chance.horizon), abs=0.05)


def test_the_interval_holds_the_truth_in_about_95_of_100_brokerages() -> None:
    truth, inside, runs = true_chance("qualified", 90), 0, 60
    for run in range(runs):
        chance = chances(learn(brokerage(Random(run), 250), now=NOW), stage="qualified", since=SILENT)[1]
        assert chance.interval is not None
        inside += chance.interval.holds(truth)
    assert inside / runs >= 0.88  # 95 % less two standard errors of sixty runs


def test_what_was_said_happens_as_often_as_it_was_said() -> None:
    random = Random(11)
    rates = learn(brokerage(random, 1_500), now=NOW)
    said = []
    for past in (life(random, days=400, end=NOW) for _ in range(1_500)):
        at = past.created + timedelta(days=random.randrange(5, 300))
        if past.closed is not None and past.closed <= at:
            continue
        chance = chances(rates, stage=past.stage_at(at), since=past.since_words(at))[1]
        assert chance.value is not None
        said.append((chance.value, past.closed is not None and past.closed <= at + timedelta(days=90)))
    found = reckon(said)
    assert found.error is not None
    assert found.error <= 0.05


def test_nobody_who_is_still_on_the_way_counts_as_a_no() -> None:
    fresh = [Past(UUID(int=i), NOW - timedelta(days=20), words=(NOW,)) for i in range(200)]
    rates = learn(fresh, now=NOW)
    assert all(rates.of(horizon, "new").looks == 0 for horizon in HORIZONS)


def test_a_short_past_says_how_much_is_missing() -> None:
    few = [Past(UUID(int=i * 31), NOW - timedelta(days=300)) for i in range(7)]
    (soon, *_) = chances(learn(few, now=NOW), stage="new", since=RECENT)
    assert soon.value is None
    assert soon.interval is None
    assert f"{FEWEST - 7} more" in soon.why


def test_a_closed_lead_has_no_chance_left_to_name() -> None:
    assert chances(Rates(), stage="closed", since=RECENT) == ()


def test_the_same_past_gives_the_same_chances() -> None:
    pasts = brokerage(Random(5), 200)
    assert learn(pasts, now=NOW) == learn(reversed(pasts), now=NOW)


def evenings(n: int) -> Iterator[datetime]:
    for i in range(n):
        yield datetime(2026, 11, 1 + i, 18, 30, tzinfo=ZONE)


def test_hours_are_the_leads_own_and_legal() -> None:
    found = best_hours(list(evenings(8)), {10: 40, 11: 60}, zone=ZONE, legal=range(8, 21))
    assert found.best[0] == 18
    assert found.own
    assert "of their 8" in found.why
    early = best_hours(list(evenings(8)), {10: 40, 11: 60}, zone=ZONE, legal=range(8, 19))
    assert set(early.best) <= set(range(8, 19))


def test_hours_in_which_nobody_may_call_are_not_advised() -> None:
    found = best_hours(list(evenings(8)), {10: 40, 11: 60}, zone=ZONE, legal=range(8, 12))
    assert found.best == ()
    assert "None of their 8" in found.why


def test_without_words_nothing_is_said_about_hours() -> None:
    assert best_hours([], {}, zone=ZONE, legal=range(8, 21)).best == ()
    general = best_hours([], {12: 100}, zone=ZONE, legal=range(8, 21))
    assert general.best[0] == 12
    assert not general.own
    assert best_hours(list(evenings(8)), {}, zone=ZONE, legal=()).best == ()


def test_a_medium_is_one_that_is_answered_and_allowed() -> None:
    own = {"sms": Rate(8, 10), "email": Rate(1, 10)}
    overall = {"sms": Rate(300, 1000), "email": Rate(200, 1000)}
    assert best_medium(own, overall, allowed=["sms", "email"]).medium == "sms"
    assert best_medium(own, overall, allowed=["email"]).medium == "email"
    assert best_medium(own, overall, allowed=[]).medium == ""
    assert best_medium({}, {}, allowed=["sms"]).medium == ""
    assert "this brokerage's leads" in best_medium({}, overall, allowed=["sms", "email"]).why


def test_the_price_stands_in_the_way_by_their_own_words() -> None:
    assert price_sensitivity([], 0, wanted=None, asked=None).level == ""
    assert price_sensitivity([], 3, wanted=None, asked=None).level == ""
    assert price_sensitivity([], 12, wanted=None, asked=None).level == "low"
    assert price_sensitivity(["too much"], 12, wanted=None, asked=None).level == "some"
    assert price_sensitivity([], 12, wanted=400_000, asked=440_000).why == "The price asked is 10 % over their limit."
    high = price_sensitivity(["too much", "no way"], 12, wanted=400_000, asked=440_000)
    assert high.level == "high"
    assert high.quotes == ("too much", "no way")


def test_few_cases_are_not_reckoned() -> None:
    assert reckon([(0.5, True)] * 5).error is None
    perfect = reckon([(0.25, i % 4 == 0) for i in range(400)])
    assert perfect.error == pytest.approx(0)
