"""A plan's better words wait for the cards: for a talk that rests, in a queue of their own, two at a time, once."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
import time_machine
from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from redis import Redis

from enterprisehub.engines import seats, shared
from enterprisehub.engines.base import Outcome
from enterprisehub.management.commands.dev import processes
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import named, scope, unscoped
from enterprisehub.tenants.work import send
from leads.models import ActionPlan, Lead
from leads.services import keeping, planning, refining_plans
from tests.engines.conftest import _one_claude, claude, connected
from tests.fakes import FakeClaude
from tests.world import World

__all__ = ["_one_claude", "claude", "connected"]
NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
SAID = "Could you tell me more? My mother moves in with us, so we need a room on the ground floor."


@pytest.fixture(autouse=True)
def _redis_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "_down_until", 0.0)


@pytest.fixture(autouse=True)
def broker() -> Iterator[Redis]:
    """The queues that cards and plans wait in, empty."""
    with Redis.from_url(settings.CELERY_BROKER_URL) as redis:
        redis.delete("live", "plans")
        yield redis
        redis.delete("live", "plans")


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOON, tick=False) as travels:
        yield travels


@pytest.fixture
def row(world: World) -> ActionPlan:
    lead: Lead = world.conversation(world.alice, name="Penelope Quill").lead
    world.says(world.alice, lead, SAID)
    with scope(world.oakwood.pk):
        return planning.plan(lead)


def refine(row: ActionPlan) -> Outcome:
    with named(row.tenant_id):
        return refining_plans.refine(row.pk)


def waiting_in(broker: Redis, queue: str) -> list[str]:
    return [json.loads(one)["headers"]["task"] for one in cast(list[bytes], broker.lrange(queue, 0, -1))]


def asked(row: ActionPlan) -> bool:
    with scope(row.tenant_id):
        return ActionPlan.objects.get(pk=row.pk).asked_at is not None


def test_claude_words_the_plan_of_a_talk_that_has_rested_for_a_minute(
    clock: time_machine.Coordinates, row: ActionPlan, connected: FakeClaude, broker: Redis, rounds: Any
) -> None:
    clock.move_to(NOON + timedelta(seconds=59))
    assert rounds() == 0
    clock.move_to(NOON + timedelta(seconds=61))
    assert rounds() == 1
    assert (waiting_in(broker, "plans"), waiting_in(broker, "live")) == (["leads.refine_plan"], [])
    assert refine(row) == Outcome.OK
    assert rounds() == 0
    assert len(connected.requests) == 1


@pytest.fixture
def rounds(django_capture_on_commit_callbacks: Any) -> Any:
    def go() -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return keeping.word_better()

    return go


def test_a_plan_that_claude_could_not_word_is_not_asked_about_again(
    clock: time_machine.Coordinates, row: ActionPlan, connected: FakeClaude, rounds: Any
) -> None:
    connected.always("refusal")
    clock.move_to(NOON + timedelta(seconds=61))
    assert refine(row) == Outcome.REFUSAL
    assert rounds() == 0


def test_a_tenant_without_claude_is_passed_over(
    clock: time_machine.Coordinates, row: ActionPlan, connected: FakeClaude, rounds: Any
) -> None:
    with unscoped("a test sets a tenant's terms"):
        Tenant.objects.filter(pk=row.tenant_id).update(settings={"engines": {"enabled": False}})
    clock.move_to(NOON + timedelta(seconds=61))
    assert rounds() == 0


def test_while_cards_are_asked_about_a_plan_is_left_for_the_next_round(row: ActionPlan, connected: FakeClaude) -> None:
    with ExitStack() as cards:
        for _ in range(seats.FEW + 1):
            assert cards.enter_context(seats.seat(row.tenant_id))
        assert refine(row) == Outcome.BUSY
    assert connected.requests == []
    assert not asked(row)
    assert refine(row) == Outcome.OK
    assert asked(row)


def test_two_plans_at_once_are_enough_and_take_no_card_its_seat(row: ActionPlan, connected: FakeClaude) -> None:
    with ExitStack() as plans:
        for _ in range(seats.MOST_PATIENT):
            assert plans.enter_context(seats.behind())
            assert plans.enter_context(seats.seat(row.tenant_id))
        assert refine(row) == Outcome.BUSY
        for _ in range(seats.PER_TENANT - seats.MOST_PATIENT):
            assert plans.enter_context(seats.seat(row.tenant_id))
    assert refine(row) == Outcome.OK


def test_the_worker_takes_a_card_before_the_plans_that_came_earlier(world: World, row: ActionPlan) -> None:
    command = processes("127.0.0.1", 0)["live"]
    queues = command[command.index("-Q") + 1].split(",")
    for _ in range(3):
        assert send("leads.refine_plan", world.oakwood.pk, None, {"plan": str(row.pk)})
    assert send("coaching.refine", world.oakwood.pk, None, {"suggestion": str(row.pk)})
    came: list[str] = []
    with current_app.connection_for_read() as line, line.channel() as channel:
        taken = [current_app.amqp.queues[name] for name in queues]
        consumer = line.Consumer(taken, channel=channel, no_ack=True, accept=["json"])
        consumer.register_callback(lambda _body, message: came.append(message.headers["task"]))
        with consumer, suppress(socket.timeout):
            while len(came) < 4:
                line.drain_events(timeout=5)
    assert came == ["coaching.refine", *["leads.refine_plan"] * 3]


def walked(rows: QuerySet[Any]) -> str:
    """How Postgres would find these rows in a table too large to be read through."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        return rows.explain()


@pytest.mark.parametrize(
    ("rows", "index"),
    [(keeping.changed, "lead_by_change"), (keeping.spent, "plan_by_end"), (keeping.waiting, "plan_by_wait")],
)
def test_the_rounds_read_an_index_and_not_every_row(world: World, rows: Any, index: str) -> None:
    with unscoped("the rounds look over every tenant"):
        assert index in walked(rows(NOON))
