"""Does the line to HighLevel ask at the right pace, try again what may be, and say in our words what was refused?"""

from __future__ import annotations

import socket
from typing import Any

import pytest

from enterprisehub.ghl import pace, wire
from enterprisehub.ghl.models import Connection, Standing
from enterprisehub.ghl.refusals import (
    Busy,
    DaySpent,
    Missing,
    NotConnected,
    Paced,
    ScopeMissing,
    ServerFault,
    Unanswered,
    Unprocessable,
    Unreachable,
    WrongKindOfToken,
    WrongLocation,
)
from enterprisehub.ghl.sandbox.remote import Remote
from enterprisehub.tenants.scope import scope
from tests.ghl.crowd import begin, crowd, ended_well
from tests.ghl.lines import COMPANY, line, private, until
from tests.world import World


def standing(world: World) -> tuple[str, str]:
    with scope(world.oakwood.pk):
        row = Connection.objects.get()
    return row.standing, row.trouble


def test_every_question_that_we_ask_is_answered(world: World, highlevel: Remote) -> None:
    private(world.oakwood, highlevel)
    contact = highlevel.contact(firstName="Pat", phone="+15125550123")["id"]
    client = line(world.oakwood)
    said = highlevel.say(contact, "Is the house still there?")
    highlevel.note(contact, "A note")
    highlevel.task(contact, "Call back")
    highlevel.opportunity(contact)
    assert client.call("contact.get", contact_id=contact)["contact"]["firstName"] == "Pat"
    assert client.call("contact.duplicate", number="+15125550123")["contact"]["id"] == contact
    until(lambda: bool(client.call("contact.search", pageLimit=5, query="Pat")["contacts"]))
    until(lambda: bool(client.call("conversation.search", contact_id=contact)["conversations"]))
    talk = client.call("conversation.search", contact_id=contact)["conversations"][0]["id"]
    assert client.call("message.list", conversation_id=talk)["messages"]["messages"][0]["id"] == said["id"]
    assert client.call("message.get", message_id=said["id"])["message"]["body"] == "Is the house still there?"
    assert client.call("note.list", contact_id=contact)["notes"][0]["body"] == "A note"
    assert client.call("task.list", contact_id=contact)["tasks"][0]["title"] == "Call back"
    assert client.call("opportunity.search", contact_id=contact)["opportunities"]
    assert client.call("pipeline.list")["pipelines"][0]["name"] == "Buyers"
    assert client.call("field.list", model="contact")["customFields"]
    assert {user["firstName"] for user in client.call("user.search")["users"]} == {"Alice", "Bob"}
    assert client.call("calendar.list")["calendars"]
    assert client.call("appointment.list", contact_id=contact)["events"] == []


def test_a_question_is_asked_again_when_that_may_help(world: World, highlevel: Remote) -> None:
    private(world.oakwood, highlevel)
    for kind in ("status", "cut", "half", "garbage", "garbage_json"):
        highlevel.fault(kind, "GET /locations/*", times=1)
        assert line(world.oakwood).call("location.get")["location"]["id"] == "loc-oakwood", kind


def test_a_question_is_asked_three_times_and_no_more(world: World, highlevel: Remote) -> None:
    private(world.oakwood, highlevel)
    highlevel.fault("status", "GET /locations/*", times=-1, status=503)
    with pytest.raises(ServerFault):
        line(world.oakwood).call("location.get")
    assert len(highlevel.asked("GET", "/locations/")) == 3
    highlevel.no_faults()


def test_a_write_is_asked_once(world: World, highlevel: Remote) -> None:
    private(world.oakwood, highlevel)
    contact = highlevel.contact(firstName="Pat", phone="+15125550123")["id"]
    highlevel.fault("done_cut", "POST /contacts/*/notes")
    with pytest.raises(Unanswered):
        line(world.oakwood).call("note.create", contact_id=contact, body="once")
    assert len(highlevel.asked("POST", f"/contacts/{contact}/notes")) == 1


