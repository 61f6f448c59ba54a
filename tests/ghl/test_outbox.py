"""Is a promised write made once, in its contact's order, whatever breaks in between, and given up with a reason?"""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now

from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.ghl import outbox as box
from enterprisehub.ghl import remembering, settling, writing
from enterprisehub.ghl.models import Connection, OutboundCall, Standing, State, Written
from enterprisehub.ghl.sandbox.remote import Remote
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.scope import scope
from tests.ghl.crowd import begin, crowd, ended_well
from tests.ghl.lines import due_now, installed, line, outbox, private, until, write_all
from tests.world import World


@pytest.fixture
def pat(world: World, highlevel: Remote, tables: Any) -> str:
    """A contact of the connected Oakwood."""
    private(world.oakwood, highlevel)
    return str(highlevel.contact(firstName="Pat", phone="+15125550123")["id"])


def promise(world: World, operation: str, contact: str, key: str, **more: Any) -> OutboundCall:
    with scope(world.oakwood.pk):
        return box.write(operation, contact_id=contact, key=key, **more)


def crash(world: World, key: str) -> None:
    """The worker that had this call in its hands is dead, and its lease is over."""
    with scope(world.oakwood.pk):
        OutboundCall.objects.filter(key=key).update(
            state=State.WAITING, begun_at=now() - timedelta(seconds=5), attempts=1, next_at=now(), answer={}
        )


def states(world: World) -> dict[str, tuple[str, str]]:
    return {call.key: (call.state, call.reason) for call in outbox(world.oakwood)}


def test_every_kind_of_write_arrives(world: World, highlevel: Remote, pat: str) -> None:
    promise(world, "tags.add", pat, "t", tags=["Hot ", "hot", "Buyer"])
    promise(world, "contact.update", pat, "f", firstName="Patricia")
    promise(world, "note.create", pat, "n", body="AI-assisted: why")
    promise(world, "task.create", pat, "k", title="Call", dueDate="2026-12-01T15:00:00Z", completed=False)
    promise(world, "message.send", pat, "m", urgent=True, type="SMS", message="Hello Pat")
    promise(world, "contact.dnd", pat, "d", dnd=True, dndSettings={"SMS": {"status": "active"}})
    write_all(world.oakwood)
    assert {state for state, _ in states(world).values()} == {State.DONE}
    there = highlevel.about(pat)
    assert there["firstName"] == "Patricia"
    assert sorted(there["tags"]) == ["buyer", "hot"]
    assert [note["body"] for note in there["notes"]] == ["AI-assisted: why"]
    assert [task["title"] for task in there["tasks"]] == ["Call"]
    assert [one["body"] for one in there["messages"]] == ["Hello Pat"]
    assert there["dnd"] is True


def test_what_came_into_being_is_remembered_as_ours(world: World, highlevel: Remote, pat: str) -> None:
    promise(world, "message.send", pat, "m", type="SMS", message="Hello")
    promise(world, "note.create", pat, "n", body="why")
    write_all(world.oakwood)
    there = highlevel.about(pat)
    with scope(world.oakwood.pk):
        assert remembering.is_ours("message", there["messages"][0]["id"], contact_id=pat) is True
        assert remembering.is_ours("note", there["notes"][0]["id"], contact_id=pat) is True
        assert remembering.is_ours("message", "somebodyelses", contact_id=pat) is False


def test_while_a_message_is_on_its_way_nobody_knows_whether_an_echo_is_ours(
    world: World, highlevel: Remote, pat: str
) -> None:
    promise(world, "message.send", pat, "m", type="SMS", message="Hello")
    writing.claim(world.oakwood.pk)
    with scope(world.oakwood.pk):
        assert remembering.is_ours("message", "x", contact_id=pat) is None
        assert remembering.is_ours("message", "x", contact_id="another") is False
        assert remembering.is_ours("note", "x", contact_id=pat) is False


