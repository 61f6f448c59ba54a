"""Does the pace leave room for replies, learn what HighLevel says, and stay careful while Redis is away?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from enterprisehub.ghl import pace


@pytest.fixture
def somebody() -> Iterator[UUID]:
    pace._own_rest.clear()
    yield uuid4()
    pace._down_until = 0.0
    pace._own.cache_clear()


def granted(tenant: UUID, times: int, *, urgent: bool = False) -> int:
    return sum(pace.take(tenant, urgent=urgent) == 0 for _ in range(times))


def test_bookkeeping_leaves_a_fifth_for_replies(somebody: UUID) -> None:
    assert granted(somebody, 100) == 64
    assert granted(somebody, 100, urgent=True) == 16
    assert pace.take(somebody, urgent=True) > 0


def test_replies_may_have_all_of_it(somebody: UUID) -> None:
    assert granted(somebody, 100, urgent=True) == 80
    assert pace.headroom(somebody).left == 0


def test_one_tenants_haste_is_no_other_tenants(somebody: UUID) -> None:
    granted(somebody, 100, urgent=True)
    assert granted(uuid4(), 10) == 10


def test_a_smaller_limit_of_highlevels_is_learned(somebody: UUID) -> None:
    pace.learn(somebody, {"x-ratelimit-max": "25", "x-ratelimit-remaining": "24"})
    assert granted(somebody, 100, urgent=True) == 20


def test_nothing_left_means_a_rest_for_everybody(somebody: UUID) -> None:
    pace.learn(somebody, {"x-ratelimit-remaining": "0", "x-ratelimit-interval-milliseconds": "10000"})
    pace._own_rest.clear()  # another process knows it from Redis
    assert 5 < pace.take(somebody, urgent=True) <= 11
    assert pace.headroom(somebody).rest > 5


def test_the_end_of_the_day_is_kept_for_replies(somebody: UUID, settings: Any) -> None:
    pace.learn(somebody, {"x-ratelimit-daily-remaining": "15000"})
    assert pace.take(somebody) > 60
    assert pace.take(somebody, urgent=True) == 0
    pace.learn(somebody, {"x-ratelimit-daily-remaining": "0"})
    assert pace.take(somebody, urgent=True) > 60


def test_our_own_budget_of_the_day_counts_too(somebody: UUID, settings: Any) -> None:
    settings.GHL_DAILY_BUDGET = 10
    assert granted(somebody, 20) == 9
    assert granted(somebody, 20, urgent=True) == 1


def test_without_redis_each_process_takes_a_small_part(somebody: UUID, settings: Any) -> None:
    settings.CACHE_REDIS_URL = "redis://127.0.0.1:1/0"
    assert granted(somebody, 100, urgent=True) == 10
    assert pace.headroom(somebody).allowed == 10
    pace.rest(somebody, 5)
    assert pace.take(somebody, urgent=True) > 4


@pytest.mark.parametrize("value", ["", "-1", "ten", "9" * 30, "１"])
def test_headers_that_make_no_sense_are_not_believed(somebody: UUID, value: str) -> None:
    pace.learn(
        somebody, {"x-ratelimit-max": value, "x-ratelimit-remaining": value, "x-ratelimit-daily-remaining": value}
    )
    assert granted(somebody, 5) == 5
