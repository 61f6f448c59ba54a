"""Is every event worked on once in effect, in its contact's order, again when it failed, and given up when it always does?"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.timezone import now

from enterprisehub.errors import NotFound
from enterprisehub.ghl import dead, inbox, sweeping
from enterprisehub.ghl.models import InboundEvent, OutboundCall, State
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.scope import scope
from leads.models import Lead
from tests.ghl.sender import body, packed
from tests.world import World

START = datetime(2026, 11, 25, 12, tzinfo=UTC)


def told(world: World, kind: str = "ContactCreate", subject: str = "c1", **more: Any) -> InboundEvent:
    """An event that the door has kept."""
    event = body(kind)
    with scope(world.oakwood.pk):
        return InboundEvent.objects.create(
            source="app",
            external_id=more.pop("external_id", event["webhookId"]),
            type=kind,
            subject=subject,
            body=packed(event),
            **more,
        )


def work(world: World) -> None:
    assert not inbox.work(world.oakwood.pk, seconds=30)


def again(world: World, **changed: Any) -> None:
    """As if the rest was over."""
    with scope(world.oakwood.pk):
        InboundEvent.objects.filter(state=State.WAITING).update(next_at=now() - timedelta(seconds=1), **changed)


def state(world: World, event: InboundEvent) -> tuple[str, str, int]:
    with scope(world.oakwood.pk):
        event.refresh_from_db()
    return event.state, event.reason, event.attempts


def effects(world: World) -> list[str]:
    """Names of the leads that the events made, in the order in which they were made."""
    with scope(world.oakwood.pk):
        return list(Lead.objects.order_by("pk").values_list("name", flat=True))


def test_an_event_has_its_effect_once_however_often_it_is_looked_for(world: World) -> None:
    event = told(world)
    for _ in range(3):
        work(world)
    assert state(world, event) == (State.DONE, "", 1)
    assert effects(world) == [event.external_id]


def test_what_nobody_knows_is_kept_as_ignored(world: World) -> None:
    event = told(world, "InvoicePaid")
    work(world)
    assert state(world, event) == (State.IGNORED, "unknown_type", 1)


def test_a_function_that_finds_nothing_to_do_leaves_no_trace(world: World) -> None:
    event = told(world, "NoteCreate")
    work(world)
    assert state(world, event) == (State.IGNORED, "our_own", 1)
    assert effects(world) == []


def test_shuffled_contacts_are_worked_on_in_the_order_of_the_source(world: World) -> None:
    """Fifty shuffles, each of a contact of its own."""
    for seed in range(50):
        moments = random.Random(seed).sample(range(8), 8)
        for moment in moments:
            at = START + timedelta(seconds=moment)
            told(world, "ContactUpdate", f"c{seed}", external_id=f"{seed:02}-{moment}", occurred_at=at)
    work(world)
    done = effects(world)
    for seed in range(50):
        assert [name for name in done if name.startswith(f"{seed:02}-")] == [f"{seed:02}-{n}" for n in range(8)]


def test_many_workers_do_many_contacts_once_and_each_in_order(world: World) -> None:
    for moment in random.Random(1).sample(range(80), 80):
        told(
            world,
            "ContactUpdate",
            f"c{moment % 8}",
            external_id=f"{moment:02}",
            occurred_at=START + timedelta(seconds=moment),
        )

    def one(number: int) -> None:
        try:
            if number % 2:
                inbox.work(world.oakwood.pk, seconds=20)
            else:
                for contact in range(8):
                    inbox.follow(world.oakwood.pk, f"c{contact}")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one, range(6)))
    again(world)
    work(world)
    done = effects(world)
    assert sorted(done) == [f"{moment:02}" for moment in range(80)]
    for contact in range(8):
        own = [name for name in done if int(name) % 8 == contact]
        assert own == sorted(own)


def test_a_failure_rests_longer_each_time_and_holds_its_contact_back_until_it_is_dead(world: World) -> None:
    poison = told(world, "ContactDelete", occurred_at=START)
    later = told(world, "ContactUpdate", occurred_at=START + timedelta(seconds=1))
    other = told(world, "ContactUpdate", "c2")
    work(world)
    assert effects(world) == [other.external_id]
    for attempt in range(1, inbox.ATTEMPTS):
        assert state(world, poison) == (State.WAITING, "LookupError", attempt)
        rest = poison.next_at - now()
        assert timedelta(0) < rest <= inbox.RESTS[attempt - 1]
        assert state(world, later)[0] == State.WAITING
        again(world)
        work(world)
    assert state(world, poison) == (State.DEAD, "LookupError", inbox.ATTEMPTS)
    work(world)
    assert state(world, later) == (State.DONE, "", 1)
    assert effects(world) == [other.external_id, later.external_id]


def test_a_failure_is_told_without_the_words_of_its_error(world: World, caplog: pytest.LogCaptureFixture) -> None:
    event = told(world, "ContactDelete")
    work(world)
    assert "555" not in state(world, event)[1] + caplog.text


def test_what_postgres_refuses_at_the_end_of_the_transaction_is_a_failure_too(world: World) -> None:
    event = told(world, "NoteUpdate")
    work(world)
    assert state(world, event) == (State.WAITING, "IntegrityError", 1)
    inbox.follow(world.oakwood.pk, "nobody")


def test_an_event_that_takes_its_worker_with_it_is_given_up_one_day(world: World) -> None:
    event = told(world)
    for _ in range(inbox.ATTEMPTS):
        assert [found[0] for found in inbox._take_in_hand(world.oakwood.pk)] == [event.pk]
        assert inbox._take_in_hand(world.oakwood.pk) == []
        again(world)
    work(world)
    assert state(world, event)[:2] == (State.DEAD, "never_ended")
    assert effects(world) == []


def test_what_a_dead_worker_had_in_hand_is_taken_by_the_next(world: World) -> None:
    event = told(world)
    inbox._take_in_hand(world.oakwood.pk)
    work(world)
    assert state(world, event)[0] == State.WAITING
    again(world)
    work(world)
    assert state(world, event) == (State.DONE, "", 2)


def test_a_tenant_works_on_its_own_events_alone(world: World) -> None:
    event = told(world)
    inbox.work(world.elm.pk, seconds=5)
    assert state(world, event)[0] == State.WAITING


def test_the_sweeper_asks_for_tenants_in_which_something_is_due(world: World) -> None:
    told(world, received_at=now() - timedelta(minutes=1))
    told(world, next_at=now() + timedelta(minutes=1), received_at=now() - timedelta(minutes=1))
    assert sweeping.sweep() == {"adopted": 0, "asked": 1}
    work(world)
    assert sweeping.sweep() == {"adopted": 0, "asked": 0}


def test_words_go_after_a_month_and_the_knowledge_of_them_after_three(world: World) -> None:
    done = told(world, state=State.DONE, received_at=now() - timedelta(days=31))
    told(world, state=State.DONE, received_at=now() - timedelta(days=91))
    dead_one = told(world, state=State.DEAD, received_at=now() - timedelta(days=31))
    fresh = told(world, state=State.DONE, received_at=now() - timedelta(days=29))
    assert sweeping.prune() == {"emptied": 1, "gone": 1, "unmapped": 0}
    with scope(world.oakwood.pk):
        bodies = {event.pk: bytes(event.body) for event in InboundEvent.objects.all()}
    assert bodies[done.pk] == b""
    assert bodies[dead_one.pk]
    assert bodies[fresh.pk]


def test_dead_letters_are_tried_again_one_or_all_and_that_is_audited(world: World) -> None:
    letters = [told(world, state=State.DEAD, attempts=6, reason="LookupError") for _ in range(3)]
    with scope(world.oakwood.pk):
        assert dead.requeue("inbox", letters[0].pk) == 1
        assert dead.requeue("inbox") == 2
        assert dead.requeue("inbox") == 0
        with pytest.raises(NotFound):
            dead.requeue("inbox", letters[0].pk)
        assert [e.facts["count"] for e in AuditEvent.objects.filter(verb="inbox.requeue").order_by("at")] == [1, 2]
    work(world)
    assert {state(world, letter) for letter in letters} == {(State.DONE, "", 1)}


def test_an_operator_requeues_by_command(world: World) -> None:
    letter = told(world, state=State.DEAD)
    with scope(world.oakwood.pk):
        call = OutboundCall.objects.create(operation="note.create", key="k", state=State.DEAD)

    def run(*arguments: str) -> str:
        out = StringIO()
        call_command("requeue", *arguments, stdout=out)
        return out.getvalue()

    assert run("--inbox", "--tenant", "elm").startswith("0 ")
    assert run("--inbox", "--id", str(letter.pk)).startswith("1 ")
    assert run("--outbox", "--tenant", str(world.oakwood.pk)).startswith("1 ")
    with scope(world.oakwood.pk):
        call.refresh_from_db()
    assert call.state == State.WAITING
    for wrong in (["--inbox", "--tenant", "nobody"], ["--inbox", "--id", str(uuid4())], ["--inbox", "--id", "x"]):
        with pytest.raises(CommandError):
            run(*wrong)


def test_operators_see_both_boxes_without_a_word_of_what_was_said(world: World) -> None:
    event = told(world)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM v_inbox")
        assert cursor.fetchone() == (0,), "nobody's scope, nobody's rows"
        with scope(world.oakwood.pk):
            cursor.execute("SELECT id, tenant_id, external_id, state, attempts FROM v_inbox")
            assert cursor.fetchall() == [(event.pk, UUID(str(world.oakwood.pk)), event.external_id, "waiting", 0)]
            cursor.execute("SELECT count(*) FROM v_outbox")
            assert cursor.fetchone() == (0,)
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name IN ('v_inbox', 'v_outbox')"
            )
            assert not {"body", "arguments", "answer"} & {row[0] for row in cursor.fetchall()}


def test_what_only_lay_beside_an_event_that_takes_its_worker_with_it_is_not_given_up(world: World) -> None:
    deadly, others = told(world), [told(world, subject=f"c{n}") for n in range(2, 6)]
    tenant = world.oakwood.pk
    assert len(inbox._take_in_hand(tenant)) == 5, "the worker dies with all of them in its hands"
    again(world)
    for _ in range(40):  # each worker works until it meets the deadly one
        taken = inbox._take_in_hand(tenant)
        assert len(taken) <= 1
        if taken and taken[0][0] == deadly.pk:
            again(world)
            if taken[0][1] > inbox.ATTEMPTS:
                break
        for event_id, attempts, subject in taken:
            if event_id != deadly.pk:
                inbox._once(
                    tenant, inbox._THIS, {"id": event_id, "attempts": attempts, "subject": subject}, counted=True
                )
    work(world)
    assert state(world, deadly)[:2] == (State.DEAD, "never_ended")
    assert [state(world, event)[:2] for event in others] == [(State.DONE, "")] * 4