def test_a_key_is_written_once(world: World, highlevel: Remote, pat: str) -> None:
    first = promise(world, "note.create", pat, "n", body="why")
    assert promise(world, "note.create", pat, "n", body="another wording").pk == first.pk
    write_all(world.oakwood)
    assert promise(world, "note.create", pat, "n", body="again").state == State.DONE
    write_all(world.oakwood)
    assert len(highlevel.about(pat)["notes"]) == 1
    with pytest.raises(Conflict):
        promise(world, "task.create", pat, "n", title="x", dueDate="2026-12-01T15:00:00Z", completed=False)


def test_a_promise_is_part_of_the_transaction(world: World, highlevel: Remote, pat: str) -> None:
    with pytest.raises(ZeroDivisionError), scope(world.oakwood.pk):
        box.write("note.create", contact_id=pat, key="n", body="why")
        _ = 1 / 0
    assert outbox(world.oakwood) == []


def test_the_same_content_about_the_same_is_not_written_twice(world: World, highlevel: Remote, pat: str) -> None:
    promise(world, "note.create", pat, "1", about="plan:7", body="why")
    assert promise(world, "note.create", pat, "2", about="plan:7", body="why").reason == "same_content"
    promise(world, "note.create", pat, "3", about="plan:7", body="why, in other words")
    promise(world, "note.create", pat, "4", about="plan:7", body="why")
    promise(world, "note.create", pat, "5", about="plan:8", body="why")
    write_all(world.oakwood)
    assert len(highlevel.about(pat)["notes"]) == 4
    promise(world, "tags.add", pat, "6", about="understood", tags=["hot"])
    promise(world, "tags.remove", pat, "7", about="understood", tags=["hot"])
    assert promise(world, "tags.add", pat, "8", about="understood", tags=["hot"]).state == State.WAITING


def test_what_was_given_up_may_be_promised_again(world: World, highlevel: Remote, pat: str) -> None:
    highlevel.fault("status", "POST */notes", status=422, message="body must be shorter")
    promise(world, "note.create", pat, "1", about="plan:7", body="why")
    write_all(world.oakwood)
    assert states(world)["1"] == (State.DEAD, "unprocessable:body")
    assert promise(world, "note.create", pat, "2", about="plan:7", body="why").state == State.WAITING


def test_a_contacts_writes_are_made_in_their_order(world: World, highlevel: Remote, pat: str) -> None:
    highlevel.fault("status", "POST */notes", status=503)
    for number in range(5):
        promise(world, "note.create", pat, str(number), body=f"note {number}")
    other = str(highlevel.contact(firstName="Quinn", phone="+15125550124")["id"])
    promise(world, "note.create", other, "q", body="not held up")
    write_all(world.oakwood)
    assert [note["body"] for note in highlevel.about(other)["notes"]] == ["not held up"]
    assert highlevel.about(pat)["notes"] == []
    due_now(world.oakwood)
    write_all(world.oakwood)
    assert [note["body"] for note in highlevel.about(pat)["notes"]] == [f"note {n}" for n in range(5)]


def test_a_dead_write_holds_up_nobody(world: World, highlevel: Remote, pat: str) -> None:
    highlevel.fault("status", "POST */notes", status=400)
    promise(world, "note.create", pat, "1", body="refused")
    promise(world, "note.create", pat, "2", body="made")
    write_all(world.oakwood)
    assert states(world) == {"1": (State.DEAD, "refused"), "2": (State.DONE, "")}


def test_a_reply_does_not_wait_for_a_note_that_rests(world: World, highlevel: Remote, pat: str) -> None:
    highlevel.fault("status", "POST */notes", status=503)
    promise(world, "note.create", pat, "n", body="slow")
    write_all(world.oakwood)
    promise(world, "message.send", pat, "m", urgent=True, type="SMS", message="At once")
    write_all(world.oakwood)
    assert [one["body"] for one in highlevel.about(pat)["messages"]] == ["At once"]


