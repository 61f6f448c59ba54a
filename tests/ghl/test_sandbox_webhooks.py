"""Does the sandbox tell what happens in it as HighLevel does: signed, in its envelope, and again when it failed?"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from enterprisehub.ghl.sandbox import retries
from enterprisehub.ghl.sandbox.keys import Signer
from enterprisehub.ghl.sandbox.remote import Remote
from tests.ghl.caller import HERE, Caller
from tests.ghl.receiver import Receiver, receiving


@pytest.fixture
def told(sandbox: Remote) -> Iterator[Receiver]:
    """Whoever is told; the retries are compressed to some milliseconds."""
    with receiving() as receiver:
        sandbox.set(webhook_url=receiver.url, compress=1_000_000)
        yield receiver
        sandbox.reset()


@pytest.fixture
def pat(sandbox: Remote) -> str:
    return str(sandbox.contact(firstName="Pat", email="pat@example.com", phone="+15125550142")["id"])


def of(told: Receiver, kind: str) -> dict[str, Any]:
    """The newest event of this type."""
    return next(one.body for one in reversed(told.told) if one.body["type"] == kind)


def test_an_event_is_signed_over_its_raw_bytes(sandbox: Remote, told: Receiver, pat: str) -> None:
    sandbox.say(pat, "¿Está disponible? 🏡")
    sandbox.settled()
    delivery = told.told[-1]
    assert delivery.is_signed_by(sandbox.public_key)
    assert "¿Está disponible? 🏡".encode() in delivery.raw
    assert not delivery.is_signed_by(Signer().public_pem)
    assert delivery.headers["user-agent"].startswith("axios/")


def test_the_envelope_is_flat(sandbox: Remote, told: Receiver, pat: str) -> None:
    sandbox.settled()
    body = told.told[0].body
    assert list(body)[:4] == ["type", "locationId", "versionId", "appId"]
    assert list(body)[-2:] == ["timestamp", "webhookId"]
    assert (body["type"], body["locationId"], body["id"]) == ("ContactCreate", HERE, pat)
    assert body["appId"] == sandbox.app["client_id"].partition("-")[0]
    assert UUID(body["webhookId"])
    assert body["timestamp"].endswith("Z")
    assert datetime.fromisoformat(body["timestamp"]).tzinfo


@pytest.mark.parametrize(("sign", "header"), [("none", None), ("n/a", "N/A")])
def test_a_delivery_may_come_without_a_signature(
    sandbox: Remote, told: Receiver, sign: str, header: str | None
) -> None:
    sandbox.set(sign=sign)
    sandbox.event("ContactCreate")
    sandbox.settled()
    assert told.told[0].headers.get("x-ghl-signature") == header


def test_a_delivery_may_be_signed_wrongly(sandbox: Remote, told: Receiver) -> None:
    sandbox.set(sign="bad")
    sandbox.event("ContactCreate")
    sandbox.settled()
    assert not told.told[0].is_signed_by(sandbox.public_key)


def test_what_happens_to_a_contact_is_told(sandbox: Remote, told: Receiver, pat: str) -> None:
    sandbox.change_contact(pat, lastName="Doyle")
    sandbox.change_contact(pat, tags=["hot"])
    sandbox.change_contact(pat, dndSettings={"SMS": {"status": "active", "message": "asked", "code": "1"}})
    sandbox.change_contact(pat, lastName="Doyle")
    sandbox.note(pat, "Wants a yard")
    task = sandbox.task(pat, "Call Pat")["id"]
    sandbox.change_task(task, completed=True)
    sandbox.delete_contact(pat)
    sandbox.settled()
    assert told.types() == [
        "ContactCreate", "ContactUpdate", "ContactTagUpdate", "ContactDndUpdate", "NoteCreate", "TaskCreate",
        "TaskComplete", "ContactDelete",
    ]  # fmt: skip
    assert of(told, "ContactDndUpdate")["dndSettings"]["SMS"]["status"] == "active"
    assert of(told, "ContactTagUpdate")["tags"] == ["hot"]
    note = of(told, "NoteCreate")
    assert {"id", "body", "contactId", "dateAdded"} < set(note)


def test_the_event_of_a_task_has_no_contact_in_reality_and_one_in_the_documentation(
    sandbox: Remote, told: Receiver, pat: str
) -> None:
    sandbox.task(pat, "Call Pat", body="about the yard")
    sandbox.settled()
    assert not {"contactId", "body"} & set(of(told, "TaskCreate"))
    sandbox.set(documented=True)
    sandbox.task(pat, "Call Pat", body="about the yard")
    sandbox.settled()
    assert of(told, "TaskCreate")["contactId"] == pat


@pytest.mark.parametrize(
    ("medium", "kind", "number"),
    [
        ("sms", "SMS", 2), ("chat", "Live_Chat", 29), ("facebook", "FB", 11), ("instagram", "IG", 18),
        ("whatsapp", "WhatsApp", 19), ("call", "CALL", 1), ("voicemail", "CALL", 10),
    ],
)  # fmt: skip
def test_a_prospect_writes_in_every_medium(
    sandbox: Remote, told: Receiver, pat: str, medium: str, kind: str, number: int
) -> None:
    sandbox.say(pat, "Is it still available?", medium=medium)
    sandbox.settled()
    body = of(told, "InboundMessage")
    assert (body["messageType"], body["messageTypeId"], body["direction"]) == (kind, number, "inbound")
    assert ("body" in body) is (kind != "CALL")


def test_an_email_has_no_message_id_but_its_own(sandbox: Remote, told: Receiver, pat: str) -> None:
    sandbox.say(pat, "<p>Hello</p>", medium="email", subject="The house on Mill Pond Road")
    sandbox.settled()
    body = of(told, "InboundMessage")
    assert "messageId" not in body
    assert body["emailMessageId"]
    assert (body["from"], body["subject"]) == ("Pat <pat@example.com>", "The house on Mill Pond Road")


def test_a_text_may_come_without_its_id(sandbox: Remote, told: Receiver, pat: str) -> None:
    sandbox.set(message_ids=False)
    sandbox.say(pat, "Hello")
    sandbox.settled()
    assert "messageId" not in of(told, "InboundMessage")


def test_our_own_message_comes_back(sandbox: Remote, told: Receiver, pat: str, call: Caller) -> None:
    sandbox.set(webhook_url=told.url)
    key = sandbox.contact(firstName="Ana", phone="+15125550143")["id"]
    sent = call("POST", "/conversations/messages", {"type": "SMS", "contactId": key, "message": "Hello"}).json()
    sandbox.settled()
    body = of(told, "OutboundMessage")
    assert (body["messageId"], body["source"], body["direction"]) == (sent["messageId"], "api", "outbound")


def test_an_agent_who_writes_in_highlevel_is_told_as_one(sandbox: Remote, told: Receiver, pat: str) -> None:
    sandbox.answer(pat, "See you at ten")
    sandbox.answer(pat, "Do not forget the keys", medium="comment")
    sandbox.settled()
    text, comment = [one.body for one in told.told[-2:]]
    assert (text["source"], text["userId"]) == ("app", f"{HERE}-user-1")
    assert comment["messageType"] == "InternalComment"


def test_one_change_of_an_opportunity_is_told_more_than_once(sandbox: Remote, told: Receiver, pat: str) -> None:
    key = sandbox.opportunity(pat)["id"]
    sandbox.change_opportunity(key, pipelineStageId=f"{HERE}-stage-3", monetaryValue=410_000)
    sandbox.settled()
    assert Counter(told.types()) == {
        "ContactCreate": 1, "OpportunityCreate": 1, "OpportunityUpdate": 1, "OpportunityStageUpdate": 1,
        "OpportunityMonetaryValueUpdate": 1,
    }  # fmt: skip


def test_an_appointment_is_nested(sandbox: Remote, told: Receiver, pat: str) -> None:
    key = sandbox.appointment(pat, "2026-12-01T10:00:00-05:00")["id"]
    sandbox.change_appointment(key, appointmentStatus="cancelled")
    sandbox.settled()
    assert of(told, "AppointmentCreate")["appointment"]["contactId"] == pat
    assert of(told, "AppointmentUpdate")["appointment"]["appointmentStatus"] == "cancelled"


def test_install_and_uninstall_are_told_and_then_there_is_silence(sandbox: Remote, told: Receiver) -> None:
    sandbox.install()
    sandbox.uninstall()
    sandbox.contact(firstName="Pat")
    sandbox.settled()
    assert told.types() == ["INSTALL", "UNINSTALL"]
    assert told.told[0].body["installType"] == "Location"


@pytest.mark.parametrize("after", [0.0, 0.2])
def test_install_may_come_before_or_after_the_code(sandbox: Remote, told: Receiver, after: float) -> None:
    sandbox.set(install_after=after)
    app = Caller(sandbox)
    code = app.code()
    if after:
        assert told.types() == []
    else:
        sandbox.settled()
        assert told.types() == ["INSTALL"]
    assert app.exchange("authorization_code", code=code).status_code == 200
    sandbox.settled()
    assert told.types() == ["INSTALL"]


def test_any_failure_is_tried_again_with_the_same_bytes(sandbox: Remote, told: Receiver) -> None:
    told.statuses.extend([500, 404, 302, 0, 429])
    sandbox.event("ContactCreate")
    sandbox.settled()
    (delivery,) = sandbox.deliveries
    assert [one["status"] for one in delivery["attempts"]] == [500, 404, 302, 0, 429, 200]
    assert delivery["state"] == "delivered"
    assert len({one.raw for one in told.told}) == 1


def test_the_newer_policy_gives_up_after_twelve_retries(sandbox: Remote, told: Receiver) -> None:
    told.statuses.extend([503] * 50)
    sandbox.event("ContactCreate")
    sandbox.settled()
    assert len(told.told) == 13
    assert sandbox.deliveries[0]["state"] == "given up"


@pytest.mark.parametrize(("status", "tries"), [(429, 7), (500, 1), (404, 1), (0, 1)])
def test_the_older_policy_tries_again_only_after_429(sandbox: Remote, told: Receiver, status: int, tries: int) -> None:
    sandbox.set(retry="429")
    told.statuses.extend([status] * 50)
    sandbox.event("ContactCreate")
    sandbox.settled()
    assert len(told.told) == tries


def test_the_waits_are_those_that_were_published() -> None:
    dice = random.Random(1)
    assert [retries.wait("429", tried, dice=dice) for tried in range(1, 7)] == [600.0] * 6
    waits = [retries.wait("any", tried, dice=dice) for tried in range(1, 13)]
    assert all(0.75 * 60 * 2**n <= wait <= 1.25 * 60 * 2**n for n, wait in enumerate(waits[:8]))
    assert max(waits) <= 1.25 * retries.LONGEST


def test_a_receiver_that_is_down_is_tried_again(sandbox: Remote) -> None:
    sandbox.set(webhook_url="http://127.0.0.1:9/nobody/", compress=1_000_000)
    sandbox.event("ContactCreate")
    sandbox.settled()
    (delivery,) = sandbox.deliveries
    assert (len(delivery["attempts"]), delivery["attempts"][0]["trouble"]) == (13, "ConnectError")


def test_events_can_come_twice(sandbox: Remote, told: Receiver) -> None:
    sandbox.set(duplicates=1)
    sandbox.event("ContactCreate")
    sandbox.settled()
    assert [one.body["webhookId"] for one in told.told] == [sandbox.deliveries[0]["webhookId"]] * 2


def test_events_can_be_lost(sandbox: Remote, told: Receiver, pat: str) -> None:
    sandbox.settled()
    sandbox.set(losses=1)
    sandbox.say(pat, "Hello")
    sandbox.settled()
    assert told.types() == ["ContactCreate"]
    assert sandbox.deliveries[-1]["state"] == "lost"
    assert sandbox.about(pat)["messages"][0]["body"] == "Hello"


def test_events_can_come_in_any_order(sandbox: Remote, told: Receiver) -> None:
    sandbox.set(shuffle=0.3)
    kinds = [f"Kind{number}" for number in range(20)]
    for kind in kinds:
        sandbox.event(kind, subject="pat")
    sandbox.settled()
    assert sorted(told.types()) == sorted(kinds)
    assert told.types() != kinds


def test_events_of_one_contact_come_in_order_when_nothing_is_chosen(sandbox: Remote, told: Receiver) -> None:
    kinds = [f"Kind{number}" for number in range(30)]
    for kind in kinds:
        sandbox.event(kind, subject="pat")
    sandbox.settled()
    assert told.types() == kinds


def test_events_can_be_held_and_let_go(sandbox: Remote, told: Receiver, pat: str) -> None:
    sandbox.settled()
    sandbox.set(hold=True)
    sandbox.say(pat, "Hello")
    told.until(lambda: sandbox.deliveries[-1]["state"] == "held")
    assert told.types() == ["ContactCreate"]
    sandbox.set(hold=False)
    sandbox.settled()
    assert told.types() == ["ContactCreate", "InboundMessage"]


def test_an_event_can_be_sent_again_from_the_dashboard(sandbox: Remote, told: Receiver, pat: str) -> None:
    sandbox.settled()
    sandbox.resend(sandbox.deliveries[0]["webhookId"])
    sandbox.settled()
    assert told.told[0].raw == told.told[1].raw


def test_an_event_that_nobody_knows_can_be_told(sandbox: Remote, told: Receiver) -> None:
    sandbox.event("RocketLaunch", location="nowhere", fields={"altitude": 3})
    sandbox.settled()
    assert (told.told[0].body["locationId"], told.told[0].body["altitude"]) == ("nowhere", 3)


def test_a_key_of_a_file_stays_the_same(tmp_path: Path) -> None:
    place = tmp_path / "key.pem"
    assert Signer.of_file(place).public_pem == Signer.of_file(place).public_pem
    assert place.stat().st_mode & 0o777 == 0o600
