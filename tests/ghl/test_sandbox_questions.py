"""Which questions does the sandbox answer, and which does it refuse as HighLevel would?"""

from __future__ import annotations

from typing import Any

import pytest

from enterprisehub.ghl.sandbox.cast import COMPANY
from tests.ghl.caller import HERE, Caller


@pytest.fixture
def people(call: Caller) -> Caller:
    """Pat with a number and a tag, Ana with an address; the search knows both."""
    call.sandbox.set(lag=0)
    call.sandbox.contact(firstName="Pat", phone="+15125550142", tags=["hot"])
    call.sandbox.contact(firstName="Ana", email="ana@example.com")
    return call


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"field": "phone", "operator": "eq", "value": "+15125550142"}, ["Pat"]),
        ({"field": "phone", "operator": "not_eq", "value": "+15125550142"}, ["Ana"]),
        ({"field": "tags", "operator": "eq", "value": "hot"}, ["Pat"]),
        ({"field": "email", "operator": "contains", "value": "EXAMPLE"}, ["Ana"]),
        ({"field": "email", "operator": "exists"}, ["Ana"]),
        ({"field": "email", "operator": "not_exists"}, ["Pat"]),
        ({"field": "dateUpdated", "operator": "range", "value": {"gte": "2020-01-01"}}, ["Ana", "Pat"]),
        ({"field": "dateUpdated", "operator": "range", "value": {"lte": "2020-01-01"}}, []),
    ],
)
def test_the_search_knows_these_filters(people: Caller, wanted: dict[str, Any], names: list[str]) -> None:
    body = {"locationId": HERE, "pageLimit": 20, "filters": [wanted]}
    rows = people("POST", "/contacts/search", body).json()["contacts"]
    assert sorted(row["firstName"] for row in rows) == names


@pytest.mark.parametrize(
    "body",
    [
        {"filters": [{"operator": "eq"}]},
        {"filters": [{"field": "email", "operator": "like"}]},
        {"pageLimit": 501},
        {"pageLimit": 0},
        {"pageLimit": "20"},
    ],
)
def test_the_search_refuses_what_it_does_not_know(people: Caller, body: dict[str, Any]) -> None:
    assert people("POST", "/contacts/search", {"locationId": HERE, "pageLimit": 20, **body}).status_code == 422


def test_conversations_are_asked_by_time_and_by_what_is_unread(people: Caller) -> None:
    everyone = people("POST", "/contacts/search", {"locationId": HERE, "pageLimit": 20}).json()["contacts"]
    ids = {row["firstName"]: row["id"] for row in everyone}
    people.sandbox.say(ids["Pat"], "First")
    people.sandbox.forward(60)
    people.sandbox.say(ids["Ana"], "Second", medium="email")
    people.sandbox.answer(ids["Ana"], "Answered")
    asked = {"locationId": HERE, "status": "unread"}
    assert people("GET", "/conversations/search", **asked).json()["total"] == 1
    rows = people("GET", "/conversations/search", locationId=HERE, sort="asc").json()["conversations"]
    assert [row["contactName"] for row in rows] == ["Pat", "Ana"]
    rows = people("GET", "/conversations/search", locationId=HERE, startAfterDate="1").json()["conversations"]
    assert rows == []
    rows = people("GET", "/conversations/search", locationId=HERE, startAfterDate="1", sort="asc").json()
    assert len(rows["conversations"]) == 2


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("POST", "/contacts/upsert", {"locationId": HERE}, 422, "email or phone must be given"),
        ("POST", f"/locations/{HERE}/customFields", {"name": "A", "dataType": "ROCKET"}, 400, "dataType must be one"),
        (
            "POST",
            f"/locations/{HERE}/customFields",
            {"name": "Preferred area", "dataType": "TEXT"},
            400,
            "already exists",
        ),
        ("POST", f"/locations/{HERE}/tags", {"name": "HOT"}, 400, "already exist"),
        ("GET", "/calendars/events?locationId=loc-oakwood&startTime=0&endTime=1", None, 422, "is required"),
        ("GET", f"/calendars/{HERE}-calendar/free-slots?startDate=a&endDate=b", None, 422, "number string"),
        ("GET", f"/calendars/{HERE}-calendar/free-slots?startDate=0&endDate=9999999999", None, 400, "31 days"),
        ("GET", "/conversations/messages/email/none", None, 404, "not found"),
        ("GET", "/users/search?companyId=other", None, 403, "does not have access"),
        ("GET", "/opportunities/search?location_id=loc-oakwood&limit=101", None, 422, "must not be greater than 100"),
        ("GET", "/opportunities/pipelines", None, 422, "locationId should not be empty"),
        ("POST", "/contacts/", [1], 422, "body must be an object"),
    ],
)
def test_a_refusal_says_why(
    people: Caller, method: str, path: str, body: Any, status: int, says: str
) -> None:  # fmt: skip
    headers = {"authorization": f"Bearer {people.token}", "version": "2021-07-28"}
    answer = people.raw(method, path, json=body, headers=headers)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text


