"""Does the sandbox keep HighLevel's rules, also those that no document tells?"""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.ghl.caller import HERE, Caller


@pytest.fixture
def pat(call: Caller) -> dict[str, Any]:
    return call.sandbox.contact(firstName="Pat", email="pat@example.com", phone="+15125550142", tags=["web"])


def found(call: Caller) -> list[str]:
    """The names that the search finds."""
    answer = call("POST", "/contacts/search", {"locationId": HERE, "pageLimit": 20})
    return sorted(row["firstName"] for row in answer.json()["contacts"])


def until(question: Any, *, within: float = 5.0) -> None:
    end = time.monotonic() + within
    while not question():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def test_a_call_without_a_version_looks_like_a_failed_sign_in(call: Caller) -> None:
    answer = call.raw("GET", f"/locations/{HERE}", headers={"authorization": f"Bearer {call.token}"})
    assert answer.status_code == 401
    assert answer.json()["message"] == "version header was not found."


def test_a_made_up_version_is_refused(call: Caller) -> None:
    headers = {"authorization": f"Bearer {call.token}", "version": "2019-01-01"}
    answer = call.raw("GET", f"/locations/{HERE}", headers=headers)
    assert answer.json()["message"] == "Invalid API version segment '2019-01-01' at position 0"


def test_paths_that_v3_has_renamed_are_gone_in_v3(call: Caller) -> None:
    headers = {"authorization": f"Bearer {call.token}", "version": "v3"}
    assert "removed in version v3" in call.raw("POST", "/oauth/locationToken", headers=headers).json()["message"]


def test_a_trailing_slash_is_part_of_the_path(call: Caller) -> None:
    assert call("POST", "/contacts", {"locationId": HERE}).status_code == 404
    assert call("POST", "/contacts/", {"locationId": HERE}).status_code == 201
    assert call("GET", "/calendars", locationId=HERE).status_code == 404


def test_every_answer_has_a_trace_id(call: Caller) -> None:
    assert call("GET", f"/locations/{HERE}").json()["traceId"]
    assert call("GET", "/contacts/nobody").json()["traceId"]


def test_an_unknown_property_is_a_list_of_complaints(call: Caller, pat: dict[str, Any]) -> None:
    answer = call("PUT", f"/contacts/{pat['id']}", {"additionalEmails": [], "score": 5, "dnd": "yes"})
    assert answer.status_code == 422
    assert answer.json()["message"] == [
        "property additionalEmails should not exist",
        "property score should not exist",
        "dnd must be a boolean value",
    ]
    assert answer.json()["error"] == "Unprocessable Entity"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"dueDate": "2026-12-01T10:00:00Z", "completed": False}, "title should not be empty"),
        ({"title": "", "dueDate": "2026-12-01T10:00:00Z", "completed": False}, "title should not be empty"),
        ({"title": "a", "dueDate": "soon", "completed": False}, "dueDate must be a valid ISO 8601 date string"),
        ({"title": "a", "dueDate": "2026-12-01T10:00:00Z"}, "completed should not be empty"),
        ({"title": 1, "dueDate": "2026-12-01T10:00:00Z", "completed": False}, "title must be a string"),
    ],
)
def test_a_task_is_checked(call: Caller, pat: dict[str, Any], body: dict[str, Any], complaint: str) -> None:
    assert call("POST", f"/contacts/{pat['id']}/tasks", body).json()["message"] == [complaint]


@pytest.mark.parametrize(
    "body",
    [
        {"dndSettings": {"Fax": {"status": "active"}}},
        {"dndSettings": {"SMS": {"status": "on"}}},
        {"customFields": [{"field_value": "x"}]},
        {"customFields": [{"key": "preferred_area", "value": "x"}]},
        {"customFields": [{"key": "never_heard_of", "field_value": "x"}]},
        {"tags": ["a", 1]},
    ],
)
def test_what_is_nested_is_checked_too(call: Caller, pat: dict[str, Any], body: dict[str, Any]) -> None:
    assert call("PUT", f"/contacts/{pat['id']}", body).status_code == 422


def test_a_body_that_is_no_json_is_a_bad_request(call: Caller, pat: dict[str, Any]) -> None:
    headers = {"authorization": f"Bearer {call.token}", "version": "2021-07-28", "content-type": "application/json"}
    answer = call.raw("POST", f"/contacts/{pat['id']}/notes", content=b"{", headers=headers)
    assert (answer.status_code, answer.json()["message"]) == (400, "Unexpected token in JSON")