@pytest.mark.parametrize("operation", ["note.create", "task.create", "contact.create"])
@pytest.mark.parametrize("fault", ["cut", "done_cut", "done_status", "garbage_json"])
def test_what_makes_something_is_made_once_whatever_happens_to_the_answer(
    world: World, highlevel: Remote, pat: str, operation: str, fault: str
) -> None:
    words = {
        "note.create": {"body": "why"},
        "task.create": {"title": "Call", "dueDate": "2026-12-01T15:00:00Z", "completed": False},
        "contact.create": {"firstName": "New", "phone": "+15125550199"},
    }[operation]
    highlevel.fault(fault, "POST /contacts/*", status=502)
    promise(world, operation, "" if operation == "contact.create" else pat, "1", **words)
    for _ in range(3):
        write_all(world.oakwood)
        due_now(world.oakwood)
    assert states(world)["1"] == (State.DONE, "")
    there = highlevel.about(pat)
    assert len(there["notes"]) == (operation == "note.create")
    assert len(there["tasks"]) == (operation == "task.create")
    assert outbox(world.oakwood)[0].answer["id"]


@pytest.mark.parametrize("fault", ["done_cut", "done_status", "cut", "garbage_json"])
def test_a_message_is_never_sent_twice(world: World, highlevel: Remote, pat: str, fault: str) -> None:
    """Found in the conversation it is done; not found it is given up: nobody can know, and nobody is written to twice."""
    highlevel.fault(fault, "POST /conversations/messages", status=502)
    promise(world, "message.send", pat, "1", urgent=True, type="SMS", message="Shall we meet?")
    write_all(world.oakwood)
    done = fault != "cut"
    if done:
        until(lambda: bool(highlevel.about(pat)["messages"]))
        _searchable(world, pat)
    due_now(world.oakwood)
    write_all(world.oakwood)
    due_now(world.oakwood)
    write_all(world.oakwood)
    sent = highlevel.asked("POST", "/conversations/messages")
    assert len(sent) == 1
    expected = (State.DONE, "") if done else (State.DEAD, "unknown_whether_sent")
    assert states(world)["1"] == expected
    assert len(highlevel.about(pat)["messages"]) == done


def _searchable(world: World, contact: str) -> None:
    from tests.ghl.lines import line

    until(lambda: bool(line(world.oakwood).call("conversation.search", contact_id=contact)["conversations"]))


def test_a_worker_that_died_after_sending_left_nothing_to_send(world: World, highlevel: Remote, pat: str) -> None:
    promise(world, "message.send", pat, "m", type="SMS", message="Hello")
    promise(world, "note.create", pat, "n", body="why")
    write_all(world.oakwood)
    _searchable(world, pat)
    with scope(world.oakwood.pk):
        Written.objects.all().delete()
    crash(world, "m")
    crash(world, "n")
    write_all(world.oakwood)
    there = highlevel.about(pat)
    assert len(there["messages"]) == len(there["notes"]) == 1
    assert set(states(world).values()) == {(State.DONE, "")}
    with scope(world.oakwood.pk):
        assert remembering.is_ours("message", there["messages"][0]["id"]) is True


def test_a_worker_that_died_before_sending_is_not_believed_for_messages(
    world: World, highlevel: Remote, pat: str
) -> None:
    promise(world, "message.send", pat, "m", type="SMS", message="Hello")
    promise(world, "note.create", pat, "n", body="why")
    crash(world, "m")
    crash(world, "n")
    write_all(world.oakwood)
    there = highlevel.about(pat)
    assert (len(there["messages"]), len(there["notes"])) == (0, 1)
    assert states(world) == {"m": (State.DEAD, "unknown_whether_sent"), "n": (State.DONE, "")}


