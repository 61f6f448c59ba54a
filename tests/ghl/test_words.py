"""What does a message of HighLevel say, whichever of its many ways it is written in?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprisehub.ghl.contacts import contact
from enterprisehub.ghl.words import CALL, COMMENT, MESSAGE, VOICEMAIL, moment, spoken

AT = datetime(2026, 3, 8, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "medium", "kind"),
    [
        ({"messageType": "SMS"}, "sms", MESSAGE),
        ({"messageType": "TYPE_SMS", "type": 2}, "sms", MESSAGE),
        ({"type": 2}, "sms", MESSAGE),
        ({"messageType": "Email", "body": "<p>hi</p>"}, "email", MESSAGE),
        ({"messageType": "Live_Chat"}, "chat", MESSAGE),
        ({"messageType": "TYPE_LIVE_CHAT"}, "chat", MESSAGE),
        ({"messageTypeString": "TYPE_WEBCHAT"}, "chat", MESSAGE),
        ({"messageType": "FB"}, "social", MESSAGE),
        ({"messageType": "TYPE_INSTAGRAM"}, "social", MESSAGE),
        ({"messageType": "WhatsApp"}, "social", MESSAGE),
        ({"messageType": "CALL", "callDuration": 120}, "call", CALL),
        ({"messageType": "CALL", "status": "voicemail", "messageTypeId": 10}, "call", VOICEMAIL),
        ({"messageType": "VoiceMail"}, "call", VOICEMAIL),
        ({"messageType": "InternalComment"}, "", COMMENT),
        ({"messageType": "TYPE_SOMETHING_NEW"}, "", MESSAGE),
        ({"messageType": ["SMS"], "type": {}}, "", MESSAGE),
        ({}, "", MESSAGE),
    ],
)
def test_each_of_its_names_is_one_of_our_media(body: dict[str, Any], medium: str, kind: str) -> None:
    read = spoken(body)
    assert (read.medium, read.kind) == (medium, kind)


def test_a_row_of_the_list_and_an_event_say_the_same() -> None:
    event = {
        "type": "InboundMessage", "messageType": "SMS", "messageId": "m1", "contactId": "c1", "direction": "inbound",
        "body": "Hi\x00 there", "dateAdded": "2026-03-08T09:30:00.000Z", "attachments": ["a"], "userId": "u1",
    }  # fmt: skip
    row = {**event, "type": 2, "messageType": "TYPE_SMS", "id": "m1"}
    del row["messageId"]
    assert spoken(event) == spoken(row)
    read = spoken(event)
    assert (read.id, read.text, read.at, read.attachments, read.user_id) == ("m1", "Hi there", AT, 1, "u1")


def test_an_e_mail_is_its_writers_own_words_and_its_subject_when_there_are_none() -> None:
    mail = {"messageType": "Email", "emailMessageId": "e1", "subject": "Saturday?", "from": {}, "to": ["x"]}
    assert spoken({**mail, "body": "<p>Yes</p><blockquote>old</blockquote>"}).text == "Yes"
    assert spoken({**mail, "body": "<p></p>"}).text == "Saturday?"
    assert spoken(mail).id == "e1"


def test_only_a_call_on_which_somebody_spoke_was_answered() -> None:
    assert spoken({"messageType": "CALL", "callDuration": "61"}).answered
    assert not spoken({"messageType": "CALL", "callDuration": None}).answered
    assert not spoken({"messageType": "CALL", "callDuration": "soon"}).answered
    assert spoken({"messageType": "TYPE_CALL", "meta": {"call": {"duration": 5}}}).seconds == 5


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-03-08T09:30:00.000Z", AT),
        ("2026-03-08T15:00:00+05:30", AT),
        ("2026-03-08T09:30:00", AT),
        (int(AT.timestamp() * 1000), AT),
        ("yesterday", None),
        (True, None),
        (-1, None),
        (10**30, None),
        (None, None),
    ],
)
def test_its_clock_is_read_or_left_alone(value: Any, read: datetime | None) -> None:
    assert moment(value) == read


def test_a_contact_tells_only_what_it_tells() -> None:
    told = contact({"id": "c1", "firstName": "Ana", "lastName": "Ruiz", "email": "ANA@x.example", "phone": None})
    assert told.fields == {"name": "Ana Ruiz", "email": "ana@x.example", "phone": ""}
    assert (told.assigned_to, told.tags, told.dnd) == (None, None, None)
    assert contact({"contact": {"id": "c2", "tags": ["VIP ", "vip"], "assignedTo": None}}).assigned_to == ""
    assert contact({"contact_id": "c3", "tags": "a, b", "full_name": "Bo"}).tags == ("a", "b")


def test_a_state_is_one_of_the_united_states_or_not_known() -> None:
    assert contact({"id": "c", "state": "fl", "country": "US"}).fields["state"] == "FL"
    assert "state" not in contact({"id": "c", "state": "AL", "country": "DE"}).fields
    assert "state" not in contact({"id": "c", "state": "Santa Catarina"}).fields
    assert "timezone" not in contact({"id": "c", "timezone": "Mars/Base"}).fields


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["type", "messageType", "messageTypeId", "messageTypeString", "body", "direction", "dateAdded", "callDuration", "meta",
     "attachments", "contactId", "id", "email", "phone", "firstName", "tags", "state", "country", "assignedTo", "contact",
     "dateUpdated", "timezone", "status", "subject", "plainText"]
)  # fmt: skip


@given(st.dictionaries(NAMES, JSON, max_size=12))
@settings(max_examples=300, deadline=None)
def test_missing_and_mistyped_fields_break_nothing(body: dict[str, Any]) -> None:
    read = spoken(body)
    assert json.loads(json.dumps(read.text.encode().decode())) == read.text
    assert all(isinstance(value, str) for value in contact(body).fields.values())
