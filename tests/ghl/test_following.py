"""Does a process beside the web process work on messages, once and in order, and does the door do it where there is none?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import psutil
import pytest
from django.conf import settings

from enterprisehub.ghl import hints, inbox
from enterprisehub.ghl.commits import Arrival, Kept
from enterprisehub.ghl.hints import Hint
from enterprisehub.ghl.lane import News
from enterprisehub.ghl.models import InboundEvent, State
from enterprisehub.ops.stores import channel_redis
from enterprisehub.tenants.scope import scope
from leads.models import Lead
from tests.fakes import eventually
from tests.ghl.sender import PEM, TABLE, body, packed
from tests.servers import of_the_test
from tests.world import World

WITHIN = 90.0  # seconds; a busy machine takes its time


@pytest.fixture(autouse=True)
def nobody_follows(world: World) -> Iterator[None]:
    channel_redis().delete(hints._alive(), hints._list())
    yield
    channel_redis().delete(hints._alive(), hints._list())


@contextmanager
def followers(processes: int) -> Iterator[psutil.Popen]:
    """The real command, once it has said that it is there."""
    env = {**of_the_test(), "GHL_WEBHOOK_PUBLIC_KEYS": PEM, "GHL_EVENT_TABLE": TABLE, "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "manage.py", "inbox", "--processes", str(processes), "--threads", "2"]
    process = psutil.Popen(command, env=env, cwd=settings.BASE_DIR, stderr=subprocess.PIPE)
    try:
        assert eventually(hints.are_followed, WITHIN)
        yield process
    finally:
        for one in [*process.children(recursive=True), process] if process.is_running() else []:
            one.kill()
        process.wait()


def kept(world: World, kind: str = "InboundMessage", subject: str = "c1") -> Kept:
    """An event that is committed, as the door hands it on."""
    event = body(kind)
    with scope(world.oakwood.pk):
        row = InboundEvent.objects.create(
            source="app", external_id=event["webhookId"], type=kind, subject=subject, body=packed(event)
        )
    arrival = Arrival(
        id=row.pk, tenant=None, source="app", external_id=row.external_id, former_id="", type=kind, subject=subject,
        location_id="loc-oakwood", company_id="", occurred_at=row.occurred_at, received_at=row.received_at,
        body=packed(event), state=State.WAITING, reason="",
    )  # fmt: skip
    return Kept(arrival, world.oakwood.pk, new=True)


def effects(world: World) -> list[str]:
    with scope(world.oakwood.pk):
        return list(Lead.objects.order_by("pk").values_list("name", flat=True))


def names(*events: Kept) -> list[str]:
    return [one.arrival.external_id for one in events]


def test_a_hint_says_the_same_after_its_way() -> None:
    for subject in ("", "c1", "ñandú"):
        hint = Hint(uuid4(), uuid4(), subject)
        assert Hint.unpack(hint.pack()) == hint


def test_while_nobody_follows_the_door_works_itself_and_takes_what_was_left_behind(world: World) -> None:
    left, own = kept(world, subject="c1"), kept(world, subject="c2")
    channel_redis().rpush(hints._list(), Hint(world.oakwood.pk, left.arrival.id, "c1").pack())
    news = News()
    news.take([own])
    news.close()
    assert sorted(effects(world)) == sorted(names(left, own))
    assert hints.take(10) == []


def test_while_somebody_follows_the_door_only_tells(world: World) -> None:
    hints.say_alive()
    one = kept(world)
    news = News()
    news.take([one])
    news.close()
    assert effects(world) == []
    assert hints.take(10) == [Hint(world.oakwood.pk, one.arrival.id, "c1")]


def test_a_contact_is_worked_on_in_order_and_what_waits_behind_its_message_too(world: World) -> None:
    events = [kept(world, "ContactUpdate"), kept(world), kept(world, "ContactUpdate")]
    assert inbox.follow(world.oakwood.pk, "c1") == 3
    assert effects(world) == names(*events)


def test_the_worker_leaves_new_messages_to_whoever_follows_until_they_have_waited_or_failed(world: World) -> None:
    fresh, change = kept(world, subject="c1"), kept(world, "ContactUpdate", subject="c2")
    inbox.work(world.oakwood.pk, seconds=5, left_alone=timedelta(hours=1))
    assert effects(world) == names(change)
    with scope(world.oakwood.pk):
        InboundEvent.objects.filter(pk=fresh.arrival.id).update(attempts=1)
    inbox.work(world.oakwood.pk, seconds=5, left_alone=timedelta(hours=1))
    assert effects(world) == names(change, fresh)


def test_a_message_behind_what_the_worker_had_in_hand_is_passed_on_or_done_with_it(world: World) -> None:
    change, message = kept(world, "ContactUpdate"), kept(world)
    hints.say_alive()
    inbox.work(world.oakwood.pk, seconds=5, left_alone=timedelta(hours=1))
    assert effects(world) == names(change)
    assert [hint.subject for hint in hints.take(10)] == ["c1"]
    hints.say_gone()
    later = kept(world, "ContactUpdate", "c2"), kept(world, subject="c2")
    inbox.work(world.oakwood.pk, seconds=5, left_alone=timedelta(hours=1))
    assert effects(world) == names(change, *later)
    inbox.follow(world.oakwood.pk, "c1")
    assert effects(world) == names(change, *later, message)


def test_what_is_no_hint_is_thrown_away() -> None:
    channel_redis().rpush(hints._list(), b"nonsense")
    assert hints.take(10) == []


def test_two_processes_do_each_message_once_and_end_when_they_are_asked_to(world: World) -> None:
    with followers(2) as process:
        events = [kept(world, subject=f"c{number % 7}") for number in range(40)]
        events.append(kept(world, subject=""))
        news = News()
        news.take([*events, *events])
        news.close()
        assert eventually(lambda: len(effects(world)) >= len(events), WITHIN)
        children = process.children()
        assert len(children) == 2
        process.terminate()
        assert process.wait(WITHIN) == 0
    assert sorted(effects(world)) == sorted(names(*events))
    assert not any(child.is_running() for child in children)
    assert not hints.are_followed()


def test_when_one_of_its_processes_is_killed_the_command_ends_so_that_it_is_begun_anew(world: World) -> None:
    with followers(2) as process:
        process.children()[0].kill()
        assert process.wait(WITHIN) == 1
        assert b"ended by itself" in process.stderr.read()
