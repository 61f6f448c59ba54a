"""Is promised work done in the end, in its own tenant, whatever the broker and the worker do, and given up when hopeless?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from kombu.exceptions import OperationalError
from redis import Redis

from enterprisehub.tenants import outbox, work
from enterprisehub.tenants.models import Job, Team
from enterprisehub.tenants.scope import NoTenant, current, is_open, scope, unscoped
from enterprisehub.tenants.work import MAX_ATTEMPTS, later, task
from tests.world import World

done: list[tuple[Any, ...]] = []
DECLARED = """
import warnings
import django
from celery.exceptions import CDeprecationWarning
warnings.simplefilter("error", CDeprecationWarning)
django.setup()
from enterprisehub.celery import app
app.finalize()
app.loader.import_default_modules()
print([task.name for task in app.tasks.values()])
"""


@task("tests.remember")
def remember(word: str) -> None:
    if word == "foul":
        raise ValueError(word)
    done.append((current(), word, Team.objects.count()))


@task("tests.wait", waits=True)
def wait(word: str) -> None:
    done.append((current(), word, is_open()))


class Broker:
    """What was handed over; `down` refuses everything."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.down = False

    def take(self, kwargs: dict[str, Any], **_: Any) -> None:
        if self.down:
            raise OperationalError("nobody listens")
        self.sent.append(kwargs)


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """Celery's own way out is closed, so that nothing leaves the test."""
    done.clear()
    broker = Broker()
    monkeypatch.setattr(work, "_broker_down_until", 0.0)
    monkeypatch.setattr(
        current_app.tasks["tests.remember"].__class__, "apply_async", lambda _, **named: broker.take(**named)
    )
    return broker


def promise(world: World, word: str = "hello", *, age: int = 0, durable: bool = True) -> None:
    with scope(world.oakwood.pk):
        later("tests.remember", durable=durable, word=word)
        Job.objects.update(created_at=now() - timedelta(seconds=age))


def jobs() -> list[Job]:
    with unscoped("the test looks at the whole outbox"):
        return list(Job.objects.all())


def test_work_is_handed_over_with_its_tenant_once_the_transaction_commits(
    world: World, broker: Broker, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        promise(world)
        assert broker.sent == []
    (job,) = jobs()
    assert broker.sent == [{"tenant": str(world.oakwood.pk), "job": str(job.pk), "word": "hello"}]


def test_work_of_a_transaction_that_fails_is_never_done(
    world: World, broker: Broker, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError), transaction.atomic():
        promise(world)
        _ = 1 / 0
    assert (broker.sent, jobs()) == ([], [])


def test_a_task_runs_in_its_tenant_and_its_row_goes_when_it_is_done(world: World, broker: Broker) -> None:
    promise(world)
    (job,) = jobs()
    remember(tenant=str(world.oakwood.pk), job=str(job.pk), word="hello")
    assert done == [(world.oakwood.pk, "hello", 1)]
    assert jobs() == []
    assert not is_open()


def test_a_task_that_waits_on_the_network_holds_no_transaction(world: World, broker: Broker) -> None:
    wait(tenant=str(world.oakwood.pk), word="hello")
    assert done == [(world.oakwood.pk, "hello", False)]


def test_a_task_in_the_name_of_another_tenant_finishes_none_of_ours(world: World, broker: Broker) -> None:
    promise(world)
    (job,) = jobs()
    remember(tenant=str(world.elm.pk), job=str(job.pk), word="hello")
    assert done == [(world.elm.pk, "hello", 0)]
    assert [j.pk for j in jobs()] == [job.pk]


def test_work_that_the_broker_lost_is_handed_over_again_after_a_minute(world: World, broker: Broker) -> None:
    promise(world, age=59)
    assert outbox.sweep() == {"sent": 0, "dead": 0}
    promise(world, age=61)
    assert outbox.sweep()["sent"] == 2
    assert outbox.sweep()["sent"] == 0, "handed over a moment ago"


def test_a_dead_broker_costs_no_attempt(world: World, broker: Broker) -> None:
    promise(world, age=61)
    broker.down = True
    assert outbox.sweep() == {"sent": 0, "dead": 0}
    assert [job.attempts for job in jobs()] == [0]
    broker.down = False
    work._broker_down_until = 0.0
    assert outbox.sweep()["sent"] == 1


def test_each_attempt_waits_longer_and_the_last_one_is_the_end(world: World, broker: Broker) -> None:
    promise(world, age=61)
    waited = []
    for tries in range(MAX_ATTEMPTS):
        for seconds in (60 * 2**tries - 2, 60 * 2**tries + 2):
            with unscoped("the test turns the clock"):
                Job.objects.update(sent_at=now() - timedelta(seconds=seconds))
            waited.append(outbox.sweep()["sent"])
    assert waited == [0, 1] * MAX_ATTEMPTS
    with unscoped("the test turns the clock"):
        Job.objects.update(sent_at=now() - timedelta(hours=3))
    assert outbox.sweep() == {"sent": 0, "dead": 1}
    (job,) = jobs()
    assert job.failed_at is not None
    assert outbox.sweep() == {"sent": 0, "dead": 0}


def test_why_it_failed_is_kept_without_what_was_in_it(world: World, broker: Broker) -> None:
    promise(world, "foul")
    (job,) = jobs()
    with pytest.raises(ValueError, match="foul"):
        remember(tenant=str(world.oakwood.pk), job=str(job.pk), word="foul")
    assert [j.error for j in jobs()] == ["ValueError"]


def test_work_for_a_task_that_is_gone_is_dead_at_once_and_holds_nothing_up(world: World, broker: Broker) -> None:
    promise(world, age=61)
    with scope(world.oakwood.pk):
        Job.objects.create(name="tests.forgotten", created_at=now() - timedelta(hours=1))
    assert outbox.sweep() == {"sent": 1, "dead": 1}


def test_promises_need_a_tenant(db: None, broker: Broker) -> None:
    with pytest.raises(NoTenant):
        later("tests.remember", word="hello", lead=uuid4())


@pytest.mark.parametrize(("name", "lane"), [("coaching.refine", "live"), ("coaching.improve", "default")])
def test_work_waits_in_its_own_queue_so_that_none_of_it_stands_before_a_card(
    name: str, lane: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "_broker_down_until", 0.0)
    broker = Redis.from_url(settings.BROKER_REDIS_URL)
    before = {queue: broker.llen(queue) for queue in ("live", "default")}
    assert work.send(name, uuid4(), None, {})
    assert broker.llen(lane) == before[lane] + 1
    assert broker.rpoplpush(lane, f"tests-{uuid4()}")  # nobody else finds it
    assert {queue: broker.llen(queue) for queue in before} == before


def test_no_task_is_declared_in_a_way_that_celery_is_about_to_forget() -> None:
    done = subprocess.run(
        [sys.executable, "-c", DECLARED], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert "coaching.refine" in done.stdout, done.stderr
