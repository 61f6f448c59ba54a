"""What was paid, for what and for whom: is the ledger summed rightly, and by the same figures however often?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from django.test import Client

from analytics.models import LedgerDay
from analytics.ranges import Asked, Range
from analytics.services import spending
from analytics.spending import FEWEST_DAYS, Bar, forecast, spared
from enterprisehub.engines.models import EngineCall
from enterprisehub.engines.prices import Usage
from enterprisehub.tenants.scope import scope
from tests.world import World

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MONTH = Asked(Range(date(2026, 11, 1), date(2026, 11, 30)))


@pytest.fixture
def world(db: None) -> World:
    return World()


def call(**fields: Any) -> EngineCall:
    told: dict[str, Any] = {
        "capability": "coaching.card", "source": "claude", "outcome": "ok", "model": "claude-haiku-5-5",
        "input": 1_000, "cache_read": 10_000, "output": 200, "cost": 300, "created_at": NOON, **fields,
    }  # fmt: skip
    row: EngineCall = EngineCall.objects.create(**told)
    return row


def sums() -> list[tuple[Any, ...]]:
    return sorted(
        LedgerDay.objects.values_list("day", "capability", "agent_id", "source", "n", "cost", "saved"), key=str
    )


def test_a_cached_token_spares_what_it_would_have_cost_more() -> None:
    # claude-haiku-5-5: 100 nano-USD a token, 10 when read from the cache, 125 when written to it.
    assert spared(Usage(cache_read=10_000), "claude-haiku-5-5", on=date(2026, 11, 20)) == 900
    assert spared(Usage(cache_write_5m=10_000), "claude-haiku-5-5", on=date(2026, 11, 20)) == -250
    assert spared(Usage(input=10_000, output=500), "claude-haiku-5-5", on=date(2026, 11, 20)) == 0


def test_the_cost_of_a_card_is_booked_to_the_agent_who_saw_it(world: World) -> None:
    lead = world.conversation(world.alice).lead
    heard = world.says(world.alice, lead, "Honestly, the price is far too high for us.")
    assert heard.suggestion is not None
    with scope(world.oakwood.pk):
        call(subject=str(heard.suggestion.pk))
        call(subject="", capability="leads.understand", cost=50)
        spending.roll_up()
        found = spending.spending(MONTH, names={world.alice.agent.pk: "Alice"})
    assert [(line.name, line.cost) for line in found.agents] == [("Alice", 300), ("Nobody in particular", 50)]
    assert [(line.name, line.cost) for line in found.features] == [("coaching.card", 300), ("leads.understand", 50)]
    assert found.total.n == found.total.claude == 2
    assert found.total.tokens_in == 22_000


def test_a_second_roll_up_and_one_from_scratch_give_the_same(world: World) -> None:
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False), scope(world.oakwood.pk):
        for i in range(12):
            call(created_at=NOON - timedelta(hours=5 * i), cost=100 + i, source="cache" if i % 3 == 0 else "claude")
        assert spending.roll_up() == 3
        once = sums()
        call(cost=7, created_at=NOON)
        spending.roll_up()
        grown = sums()
        spending.roll_up()
        again = sums()
        LedgerDay.objects.all().delete()
        for day in {row[0] for row in grown}:
            spending.roll(day)
        assert grown == again == sums()
        assert once != grown


def test_a_remembered_answer_spares_what_an_answer_costs_on_average(world: World) -> None:
    with scope(world.oakwood.pk):
        call(cost=300)
        call(cost=100)
        for _ in range(3):
            call(source="cache", cost=0, input=0, cache_read=0, output=0)
        spending.roll_up()
        found = spending.spending(MONTH, names={}).total
    assert (found.remembered, found.spared, found.each) == (3, 600, 200)


def test_a_neighbours_ledger_is_not_counted(world: World) -> None:
    with scope(world.elm.pk):
        call(cost=999)
        spending.roll_up()
    with scope(world.oakwood.pk):
        spending.roll_up()
        assert spending.spending(MONTH, names={}).total.n == 0
        assert LedgerDay.objects.count() == 0


def test_only_tenants_whose_ledger_grew_are_woken(world: World) -> None:
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        with scope(world.oakwood.pk):
            call()
        assert spending.wake() == 1
        with scope(world.oakwood.pk):
            spending.roll_up()
        assert spending.wake() == 0


def test_a_month_goes_on_as_its_last_days_did() -> None:
    today = date(2026, 11, 20)
    steady = {today - timedelta(days=i): 100.0 for i in range(1, 20)}
    found = forecast(steady, today=today)
    assert found.middle == pytest.approx(19 * 100 + 10 * 100)
    assert found.interval is not None
    assert found.interval.low == found.interval.high == found.middle


def test_a_forecast_never_falls_below_what_is_spent() -> None:
    today = date(2026, 11, 29)
    wild = {today - timedelta(days=i): (1_000.0 if i % 7 == 0 else 0.0) for i in range(1, 28)}
    found = forecast(wild, today=today)
    assert found.interval is not None
    assert found.interval.low >= sum(cost for day, cost in wild.items() if day.month == 11)


def test_a_forecast_holds_the_truth_in_about_95_of_100_months() -> None:
    random, inside, today = Random(9), 0, date(2026, 11, 20)
    for _ in range(400):
        past = {today - timedelta(days=i): random.gauss(100, 30) for i in range(29)}
        found = forecast({**past, today: 0.0}, today=today)
        truth = sum(c for d, c in past.items() if d.month == 11 and d != today) + sum(
            random.gauss(100, 30) for _ in range(10)
        )
        assert found.interval is not None
        inside += found.interval.holds(truth)
    assert 0.9 <= inside / 400 <= 0.99


def test_too_few_days_are_said_and_not_guessed_from() -> None:
    today = date(2026, 11, 20)
    found = forecast({today - timedelta(days=2): 5.0}, today=today)
    assert found.middle is None
    assert f"{FEWEST_DAYS - 2} more" in found.why_not
    assert forecast({}, today=today).middle is None


@pytest.mark.parametrize(
    ("bar", "state", "words"),
    [
        (Bar("Today", 5, None), "free", "No cap"),
        (Bar("Today", 0, 0), "spent", "Nothing may be spent"),
        (Bar("Today", 79, 100), "free", "the badge says Reduced"),
        (Bar("Today", 80, 100), "near", "the badge says Reduced"),
        (Bar("Today", 101, 100), "spent", "until it is raised"),
    ],
)
def test_a_cap_says_what_happens_at_it(bar: Bar, state: str, words: str) -> None:
    assert bar.state == state
    assert words in bar.sentence


def test_who_pays_sees_the_page_and_an_agent_does_not(world: World) -> None:
    with scope(world.oakwood.pk):
        call(created_at=datetime.now(UTC))
        spending.roll_up()
    owner, agent = Client(), Client()
    owner.force_login(world.olivia.user)
    agent.force_login(world.alice.user)
    shown = owner.get("/results/cost/")
    assert shown.status_code == 200
    assert "Better cards" in shown.content.decode()
    assert agent.get("/results/cost/").status_code == 403


def test_an_empty_ledger_says_what_will_appear(world: World) -> None:
    owner = Client()
    owner.force_login(world.olivia.user)
    assert "Claude was not asked in these days" in owner.get("/results/cost/").content.decode()
    assert owner.get("/results/cost/?range=forever").status_code == 400
