"""When is Claude left alone, for how long, and who may try first whether it is back?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from enterprisehub.engines import breaker, shared
from enterprisehub.engines.base import Outcome
from enterprisehub.engines.breaker import Permit
from tests.engines.crowd import at_once

MODEL = "claude-haiku-5-5"
NOON = datetime(2027, 1, 30, 12, tzinfo=UTC)
OPEN, HALF_OPEN, CLOSED = Permit("open", False), Permit("half_open", True), Permit("closed", True)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Coordinates]:
    monkeypatch.setattr(shared, "_down_until", 0.0)
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def key() -> str:
    return uuid4().hex[:16]


def permit(key: str) -> Permit:
    return breaker.permit(key, MODEL)


def happened(key: str, *outcomes: Outcome, retry_after: float = 0.0) -> None:
    for outcome in outcomes:
        breaker.report(key, MODEL, outcome, retry_after=retry_after)


def opens_after(key: str, clock: Any, longest: timedelta) -> timedelta:
    """How long it stays shut to everybody, to the second; nobody takes the probe while we look."""
    began, low, high = datetime.now(UTC), 0, int(longest.total_seconds())
    while low < high:
        middle = (low + high) // 2
        clock.move_to(began + timedelta(seconds=middle))
        low, high = (middle + 1, high) if breaker.state(key, MODEL) == OPEN else (low, middle)
    clock.move_to(began)
    return timedelta(seconds=low)


def test_a_refused_key_is_left_alone_for_ten_minutes(key: str, clock: Any) -> None:
    happened(key, Outcome.AUTH)
    assert permit(key) == OPEN
    assert opens_after(key, clock, timedelta(hours=1)) == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        (NOON, datetime(2027, 2, 1, tzinfo=UTC)),
        (datetime(2028, 2, 28, 23, 30, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),  # a leap year
        (datetime(2027, 12, 31, 23, 59, 30, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)),
    ],
    ids=str,
)
def test_a_spent_monthly_limit_is_left_alone_until_the_next_month(
    key: str, clock: Any, moment: datetime, until: datetime
) -> None:
    clock.move_to(moment)
    happened(key, Outcome.SPEND_LIMIT)
    assert permit(key) == OPEN
    assert opens_after(key, clock, timedelta(days=40)) == until - moment


@pytest.mark.parametrize(("told", "waited"), [(0, 15), (4.2, 15), (90, 90), (1_000, 1_000)])
def test_too_many_requests_wait_as_long_as_they_were_told_to(key: str, clock: Any, told: float, waited: int) -> None:
    happened(key, Outcome.RATE_LIMITED, retry_after=told)
    assert opens_after(key, clock, timedelta(hours=1)) == timedelta(seconds=waited)


def test_half_of_five_calls_must_fail_within_the_window(key: str, clock: Any) -> None:
    happened(key, *[Outcome.SERVER_ERROR] * 4)
    assert permit(key) == CLOSED
    clock.shift(timedelta(milliseconds=breaker.WINDOW_MS + 1))
    happened(key, Outcome.SERVER_ERROR, Outcome.OK, Outcome.OK, Outcome.OK, Outcome.TIMEOUT)
    assert permit(key) == CLOSED
    happened(key, Outcome.GARBAGE)
    assert permit(key) == OPEN


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - breaker.BREAKING))
def test_what_shows_that_claude_is_there_never_opens_it(key: str, clock: Any, outcome: Outcome) -> None:
    happened(key, *[outcome] * 20)
    assert permit(key) == CLOSED


def test_one_key_and_model_tells_nothing_of_another(key: str, clock: Any) -> None:
    happened(key, Outcome.AUTH)
    assert permit(uuid4().hex[:16]) == CLOSED
    assert breaker.permit(key, "claude-sonnet-5-5") == CLOSED


def test_exactly_one_of_many_threads_gets_the_probe(key: str, clock: Any) -> None:
    happened(key, Outcome.AUTH)
    clock.shift(timedelta(minutes=10))
    found = at_once(32, lambda: permit(key))
    assert found.count(HALF_OPEN) == 1
    assert found.count(OPEN) == 31


def test_looking_at_it_takes_no_probe(key: str, clock: Any) -> None:
    happened(key, Outcome.AUTH)
    clock.shift(timedelta(minutes=10))
    assert at_once(8, lambda: breaker.state(key, MODEL)) == [HALF_OPEN] * 8
    assert permit(key) == HALF_OPEN


def test_a_probe_that_was_never_heard_of_again_makes_way_for_one_other(key: str, clock: Any) -> None:
    happened(key, Outcome.AUTH)
    clock.shift(timedelta(minutes=10))
    assert permit(key) == HALF_OPEN
    clock.shift(timedelta(milliseconds=breaker.PROBE_MS - 1))
    assert permit(key) == OPEN
    clock.shift(timedelta(milliseconds=1))
    assert at_once(16, lambda: permit(key)).count(HALF_OPEN) == 1


def test_a_probe_that_was_not_wanted_any_more_makes_way_at_once(key: str, clock: Any) -> None:
    happened(key, Outcome.AUTH)
    clock.shift(timedelta(minutes=10))
    assert permit(key) == HALF_OPEN
    happened(key, Outcome.SUPERSEDED)
    assert permit(key) == HALF_OPEN


def test_a_probe_that_succeeds_closes_it_for_everybody(key: str, clock: Any) -> None:
    happened(key, Outcome.AUTH)
    clock.shift(timedelta(minutes=10))
    assert permit(key) == HALF_OPEN
    happened(key, Outcome.OK)
    assert at_once(8, lambda: permit(key)) == [CLOSED] * 8


def test_each_probe_that_fails_doubles_the_wait_up_to_five_minutes(key: str, clock: Any) -> None:
    happened(key, *[Outcome.OVERLOADED] * breaker.LEAST_CALLS)
    waits = []
    for _ in range(7):
        waited = opens_after(key, clock, timedelta(hours=1))
        waits.append(int(waited.total_seconds()))
        clock.shift(waited)
        assert permit(key) == HALF_OPEN
        happened(key, Outcome.OVERLOADED)
    assert waits == [15, 30, 60, 120, 240, 300, 300]


def test_an_answer_that_was_asked_for_before_it_opened_does_not_close_it(key: str, clock: Any) -> None:
    happened(key, Outcome.AUTH)
    happened(key, Outcome.OK, Outcome.REFUSAL)
    assert permit(key) == OPEN
