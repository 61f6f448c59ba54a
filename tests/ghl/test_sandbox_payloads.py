"""Do the sandbox's events have the keys of those that HighLevel shows and really sends?"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from enterprisehub.ghl.sandbox.remote import Remote
from tests.ghl.caller import HERE, Caller
from tests.ghl.contract import folder, needs_contract

pytestmark = needs_contract

# What samples show and an event may lack: nobody filled it in, or it belongs to another way to send.
OPTIONAL = {
    "address1", "city", "state", "companyName", "country", "source", "dateOfBirth", "postalCode", "website",
    "assignedTo", "attachments", "phoneLabel", "conversationProviderId", "chatWidgetId", "inboundDndSettings",
    "mentions", "trial", "planId", "userId", "lastName", "email", "phone", "messageId", "notes",
}  # fmt: skip
# Missing in reality, whatever the samples show.
NOT_REALLY = {"TaskCreate": {"contactId", "body"}, "TaskComplete": {"contactId", "body"}}
# Not in the samples of the same medium, but in those of another one or in what was really sent.
SEEN = {"from", "to", "source", "messageId", "userId", "contentType", "installType"}


@cache
def samples() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    place = folder()
    assert place is not None
    for path in sorted((place / "payloads" / "synth-enveloped").glob("*.json")):
        body = json.loads(path.read_text("utf-8"))
        found.setdefault(_kind(body), []).append(body)
    return found


def _kind(body: dict[str, Any]) -> str:
    return " ".join(filter(None, (body["type"], body.get("messageType"), body.get("messageTypeString"))))


@pytest.fixture
def events(sandbox: Remote, call: Caller) -> list[dict[str, Any]]:
    """One of everything."""
    sandbox.install()
    pat = str(sandbox.contact(firstName="Pat", lastName="Doyle", phone="+15125550142", email="pat@example.com")["id"])
    sandbox.change_contact(pat, city="Austin")
    sandbox.change_contact(pat, tags=["hot"])
    sandbox.change_contact(pat, dndSettings={"FB": {"status": "active"}})
    for medium in ("sms", "email", "call", "voicemail"):
        sandbox.say(pat, "Hello", medium=medium)
        sandbox.answer(pat, "Hello", medium=medium)
    sandbox.answer(pat, "Call her", medium="comment")
    sandbox.note(pat, "Wants a yard")
    sandbox.change_task(sandbox.task(pat, "Call Pat", assignedTo=f"{HERE}-user-1")["id"], completed=True)
    deal = sandbox.opportunity(pat)["id"]
    change = {
        "pipelineStageId": f"{HERE}-stage-2",
        "monetaryValue": 40,
        "assignedTo": f"{HERE}-user-1",
        "status": "won",
    }
    sandbox.change_opportunity(deal, **change)
    call("DELETE", f"/opportunities/{deal}")
    date = sandbox.appointment(pat, "2026-12-01T10:00:00-05:00")["id"]
    sandbox.change_appointment(date, appointmentStatus="cancelled")
    call("DELETE", f"/calendars/events/{date}", {})
    sandbox.delete_contact(pat)
    sandbox.uninstall()
    return sandbox.events


def test_every_event_looks_like_its_sample(events: list[dict[str, Any]]) -> None:
    wrong = {}
    for event in events:
        known = samples().get(_kind(event), samples().get(event["type"], []))
        assert known, f"there is no sample of {_kind(event)}"
        missing = min(
            (set(one) - set(event) - OPTIONAL - NOT_REALLY.get(event["type"], set()) for one in known), key=len
        )
        unknown = set(event) - {key for one in known for key in one} - SEEN
        if missing or unknown:
            wrong[_kind(event)] = (missing, unknown)
    assert wrong == {}


def test_every_kind_of_event_that_the_product_listens_to_is_played(events: list[dict[str, Any]]) -> None:
    played = {event["type"] for event in events}
    assert {kind.split()[0] for kind in samples()} - played == {
        "ConversationUnreadUpdate", "LocationCreate", "LocationUpdate", "NoteUpdate", "NoteDelete", "TaskDelete",
        "UserCreate",
    }  # fmt: skip


def test_values_have_the_types_of_their_samples(events: list[dict[str, Any]]) -> None:
    for event in events:
        for sample in samples().get(_kind(event), []):
            for key in set(event) & set(sample):
                fits = isinstance(event[key], type(sample[key])) or event[key] is None
                assert fits, f"{_kind(event)}: {key} is {event[key]!r}, as in {sample[key]!r}"