def test_nobody_else_takes_a_call_that_is_in_somebodys_hands(world: World, highlevel: Remote, pat: str) -> None:
    promise(world, "note.create", pat, "1", body="a")
    promise(world, "note.create", pat, "2", body="b")
    taken = writing.claim(world.oakwood.pk)
    assert taken is not None
    assert taken[0].key == "1"
    assert writing.claim(world.oakwood.pk) is None
    assert write_all(world.oakwood) == 0


def test_three_workers_make_everything_once_and_in_order(world: World, highlevel: Remote, pat: str) -> None:
    people = [pat, *(str(highlevel.contact(firstName="P", phone=f"+1512555020{n}")["id"]) for n in range(4))]
    with scope(world.oakwood.pk):
        for number in range(6):
            for person in people:
                box.write("note.create", contact_id=person, key=f"{person}-{number}", body=f"note {number}")
    with crowd(3, "write", tenant=world.oakwood, sandbox=highlevel, times=3) as children:
        begin(children)
        assert ended_well(children)
    write_all(world.oakwood)
    for person in people:
        assert [note["body"] for note in highlevel.about(person)["notes"]] == [f"note {n}" for n in range(6)]
    assert highlevel.rates["loc-oakwood"]["most"] <= 80


def test_whoever_is_told_shares_the_transaction_and_cannot_undo_what_is_done(
    world: World, highlevel: Remote, pat: str, tables: Any
) -> None:
    told: list[tuple[str, str]] = []

    def listen(call: OutboundCall) -> None:
        told.append((call.key, call.state))
        assert Written.objects.filter(remote_id=call.answer["id"]).exists()
        if call.key == "2":
            raise ZeroDivisionError

    tables.SETTLED["note.create"] = listen
    promise(world, "note.create", pat, "1", body="a")
    promise(world, "note.create", pat, "2", body="b")
    write_all(world.oakwood)
    assert told == [("1", "done"), ("2", "done")]
    assert states(world)["2"] == (State.DONE, "settled_badly:ZeroDivisionError")


def test_what_may_not_be_made_any_more_is_not_made(world: World, highlevel: Remote, pat: str, tables: Any) -> None:
    tables.STILL["message.send"] = lambda call: "opted_out" if call.key == "1" else ""
    promise(world, "message.send", pat, "1", type="SMS", message="a")
    promise(world, "message.send", pat, "2", type="SMS", message="b")
    write_all(world.oakwood)
    assert states(world) == {"1": (State.DEAD, "opted_out"), "2": (State.DONE, "")}

    def broken(call: OutboundCall) -> str:
        raise ZeroDivisionError

    tables.STILL["message.send"] = broken
    promise(world, "message.send", pat, "3", type="SMS", message="c")
    write_all(world.oakwood)
    assert states(world)["3"] == (State.WAITING, "could_not_ask_whether_still")
    assert [one["body"] for one in highlevel.about(pat)["messages"]] == ["b"]


def test_a_reply_that_waited_too_long_is_no_reply(world: World, highlevel: Remote, pat: str) -> None:
    promise(world, "message.send", pat, "1", type="SMS", message="In five minutes?")
    with scope(world.oakwood.pk):
        OutboundCall.objects.update(created_at=now() - timedelta(hours=2))
    write_all(world.oakwood)
    assert states(world)["1"] == (State.DEAD, "too_late")
    with scope(world.oakwood.pk):
        assert box.requeue(outbox(world.oakwood)[0].pk) == 1
    write_all(world.oakwood)
    assert states(world)["1"] == (State.DONE, "")


def test_a_connection_that_must_be_renewed_keeps_its_writes(world: World, highlevel: Remote, pat: str) -> None:
    promise(world, "note.create", pat, "1", body="a")
    with scope(world.oakwood.pk):
        Connection.objects.update(standing=Standing.NEEDS_REAUTH)
    write_all(world.oakwood)
    (call,) = outbox(world.oakwood)
    assert (call.state, call.reason, call.attempts) == (State.WAITING, "not_connected:needs_reauth", 0)
    with scope(world.oakwood.pk):
        Connection.objects.update(standing=Standing.ACTIVE)
    due_now(world.oakwood)
    write_all(world.oakwood)
    assert states(world)["1"] == (State.DONE, "")


