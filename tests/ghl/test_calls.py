"""Are the requests of our table those that HighLevel knows: path, version, properties, and nothing else?"""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from enterprisehub.errors import Invalid
from enterprisehub.ghl import calls
from enterprisehub.ghl.calls import TABLE, UnknownProperty, ready
from tests.ghl import contract

NEEDED: dict[str, dict[str, Any]] = {
    "contact.create": {"firstName": "Pat", "phone": "+15125550123", "customFields": [{"id": "f", "field_value": "x"}]},
    "contact.update": {"firstName": "Pat", "customFields": [{"key": "contact.x", "field_value": 7}]},
    "contact.upsert": {"email": "pat@example.com"},
    "contact.search": {"pageLimit": 20, "filters": [{"field": "email", "operator": "eq", "value": "x"}]},
    "contact.duplicate": {"number": "+15125550123"},
    "contact.dnd": {"dnd": True, "dndSettings": {"SMS": {"status": "active"}}},
    "tags.add": {"tags": ["hot"]},
    "tags.remove": {"tags": ["hot"]},
    "note.create": {"body": "words"},
    "note.update": {"body": "words"},
    "task.create": {"title": "Call", "dueDate": "2026-11-26T15:00:00Z", "completed": False},
    "task.update": {"title": "Call"},
    "task.complete": {"completed": True},
    "task.search": {"contactId": ["c1"], "limit": 10},
    "message.send": {"type": "SMS", "message": "Hello"},
    "message.list": {"limit": 20, "type": "TYPE_SMS"},
    "conversation.search": {"limit": 20},
    "opportunity.search": {"limit": 20, "status": "open"},
    "opportunity.update": {"name": "House", "monetaryValue": 1},
    "opportunity.status": {"status": "won"},
    "field.list": {"model": "contact"},
    "field.create": {"name": "Score", "dataType": "NUMERICAL", "model": "contact"},
    "user.search": {"limit": 10},
}


def arguments(operation: str) -> dict[str, Any]:
    """What the operation needs, ids included."""
    call = TABLE[operation]
    ids = {name: f"{name}1" for name in calls.IDS - {"location_id"} if "{" + name + "}" in call.path}
    return {**ids, **({"contact_id": "c1"} if call.contact else {}), **NEEDED.get(operation, {})}


@pytest.mark.parametrize("operation", TABLE)
def test_every_operation_is_one_of_the_openapi(operation: str) -> None:
    if not contract.folder():
        pytest.skip("HighLevel's OpenAPI is not here")
    made = ready(operation, arguments(operation), location_id="loc", company_id="co")
    headers = {"Authorization": "Bearer x", "Version": made.version}
    body = {"json": made.body} if made.body is not None else {}
    assert contract.check_request(
        httpx2.Request(made.method, contract.HOST + made.path, params=made.query or None, headers=headers, **body)
    )


@pytest.mark.parametrize("operation", TABLE)
def test_a_property_that_is_not_listed_is_never_sent(operation: str) -> None:
    with pytest.raises(UnknownProperty):
        ready(operation, {**arguments(operation), "additionalEmails": ["x"]}, location_id="loc")


@pytest.mark.parametrize("operation", ["contact.create", "contact.update", "contact.upsert", "contact.dnd"])
def test_tags_only_go_to_the_tags_own_endpoints(operation: str) -> None:
    with pytest.raises(UnknownProperty):
        ready(operation, {**arguments(operation), "tags": ["hot"]}, location_id="loc")


@pytest.mark.parametrize("wrong", ["../users", "a/b", "a?b", "", "x" * 81, None, "a b"])
def test_an_id_cannot_lead_to_another_path(wrong: Any) -> None:
    with pytest.raises(Invalid):
        ready("contact.get", {"contact_id": wrong}, location_id="loc")


def test_custom_fields_are_written_as_id_or_key_and_field_value() -> None:
    for wrong in ({"id": "f", "value": 1}, {"field_value": 1}, "x"):
        with pytest.raises(UnknownProperty):
            ready("contact.update", {"contact_id": "c", "customFields": [wrong]}, location_id="loc")


def test_the_slash_at_the_end_belongs_to_the_path_and_each_area_has_its_version() -> None:
    assert ready("contact.create", {"phone": "+1"}, location_id="loc").path == "/contacts/"
    assert ready("calendar.list", {}, location_id="loc").path == "/calendars/"
    assert {TABLE[name].version for name in ("message.send", "calendar.list", "email.get")} == {"2021-04-15"}
    assert {TABLE[name].version for name in ("contact.get", "opportunity.get", "location.get")} == {"2021-07-28"}


def test_the_location_is_always_the_connections() -> None:
    assert ready("contact.upsert", {"email": "a@b.c"}, location_id="loc").body == {
        "locationId": "loc",
        "email": "a@b.c",
    }
    assert ready("opportunity.search", {"contact_id": "c"}, location_id="loc").query == {
        "location_id": "loc",
        "contact_id": "c",
    }
    with pytest.raises(UnknownProperty):
        ready("contact.upsert", {"email": "a@b.c", "locationId": "other"}, location_id="loc")