def test_what_is_not_there_is_missing(world: World, highlevel: Remote) -> None:
    private(world.oakwood, highlevel)
    with pytest.raises(Missing):
        line(world.oakwood).call("contact.get", contact_id="nobody00000000000000")
    assert len(highlevel.asked("GET", "/contacts/")) == 1


def test_a_missing_scope_is_shown_and_does_not_end_the_connection(world: World, highlevel: Remote) -> None:
    private(world.oakwood, highlevel, scopes=["locations.readonly"])
    with pytest.raises(ScopeMissing):
        line(world.oakwood).call("pipeline.list")
    assert standing(world) == (Standing.ACTIVE, "scope_missing")
    line(world.oakwood).call("location.get")


def test_an_agencys_token_is_told_apart(world: World, highlevel: Remote) -> None:
    private(world.oakwood, highlevel, company=COMPANY)
    with pytest.raises((WrongKindOfToken, ScopeMissing)):
        line(world.oakwood).call("contact.get", contact_id="c1")


def test_another_locations_token_is_an_alarm_and_ends_the_connection(world: World, highlevel: Remote) -> None:
    highlevel.location("loc-elm")
    private(world.oakwood, highlevel, location="loc-elm")
    with pytest.raises(WrongLocation):
        line(world.oakwood).call("location.get")
    assert standing(world) == (Standing.NEEDS_REAUTH, "wrong_location")
    with pytest.raises(NotConnected):
        line(world.oakwood)


def test_nobody_there_means_that_nothing_was_sent(world: World, highlevel: Remote, settings: Any) -> None:
    private(world.oakwood, highlevel)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.GHL_API_BASE = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(Unreachable):
            line(world.oakwood).call("note.create", contact_id="c1", body="x")
    assert not Unreachable.reached


def test_a_token_is_never_carried_to_another_host(world: World, highlevel: Remote) -> None:
    private(world.oakwood, highlevel)
    highlevel.fault("status", "GET /locations/*", status=302)
    assert wire._http(1).follow_redirects is False
    assert line(world.oakwood).call("location.get")["location"]


def test_a_fork_gets_a_pool_of_its_own() -> None:
    assert wire._http(1) is wire._http(1)
    assert wire._http(1) is not wire._http(2)
    wire._http.cache_clear()


def test_too_many_is_waited_for_and_the_day_is_not(world: World, highlevel: Remote) -> None:
    private(world.oakwood, highlevel)
    highlevel.set(rate_max=3, rate_seconds=1)
    client = line(world.oakwood)
    for _ in range(3):
        client.call("location.get")
    highlevel.set(daily_max=1)
    with pytest.raises((DaySpent, Paced)):
        client.call("location.get")
    with pytest.raises(Paced) as told:
        client.call("location.get")
    assert told.value.wait > 60
    assert pace.headroom(world.oakwood.pk).day_left == 0


def test_a_contact_in_words_that_highlevel_refuses(world: World, highlevel: Remote) -> None:
    private(world.oakwood, highlevel)
    highlevel.fault("status", "POST /contacts/upsert", status=422, message="email pat@example.com must be an email")
    with pytest.raises(Unprocessable) as told:
        line(world.oakwood).call("contact.upsert", email="pat@example.com")
    assert "pat@" not in str(told.value)


def test_three_processes_together_never_go_beyond_the_limit(world: World, highlevel: Remote) -> None:
    private(world.oakwood, highlevel)
    with crowd(3, "ask", tenant=world.oakwood, sandbox=highlevel, times=50) as children:
        begin(children)
        assert ended_well(children)
    rates = highlevel.rates["loc-oakwood"]
    assert rates["most"] <= 80
    assert rates["refused"] == 0
    assert rates["today"] == 150


def test_busy_is_something_that_passes() -> None:
    assert Busy.again
    assert not Busy.reached