def test_without_a_connection_nothing_is_kept_for_later(world: World, highlevel: Remote, tables: Any) -> None:
    call = promise(world, "note.create", "c1", "1", body="a")
    assert (call.state, call.reason) == (State.IGNORED, "not_connected")


def test_it_is_given_up_after_many_tries(world: World, highlevel: Remote, pat: str) -> None:
    highlevel.fault("status", "PUT /contacts/*", times=-1, status=500)
    promise(world, "contact.update", pat, "1", firstName="P")
    for _ in range(settling.MOST_ATTEMPTS):
        write_all(world.oakwood)
        due_now(world.oakwood)
    highlevel.no_faults()
    assert states(world)["1"] == (State.DEAD, "gave_up:server_fault")
    assert settling.rest_after(30) < timedelta(minutes=40)


def test_a_contact_that_was_made_although_it_was_refused_is_found(world: World, highlevel: Remote, pat: str) -> None:
    highlevel.fault("done_status", "POST /contacts/", status=422)
    promise(world, "contact.create", "", "1", firstName="New", phone="+15125550188")
    write_all(world.oakwood)
    assert states(world)["1"] == (State.DONE, "")
    promise(world, "contact.create", "", "2", firstName="Again", phone="+15125550188")
    write_all(world.oakwood)
    first, second = outbox(world.oakwood)
    assert first.answer == second.answer


def test_dead_writes_are_tried_again_one_or_all_and_that_is_on_record(
    world: World, highlevel: Remote, pat: str
) -> None:
    highlevel.fault("status", "POST */notes", times=3, status=400)
    for number in range(3):
        promise(world, "note.create", pat, str(number), body=f"note {number}")
    promise(world, "message.send", pat, "m", type="SMS", message="Hello")
    crash(world, "m")
    write_all(world.oakwood)
    assert {state for state, _ in states(world).values()} == {State.DEAD}
    ids = {call.key: call.pk for call in outbox(world.oakwood)}
    with scope(world.oakwood.pk):
        assert box.requeue(ids["1"]) == 1
        with pytest.raises(NotFound):
            box.requeue(ids["1"])
        assert box.requeue() == 2, "a message of which nobody knows is not among all"
        assert AuditEvent.objects.filter(verb="highlevel.requeue").count() == 2
    write_all(world.oakwood)
    assert len(highlevel.about(pat)["notes"]) == 3
    assert highlevel.about(pat)["messages"] == []
    with scope(world.oakwood.pk):
        assert box.requeue(ids["m"]) == 1, "somebody has decided it"
    write_all(world.oakwood)
    assert len(highlevel.about(pat)["messages"]) == 1


def test_an_old_write_does_not_undo_a_newer_one(world: World, highlevel: Remote, pat: str) -> None:
    highlevel.fault("status", "PUT /contacts/*", status=400)
    promise(world, "contact.update", pat, "1", about="fields", firstName="Old")
    write_all(world.oakwood)
    promise(world, "contact.update", pat, "2", about="fields", firstName="New")
    write_all(world.oakwood)
    with scope(world.oakwood.pk):
        assert box.requeue() == 0
    assert states(world)["1"] == (State.IGNORED, "superseded")
    assert highlevel.about(pat)["firstName"] == "New"


def test_words_are_cut_to_size_and_messages_never_are(world: World, highlevel: Remote, pat: str) -> None:
    note = promise(world, "note.create", pat, "1", body="x" * 9_000 + "\x00")
    assert len(note.arguments["body"]) == 5_000
    assert note.arguments["body"].endswith("[…]")
    for wrong in (
        {"operation": "message.send", "type": "SMS", "message": "x" * 5_001},
        {"operation": "tags.add", "tags": ["a"] * 0},
        {"operation": "tags.add", "tags": [str(n) for n in range(51)]},
        {"operation": "contact.update", "customFields": [{"id": str(n), "field_value": "x" * 2000} for n in range(99)]},
        {"operation": "contact.get"},
        {"operation": "contact.destroy"},
    ):
        with pytest.raises(Invalid):
            promise(world, wrong.pop("operation"), pat, "2", **wrong)  # type: ignore[arg-type]
    assert len(outbox(world.oakwood)) == 1


