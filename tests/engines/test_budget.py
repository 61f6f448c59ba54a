"""Nobody spends more than they may: not many at once, not around midnight, not after Redis forgot what was spent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine

from enterprisehub.engines import budget, ledger, shared
from enterprisehub.engines.base import StoreDown
from enterprisehub.engines.budget import Limits, Reservation, Spent
from enterprisehub.engines.models import EngineCall
from enterprisehub.ops.stores import cache_redis
from enterprisehub.tenants.scope import named, scope
from tests.engines.crowd import at_once
from tests.fakes import nobody_listens
from tests.world import World

NEW_YEARS_EVE = datetime(2027, 12, 31, 23, 59, 58, tzinfo=UTC)
MID_JUNE = datetime(2027, 6, 15, 23, 59, 58, tzinfo=UTC)
NOTHING = Spent(0, 0)


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(MID_JUNE, tick=False) as traveller:
        yield traveller


def reserve(
    tenant: UUID, amount: int, *, month: int | None = None, day: int | None = None, had: Spent = NOTHING
) -> Reservation | None:
    return budget.reserve(tenant, amount, Limits(month, day), booked=lambda: had)


def spent(tenant: UUID) -> Spent:
    return budget.spent(tenant, booked=lambda: NOTHING)


@pytest.mark.parametrize("limits", [{"day": 1_000}, {"month": 1_000}, {"month": 1_000, "day": 5_000}], ids=str)
def test_many_who_reserve_at_once_never_pass_the_limit(tenant: UUID, limits: dict[str, int]) -> None:
    given = at_once(40, lambda: reserve(tenant, 70, **limits))
    assert sum(one is not None for one in given) == 1_000 // 70
    assert spent(tenant) == Spent(980, 980)


def test_many_who_reserve_and_settle_at_once_are_counted_to_the_last_cent(tenant: UUID) -> None:
    over: list[int] = []

    def call() -> int:
        paid = 0
        for _ in range(20):
            held = reserve(tenant, 100, day=1_000)
            if held is not None:
                over.append(spent(tenant).day)
                budget.settle(held, 7)
                paid += 7
        return paid

    paid = sum(at_once(16, call))
    assert paid > 0
    assert max(over) <= 1_000
    assert spent(tenant) == Spent(paid, paid)


def test_nothing_is_allowed_at_nothing_and_everything_without_a_limit(tenant: UUID) -> None:
    assert reserve(tenant, 1, day=0) is None
    assert reserve(tenant, 1, month=0) is None
    assert reserve(tenant, 10**12) is not None
    assert reserve(uuid4(), 100, day=100) is not None  # up to the limit, and another tenant's money is its own


def test_a_second_settlement_does_nothing_and_a_dead_process_stays_counted(tenant: UUID) -> None:
    held, lost = reserve(tenant, 100), reserve(tenant, 50)
    assert held is not None
    assert lost is not None
    budget.settle(held, 30)
    budget.settle(held, 30)
    assert spent(tenant) == Spent(80, 80)


def test_a_call_that_cost_more_than_was_set_aside_is_counted_in_full(tenant: UUID) -> None:
    held = reserve(tenant, 100)
    assert held is not None
    budget.settle(held, 130)
    assert spent(tenant).month == 130


def test_a_new_day_begins_with_nothing_spent_and_the_month_goes_on(tenant: UUID, clock: Any) -> None:
    assert reserve(tenant, 90, month=150, day=100) is not None
    assert reserve(tenant, 20, month=150, day=100) is None
    clock.shift(3)
    assert reserve(tenant, 20, month=150, day=100, had=Spent(90, 0)) is not None
    assert spent(tenant) == Spent(110, 20)
    assert reserve(tenant, 50, month=150, day=100) is None  # the month's limit holds


def test_a_new_month_begins_with_nothing_spent_even_when_it_is_a_new_year(tenant: UUID, clock: Any) -> None:
    clock.move_to(NEW_YEARS_EVE)
    assert reserve(tenant, 100, month=100) is not None
    assert reserve(tenant, 1, month=100) is None
    clock.shift(3)
    assert reserve(tenant, 60, month=100) is not None
    assert spent(tenant) == Spent(60, 60)


def test_a_call_over_midnight_is_settled_in_the_day_in_which_it_began(tenant: UUID, clock: Any) -> None:
    held = reserve(tenant, 100)
    assert held is not None
    clock.shift(3)
    assert reserve(tenant, 10, had=Spent(100, 0)) is not None
    budget.settle(held, 40)
    assert spent(tenant) == Spent(50, 10)
    clock.shift(-3)
    assert spent(tenant) == Spent(50, 40)


def forget(tenant: UUID) -> None:
    """What a Redis that starts empty has left of this tenant."""
    for name in cache_redis().scan_iter(f"ehub:{tenant}:*"):
        cache_redis().delete(name)


def test_a_call_that_is_under_way_while_redis_forgets_takes_nothing_from_the_others(tenant: UUID) -> None:
    held = reserve(tenant, 900)
    assert held is not None
    forget(tenant)
    assert reserve(tenant, 500, had=Spent(200, 200)) is not None
    budget.settle(held, 30)
    assert spent(tenant) == Spent(730, 730)


def test_many_who_find_nothing_in_redis_start_the_counters_once(tenant: UUID) -> None:
    given = at_once(24, lambda: reserve(tenant, 100, day=1_000, had=Spent(600, 450)))
    assert sum(one is not None for one in given) == 5
    assert spent(tenant) == Spent(1_100, 950)


@pytest.mark.parametrize("lost", ["both", "month", "day"])
@pytest.mark.django_db
def test_counters_that_vanished_start_again_from_the_ledger(lost: str, clock: Any) -> None:
    world = World()
    tenant = world.oakwood.pk
    for moment, cost in (
        (datetime(2027, 5, 31, 23, tzinfo=UTC), 5_000),
        (datetime(2027, 6, 1, 0, tzinfo=UTC), 300),
        (datetime(2027, 6, 15, 0, tzinfo=UTC), 40),
        (MID_JUNE, 2),
    ):
        with scope(tenant):
            EngineCall.objects.create(capability="test", source="claude", outcome="ok", cost=cost, created_at=moment)
    with scope(world.elm.pk):
        EngineCall.objects.create(capability="test", source="claude", outcome="ok", cost=9_000, created_at=MID_JUNE)
    with named(tenant):
        assert ledger.booked() == Spent(342, 42)
        held = budget.reserve(tenant, 0, Limits(None, None), booked=ledger.booked)
        assert held is not None
        month, day = held.counters
        cache_redis().delete(*{"both": (month, day), "month": (month,), "day": (day,)}[lost])
        assert budget.spent(tenant, booked=ledger.booked) == Spent(342, 42)
        assert budget.reserve(tenant, 10, Limits(350, None), booked=ledger.booked) is None
        assert budget.reserve(tenant, 8, Limits(350, 50), booked=ledger.booked) is not None
        assert budget.spent(tenant, booked=ledger.booked) == Spent(350, 50)


def test_without_redis_no_money_is_given(tenant: UUID, settings: Any) -> None:
    settings.CACHE_REDIS_URL = nobody_listens().replace("http", "redis")
    with pytest.raises(StoreDown):
        reserve(tenant, 1)
    shared._down_until = 0.0