def test_a_contact_that_is_not_there_is_not_found(call: Caller) -> None:
    assert call("GET", "/contacts/nobody").status_code == 404
    call.sandbox.set(missing_status=400)
    assert call("GET", "/contacts/nobody").status_code == 400


def test_a_foreign_location_is_closed(call: Caller) -> None:
    call.sandbox.location("loc-elm", name="Elm")
    charlie = call.sandbox.contact(location="loc-elm", firstName="Charlie")
    for answer in (
        call("GET", f"/contacts/{charlie['id']}"),
        call("GET", "/locations/loc-elm"),
        call("POST", "/contacts/", {"locationId": "loc-elm"}),
        call("GET", "/opportunities/search", location_id="loc-elm"),
    ):
        assert answer.status_code == 403
        assert answer.json()["message"] == "The token does not have access to this location."


def test_an_unknown_question_is_refused(call: Caller) -> None:
    assert call("GET", "/contacts/search/duplicate", locationId=HERE, phone="+1").json()["message"] == [
        "property phone should not exist"
    ]


def test_tag_endpoints_answer_with_all_tags(call: Caller, pat: dict[str, Any]) -> None:
    assert call("POST", f"/contacts/{pat['id']}/tags", {"tags": ["Hot", "web"]}).json()["tags"] == ["web", "hot"]
    assert call("DELETE", f"/contacts/{pat['id']}/tags", {"tags": ["WEB"]}).json()["tags"] == ["hot"]


def test_tags_in_an_update_replace_all_tags(call: Caller, pat: dict[str, Any]) -> None:
    answer = call("PUT", f"/contacts/{pat['id']}", {"tags": ["only this"]})
    assert answer.json()["succeded"] is True
    assert answer.json()["contact"]["tags"] == ["only this"]


def test_a_custom_field_is_read_by_id_and_emptied_by_nothing(call: Caller, pat: dict[str, Any]) -> None:
    path = f"/contacts/{pat['id']}"
    written = {"customFields": [{"key": "contact.preferred_area", "field_value": "Eastbrook"}]}
    (value,) = call("PUT", path, written).json()["contact"]["customFields"]
    assert value["value"] == "Eastbrook"
    emptied = call("PUT", path, {"customFields": [{"id": value["id"], "field_value": ""}]})
    assert emptied.json()["contact"]["customFields"] == []


def test_a_second_contact_with_the_same_address_is_refused(call: Caller, pat: dict[str, Any]) -> None:
    answer = call("POST", "/contacts/", {"locationId": HERE, "email": "PAT@example.com"})
    assert answer.status_code == 400
    assert answer.json()["message"] == "This location does not allow duplicated contacts."
    assert answer.json()["meta"]["contactId"] == pat["id"]
    assert answer.json()["meta"]["matchingField"] == "email"


def test_where_duplicates_are_allowed_there_are_two(call: Caller, pat: dict[str, Any]) -> None:
    call.sandbox.change_location(HERE, allowDuplicateContact=True)
    twin = {"locationId": HERE, "email": "pat@example.com"}
    assert call("POST", "/contacts/", twin).status_code == 201
    assert call("POST", "/contacts/upsert", {**twin, "createNewIfDuplicateAllowed": True}).json()["new"] is True
    assert call("POST", "/contacts/upsert", twin).json()["new"] is False


def test_an_upsert_silently_drops_a_number_that_is_somebody_elses(call: Caller, pat: dict[str, Any]) -> None:
    call.sandbox.contact(firstName="Ana", phone="+15125550199")
    given = {"locationId": HERE, "email": "pat@example.com", "phone": "+15125550199", "lastName": "Doyle"}
    answer = call("POST", "/contacts/upsert", given).json()
    assert (answer["new"], answer["contact"]["id"]) == (False, pat["id"])
    assert (answer["contact"]["lastName"], answer["contact"]["phone"]) == ("Doyle", "+15125550142")


