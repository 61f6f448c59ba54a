"""A write that is repeated with its Idempotency-Key happens once and is answered alike."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now

from coaching.models import Feedback
from enterprisehub.tenants import answers
from enterprisehub.tenants.models import IdempotentAnswer
from enterprisehub.tenants.scope import scope
from leads.models import Message
from tests.api.programs import WRITE, Program, message
from tests.world import World

KEY = {"Idempotency-Key": "order-66"}


def test_a_repeated_message_is_heard_once_and_answered_alike(world: World) -> None:
    lead, program = world.conversation(world.alice).lead.pk, Program(world.alice, WRITE)
    first, again = (program.post("real-time", message(lead), **KEY) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    with scope(world.oakwood.pk):
        assert Message.objects.count() == 1


def test_each_write_that_records_keeps_to_it(world: World) -> None:
    heard = world.says(world.alice, world.conversation(world.alice).lead, "That is too expensive for us.")
    program = Program(world.alice, WRITE)
    given = {"session_id": str(heard.session.pk), "score": 2}
    first, again = (program.post("feedback", given, **KEY) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    other = world.conversation(world.alice, "Kim").lead.pk
    begun = [program.post("sessions", {"lead_id": str(other)}, **{"Idempotency-Key": "b"}) for _ in range(2)]
    assert [answer.status_code for answer in begun] == [201, 201]
    ended = [program.post(f"sessions/{heard.session.pk}/end", **{"Idempotency-Key": "e"}) for _ in range(2)]
    assert ended[0].json() == ended[1].json()
    with scope(world.oakwood.pk):
        assert Feedback.objects.count() == 1


def test_a_key_stands_for_one_request(world: World) -> None:
    lead, program = world.conversation(world.alice).lead.pk, Program(world.alice, WRITE)
    program.post("real-time", message(lead), **KEY)
    for path, body in (("real-time", message(lead, "Other words")), ("sessions", {"lead_id": str(lead)})):
        answer = program.post(path, body, **KEY)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "Idempotency-Key")


def test_callers_and_tenants_do_not_share_keys(world: World) -> None:
    for person in (world.alice, world.bob, world.charlie):
        lead = world.conversation(person).lead.pk
        assert "Idempotency-Replayed" not in Program(person, WRITE).post("real-time", message(lead), **KEY)


def test_an_error_is_not_kept_so_that_it_can_be_tried_again(world: World) -> None:
    program = Program(world.alice, WRITE)
    assert program.post("real-time", {}, **KEY).status_code == 400
    assert program.post("real-time", message("nobody"), **KEY).status_code == 404
    lead = world.conversation(world.alice).lead.pk
    assert program.post("real-time", message(lead), **KEY).status_code == 200


def test_after_a_day_a_key_is_new_again_and_old_answers_go(world: World) -> None:
    lead, program = world.conversation(world.alice).lead.pk, Program(world.alice, WRITE)
    program.post("real-time", message(lead), **KEY)
    with scope(world.oakwood.pk):
        IdempotentAnswer.objects.update(created_at=now() - timedelta(hours=25))
    assert "Idempotency-Replayed" not in program.post("real-time", message(lead, "I have to ask my wife."), **KEY)
    assert answers.forget() == 0
    with scope(world.oakwood.pk):
        IdempotentAnswer.objects.update(created_at=now() - timedelta(hours=25))
    assert answers.forget() == 1


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 201, "é"])
def test_what_is_no_key_is_refused(world: World, key: str) -> None:
    lead = world.conversation(world.alice).lead.pk
    answer = Program(world.alice, WRITE).post("real-time", message(lead), **{"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_time_are_one() -> None:
    world = World()
    lead, program = world.conversation(world.alice).lead.pk, Program(world.alice, WRITE)
    found: list[Any] = []

    def send() -> None:
        try:
            found.append(program.post("real-time", message(lead), **KEY).json())
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(found) == 4
    assert all(one == found[0] for one in found)
    with scope(world.oakwood.pk):
        assert Message.objects.count() == 1