def test_an_update_to_somebody_elses_address_is_refused(people: Caller) -> None:
    key = people.sandbox.contact(firstName="Lee", email="lee@example.com")["id"]
    answer = people("PUT", f"/contacts/{key}", {"email": "ana@example.com"})
    assert (answer.status_code, answer.json()["meta"]["matchingField"]) == (400, "email")


def test_only_a_call_that_was_spoken_has_a_recording_and_a_transcript(people: Caller) -> None:
    key = people.sandbox.contact(firstName="Lee", phone="+15125550177")["id"]
    text = people.sandbox.say(key, "Hello")["id"]
    spoken = people.sandbox.say(key, "Hello. Call me.", medium="voicemail", sentences=["Hello.", "Call me."])["id"]
    at, record = f"/conversations/locations/{HERE}/messages", f"/locations/{HERE}/recording"
    assert people("GET", f"{at}/{text}/transcription").status_code == 404
    assert people("GET", f"/conversations/messages/{text}{record}").status_code == 404
    rows = people("GET", f"{at}/{spoken}/transcription").json()
    assert [row["transcript"] for row in rows] == ["Hello.", "Call me."]
    sound = people("GET", f"/conversations/messages/{spoken}{record}")
    assert (sound.headers["content-type"], sound.content[:4]) == ("audio/x-wav", b"RIFF")


@pytest.mark.parametrize(
    ("more", "status"),
    [({}, "failed"), ({"scheduledTimestamp": 1796007600}, "scheduled"), ({"status": "pending"}, "pending")],
)
def test_a_message_that_is_sent_has_a_status(people: Caller, more: dict[str, Any], status: str) -> None:
    people.sandbox.set(sent_status="failed")
    key = people.sandbox.contact(firstName="Lee", phone="+15125550177")["id"]
    body = {"type": "SMS", "contactId": key, "message": "Hello", **more}
    sent = people("POST", "/conversations/messages", body).json()["messageId"]
    assert people("GET", f"/conversations/messages/{sent}").json()["message"]["status"] == status


def test_an_agency_sees_its_locations_and_users(call: Caller) -> None:
    call.token = call.sandbox.private_token(company=COMPANY)
    assert call("GET", f"/locations/{HERE}").json()["location"]["name"] == "Oakwood Realty"
    call.sandbox.location("loc-elm", name="Elm", companyId="OtherCompany")
    assert call("GET", "/locations/loc-elm").status_code == 403
    assert call("GET", "/users/search", companyId=COMPANY).json()["count"] == 2


def test_an_agency_mints_nothing_for_the_location_of_another(call: Caller) -> None:
    call.sandbox.location("loc-elm", name="Elm", companyId="OtherCompany")
    call.connect(as_="Company", scopes=("oauth.write", "oauth.readonly"))
    for company in (COMPANY, "OtherCompany"):
        assert call.form("/oauth/locationToken", companyId=company, locationId="loc-elm").status_code == 403
    assert call.form("/oauth/locationToken", companyId=COMPANY).status_code == 422