def test_a_number_is_looked_up_only_when_its_plus_is_escaped(call: Caller, pat: dict[str, Any]) -> None:
    path = f"/contacts/search/duplicate?locationId={HERE}"
    headers = {"authorization": f"Bearer {call.token}", "version": "2021-07-28"}
    assert call.raw("GET", f"{path}&number=%2B15125550142", headers=headers).json()["contact"]["id"] == pat["id"]
    assert call.raw("GET", f"{path}&number=+15125550142", headers=headers).json()["contact"] is None


def test_the_search_is_behind_what_was_written(call: Caller) -> None:
    call.sandbox.set(lag=60)
    key = call("POST", "/contacts/", {"locationId": HERE, "firstName": "Pat"}).json()["contact"]["id"]
    assert call("GET", f"/contacts/{key}").status_code == 200
    assert found(call) == []
    call.sandbox.forward(61)
    assert found(call) == ["Pat"]
    call("DELETE", f"/contacts/{key}")
    assert found(call) == ["Pat"]
    call.sandbox.forward(61)
    assert found(call) == []


def test_the_search_wants_a_location_and_a_page_size(call: Caller) -> None:
    answer = call("POST", "/contacts/search", {})
    assert answer.json()["message"] == ["locationId should not be empty", "pageLimit should not be empty"]


def test_the_search_filters_and_pages(call: Caller) -> None:
    for number in range(5):
        call.sandbox.contact(firstName=f"Lead {number}", email=f"lead{number}@example.com")
    until(lambda: len(found(call)) == 5)
    body = {"locationId": HERE, "pageLimit": 2}
    seen: list[str] = []
    page = call("POST", "/contacts/search", body).json()["contacts"]
    while page:
        seen += [row["firstName"] for row in page]
        page = call("POST", "/contacts/search", {**body, "searchAfter": page[-1]["searchAfter"]}).json()["contacts"]
    assert sorted(seen) == [f"Lead {number}" for number in range(5)]
    wanted = [{"field": "email", "operator": "eq", "value": "lead3@example.com"}]
    answer = call("POST", "/contacts/search", {**body, "filters": wanted}).json()
    assert [row["firstName"] for row in answer["contacts"]] == ["Lead 3"]


def test_a_conversation_is_begun_once_and_found_later(call: Caller, pat: dict[str, Any]) -> None:
    call.sandbox.set(lag=60)
    wanted = {"locationId": HERE, "contactId": pat["id"]}
    assert call("POST", "/conversations/", wanted).status_code == 201
    again = call("POST", "/conversations/", wanted)
    assert again.status_code == 400
    assert again.json()["message"].endswith("already exists!")
    assert "conversationId" not in again.json()
    assert call("GET", "/conversations/search", locationId=HERE).json()["total"] == 0
    call.sandbox.forward(61)
    (row,) = call("GET", "/conversations/search", locationId=HERE, contactId=pat["id"]).json()["conversations"]
    assert (row["type"], row["contactName"]) == ("TYPE_PHONE", "Pat")
    assert call("GET", f"/conversations/{row['id']}").json()["type"] == 1


def test_messages_are_paged_newest_first(call: Caller, pat: dict[str, Any]) -> None:
    said = [call.sandbox.say(pat["id"], f"words {number}") for number in range(5)]
    box, texts, last, more = said[0]["conversationId"], [], "", True
    while more:
        asked = {"limit": 2, **({"lastMessageId": last} if last else {})}
        page = call("GET", f"/conversations/{box}/messages", **asked).json()["messages"]
        texts += [row["body"] for row in page["messages"]]
        last, more = page["lastMessageId"], page["nextPage"]
    assert texts == [f"words {number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("dnd", "kind", "refused"),
    [
        ({"dnd": True}, "SMS", True),
        ({"dnd": True}, "InternalComment", False),
        ({"dndSettings": {"SMS": {"status": "active"}}}, "SMS", True),
        ({"dndSettings": {"SMS": {"status": "permanent"}}}, "SMS", True),
        ({"dndSettings": {"SMS": {"status": "inactive"}}}, "SMS", False),
        ({"dndSettings": {"SMS": {"status": "active"}}}, "Email", False),
    ],
)
def test_whoever_does_not_want_to_be_disturbed_is_not(
    call: Caller, pat: dict[str, Any], dnd: dict[str, Any], kind: str, refused: bool
) -> None:
    call.sandbox.change_contact(pat["id"], **dnd)
    body = {"type": kind, "contactId": pat["id"], "message": "Hello", "html": "<p>Hello</p>"}
    answer = call("POST", "/conversations/messages", body)
    assert (answer.status_code == 400) is refused
    assert ("DND is active" in answer.text) is refused


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"type": "SMS"}, "There is no message or attachments"),
        ({"type": "Email", "subject": "x"}, "html should not be empty"),
        ({"type": "Pigeon", "message": "x"}, "type must be one of the following values"),
    ],
)
def test_a_message_needs_something_to_say(call: Caller, pat: dict[str, Any], body: dict[str, Any], says: str) -> None:
    assert says in call("POST", "/conversations/messages", {**body, "contactId": pat["id"]}).text