@pytest.mark.parametrize("operation", ["message.send", "note.create"])
def test_a_worker_that_is_killed_while_highlevel_answers_makes_nothing_twice(
    world: World, highlevel: Remote, pat: str, operation: str
) -> None:
    words = {"type": "SMS", "message": "Hello"} if operation == "message.send" else {"body": "why"}
    promise(world, operation, pat, "1", **words)
    highlevel.fault("delay", "POST *", seconds=2)
    with crowd(1, "write", tenant=world.oakwood, sandbox=highlevel, times=1) as children:
        begin(children)
        until(lambda: any(row["method"] == "POST" for row in highlevel.requests), within=60)
        children[0].kill()
        children[0].wait()
    until(lambda: bool(highlevel.about(pat)["messages" if operation == "message.send" else "notes"]))
    if operation == "message.send":
        _searchable(world, pat)
    assert write_all(world.oakwood) == 0, "its lease is not over"
    due_now(world.oakwood)
    write_all(world.oakwood)
    assert states(world)["1"] == (State.DONE, "")
    there = highlevel.about(pat)
    assert len(there["messages"]) + len(there["notes"]) == 1


def test_a_renewal_in_doubt_says_nothing_about_the_message_behind_it(
    world: World, highlevel: Remote, tables: Any
) -> None:
    installed(world.oakwood, highlevel)
    pat = str(highlevel.contact(firstName="Pat", phone="+15125550123")["id"])
    highlevel.expire()
    highlevel.fault("cut", "POST /oauth/token", times=2)
    promise(world, "message.send", pat, "1", type="SMS", message="Hello")
    write_all(world.oakwood)
    (call,) = outbox(world.oakwood)
    assert (call.state, call.reason, call.begun_at) == (State.WAITING, "unreachable:renewal", None)
    due_now(world.oakwood)
    write_all(world.oakwood)
    assert states(world)["1"] == (State.DONE, "")
    assert len(highlevel.about(pat)["messages"]) == 1


def test_the_same_words_of_an_earlier_message_are_not_taken_for_the_later_one(
    world: World, highlevel: Remote, pat: str
) -> None:
    promise(world, "message.send", pat, "1", type="SMS", message="Ok!")
    write_all(world.oakwood)
    _searchable(world, pat)
    promise(world, "message.send", pat, "2", type="SMS", message="Ok!")
    crash(world, "2")
    write_all(world.oakwood)
    assert states(world)["2"] == (State.DEAD, "unknown_whether_sent")


def test_an_echo_that_comes_in_the_moment_in_which_its_send_is_settled_is_ours(
    world: World, highlevel: Remote, pat: str
) -> None:
    """Whether it is ours takes two questions; the send is settled between them."""
    tenant = world.oakwood.pk
    promise(world, "message.send", pat, "m", type="SMS", message="Hello")
    claimed = writing.claim(tenant)
    assert claimed is not None
    answer = line(world.oakwood).call("message.send", **box.arguments_of(claimed[0]))
    settled: list[Thread] = []

    def settle() -> None:
        with scope(tenant):
            settling.done(claimed[0], answer)
        connection.close()

    def between(execute: Any, *question: Any) -> Any:
        found = execute(*question)
        if not settled:
            settled.append(Thread(target=settle))
            settled[0].start()
            settled[0].join()
        return found

    with scope(tenant), connection.execute_wrapper(between):
        assert remembering.is_ours("message", answer["messageId"], contact_id=pat) is True
