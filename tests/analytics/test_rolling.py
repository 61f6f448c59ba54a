"""Is a roll-up that was made bit by bit the same as one that is made from scratch, whatever happened in between?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.models import Daily, Event, EventKind, Spread, StaleDay
from analytics.services import keeping, rolling
from analytics.spread import bucket, quantile
from enterprisehub.tenants.scope import named, scope
from tests.world import World

FIRST = date(2026, 3, 1)
KINDS = (EventKind.CARD_SHOWN, EventKind.USE_SAID, EventKind.RESPONSE, EventKind.MESSAGE_IN, EventKind.STAGE)
EVENT = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(KINDS),
        "back": st.integers(0, 3),
        "card_kind": st.sampled_from(["", "rates", "stall"]),
        "medium": st.sampled_from(["sms", "chat"]),
        "value": st.one_of(st.none(), st.floats(0, 1e6, allow_nan=False)),
        "talk": st.integers(0, 3),
    }
)
STEP = st.one_of(
    st.tuples(st.just("add"), st.lists(EVENT, min_size=1, max_size=6)),
    st.tuples(st.just("drop"), st.integers(0, 9)),
    st.tuples(st.just("change"), st.integers(0, 9)),
    st.tuples(st.just("roll"), st.none()),
)


@pytest.fixture
def world(db: None) -> World:
    return World()


def rows() -> list[Any]:
    names = [f.name for f in Daily._meta.concrete_fields if f.name not in ("id", "tenant")]
    daily = sorted(Daily.objects.values_list(*names), key=str)
    spread = Spread.objects.values_list("kind", "day", "agent", "medium", "reason", "bucket", "n")
    return [*daily, *sorted(spread, key=str)]


def act(world: World, step: tuple[str, Any]) -> None:
    do, what = step
    events = list(Event.objects.order_by("pk"))
    if do == "add":
        made = [_event(world, one) for one in what]
        Event.objects.bulk_create(made)
        keeping.mark({one.day for one in made})
    elif do == "roll":
        rolling.of_days(sorted(set(StaleDay.objects.values_list("day", flat=True))))
    elif events:
        event = events[what % len(events)]
        keeping.mark({event.day, FIRST})
        if do == "drop":
            event.delete()
        else:
            event.day, event.value = FIRST, 7.5
            event.save()


def _event(world: World, one: dict[str, Any]) -> Event:
    day = FIRST + timedelta(days=one["back"])
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Event(
        id=uuid4(),
        kind=one["kind"],
        day=day,
        at=at,
        agent=world.alice.agent if one["talk"] % 2 else world.bob.agent,
        conversation=Event.id_of(world.oakwood.pk, "talk", one["talk"]),
        card_kind=one["card_kind"],
        medium=one["medium"],
        value=one["value"],
        told_by="system",
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=10))
def test_rebuilt_is_what_grew_bit_by_bit(world: World, steps: list[tuple[str, Any]]) -> None:
    with scope(world.oakwood.pk):
        Event.objects.all().delete()
        Daily.objects.all().delete()
        Spread.objects.all().delete()
        StaleDay.objects.all().delete()
        for step in [*steps, ("roll", None)]:
            act(world, step)
        grown = rows()
        rolling.of_days([FIRST + timedelta(days=back) for back in range(4)])
        assert rows() == grown
        assert not StaleDay.objects.exists()


def test_a_mark_that_comes_while_a_day_is_counted_stays(world: World) -> None:
    with scope(world.oakwood.pk):
        keeping.mark([FIRST])
        rolling.of_days([FIRST])
        keeping.mark([FIRST])
        assert StaleDay.objects.count() == 1


def test_an_operator_has_a_tenant_counted_anew_and_sees_how_far_it_is(world: World) -> None:
    with scope(world.oakwood.pk):
        act(world, ("add", [{**_PLAIN, "back": 0}, {**_PLAIN, "back": 2}]))
    out = StringIO()
    call_command("rebuild_rollups", tenant="oakwood", stdout=out)
    assert "3 days counted anew" in out.getvalue()
    with scope(world.oakwood.pk):
        assert Daily.objects.filter(kind=EventKind.CARD_SHOWN).count() == 2
    for wrong in ({"tenant": "nobody"}, {"tenant": "oakwood", "first": date(2026, 2, 2), "last": date(2026, 2, 1)}):
        with pytest.raises(CommandError):
            call_command("rebuild_rollups", stdout=out, **wrong)


_PLAIN = {"kind": EventKind.CARD_SHOWN, "card_kind": "rates", "medium": "sms", "value": None, "talk": 1}


def test_more_days_than_one_task_takes_go_on_in_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolling, "MOST", 2)
    with scope(world.oakwood.pk):
        keeping.mark([FIRST + timedelta(days=back) for back in range(5)])
    count: Callable[[], int] = rolling.roll_up
    with named(world.oakwood.pk):
        assert [count(), count(), count(), count()] == [2, 2, 1, 0]


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=60))
def test_a_median_from_buckets_is_near_the_median(values: list[float]) -> None:
    counts: dict[int, int] = {}
    for value in values:
        counts[bucket(value)] = counts.get(bucket(value), 0) + 1
    found = quantile(counts)
    assert found is not None
    ordered = sorted(values)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    assert (low + 1) * 0.83 - 1 <= found + 1e-6
    assert found <= (high + 1) * 1.2 - 1 + 1e-6


def test_no_values_have_no_median() -> None:
    assert quantile({}) is None