def test_whoever_has_no_number_gets_no_text(call: Caller) -> None:
    nobody = call.sandbox.contact(firstName="Nobody")["id"]
    body = {"type": "SMS", "contactId": nobody, "message": "Hello"}
    assert call("POST", "/conversations/messages", body).json()["message"] == "Missing phone number"


def test_a_word_to_the_carrier_switches_texts_off_and_on(call: Caller, pat: dict[str, Any]) -> None:
    call.sandbox.say(pat["id"], "Stop.")
    assert call.sandbox.about(pat["id"])["dndSettings"]["SMS"]["status"] == "active"
    call.sandbox.say(pat["id"], "START")
    assert call.sandbox.about(pat["id"])["dndSettings"]["SMS"]["status"] == "inactive"


def test_a_slot_is_given_once(call: Caller, pat: dict[str, Any]) -> None:
    wanted = {"calendarId": f"{HERE}-calendar", "locationId": HERE, "contactId": pat["id"]}
    at = {"startTime": "2026-12-01T10:00:00-05:00"}
    assert call("POST", "/calendars/events/appointments", {**wanted, **at}).status_code == 200
    assert call("POST", "/calendars/events/appointments", {**wanted, **at}).status_code == 400
    forced = {**wanted, **at, "ignoreFreeSlotValidation": True}
    assert call("POST", "/calendars/events/appointments", forced).status_code == 200


def test_a_stage_of_no_pipeline_is_refused(call: Caller, pat: dict[str, Any]) -> None:
    key = call.sandbox.opportunity(pat["id"])["id"]
    assert call("PUT", f"/opportunities/{key}", {"pipelineStageId": "nowhere"}).status_code == 400


def test_the_opportunity_search_speaks_in_snakes(call: Caller) -> None:
    answer = call("GET", "/opportunities/search", locationId=HERE)
    assert (answer.status_code, answer.json()["message"]) == (422, ["property locationId should not exist"])


def test_a_deleted_contact_takes_along_what_was_its_own(call: Caller, pat: dict[str, Any]) -> None:
    note = call.sandbox.note(pat["id"], "Wants a yard")["id"]
    call("DELETE", f"/contacts/{pat['id']}")
    assert call("GET", f"/contacts/{pat['id']}/notes/{note}").status_code == 404


def test_too_many_at_once_are_refused_whatever_the_token(call: Caller) -> None:
    call.sandbox.set(rate_max=5)
    other = Caller(call.sandbox, call.sandbox.private_token())
    statuses = [one("GET", f"/locations/{HERE}").status_code for one in (call, other) * 3]
    assert statuses == [200] * 5 + [429]
    refused = other.calls[-1]
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert refused.headers["x-ratelimit-max"] == "5"
    assert refused.headers["x-ratelimit-interval-milliseconds"] == "10000"
    assert "retry-after" not in refused.headers
    assert call.sandbox.rates[HERE] == {"most": 6, "today": 5, "refused": 1}


def test_the_limit_opens_again_after_the_interval(call: Caller) -> None:
    call.sandbox.set(rate_max=1, rate_seconds=0.3)
    assert call("GET", f"/locations/{HERE}").status_code == 200
    assert call("GET", f"/locations/{HERE}").status_code == 429
    until(lambda: call("GET", f"/locations/{HERE}").status_code == 200)


def test_a_used_up_day_is_another_state(call: Caller) -> None:
    call.sandbox.set(daily_max=1)
    call("GET", f"/locations/{HERE}")
    refused = call("GET", f"/locations/{HERE}")
    assert (refused.status_code, refused.headers["x-ratelimit-daily-remaining"]) == (429, "0")
