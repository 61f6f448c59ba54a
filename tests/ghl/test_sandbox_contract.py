"""Does the sandbox answer as HighLevel's OpenAPI document says, for every operation that it plays?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from enterprisehub.ghl.sandbox.app import OPERATIONS
from enterprisehub.ghl.sandbox.remote import Remote
from tests.ghl import contract
from tests.ghl.caller import HERE, Caller
from tests.ghl.contract import check_answer, check_request, needs_contract

pytestmark = needs_contract

# Seen at the real service to be otherwise than the document says.
OTHER_STATUS = {"POST /oauth/locationToken": 200}
# The document calls these a list of lists or one object; a list of objects comes.
OTHER_SHAPE = {
    "GET /calendars/{}/free-slots",  # a traceId stands among the dates
    "GET /opportunities/pipelines",
    "POST /locations/{}/tasks/search",
    "GET /conversations/locations/{}/messages/{}/transcription",
    "GET /conversations/messages/{}/locations/{}/recording",
}
# The sign-in page belongs to another host and to no document.
NO_DOCUMENT = {"GET /v2/oauth/chooselocation", "POST /v2/oauth/chooselocation"}


def _plain(method: str, path: str) -> str:
    return " ".join((method, re.sub(r"{\w+}", "{}", path)))


@pytest.fixture(scope="module")
def answered(_one_sandbox: Remote) -> Callable[[str], list[Any]]:
    """Every operation is used once, in the order of a lead's life; then asked for by its path."""
    _one_sandbox.reset(lag=0)
    caller = Caller(_one_sandbox, _one_sandbox.private_token())
    _people(caller)
    _talks(caller)
    _pipeline(caller)
    _calendar(caller)
    _place(caller)
    _sign_in(caller)
    return lambda operation: [one for one in caller.calls if _operation(one) == operation]


def _operation(answer: Any) -> str:
    path = answer.request.url.path
    for route in sorted(OPERATIONS, key=lambda one: one.path.count("{")):
        pattern = re.sub(r"{\w+}", "[^/]+", route.path)
        if route.method == answer.request.method and re.fullmatch(pattern, path):
            return _plain(route.method, route.path)
    return ""


def _people(call: Caller) -> None:
    pat = {"locationId": HERE, "firstName": "Pat", "email": "pat@example.com", "phone": "+15125550142"}
    dnd = {"Email": {"status": "active", "message": "asked", "code": "1"}}
    call(
        "POST",
        "/contacts/",
        {**pat, "tags": ["new"], "customFields": [{"key": "preferred_area", "field_value": "Eastbrook"}]},
    )
    key = call.calls[-1].json()["contact"]["id"]
    call("POST", "/contacts/upsert", {**pat, "lastName": "Doyle"})
    call("GET", f"/contacts/{key}")
    call("PUT", f"/contacts/{key}", {"dndSettings": dnd, "source": "web"})
    call("POST", "/contacts/search", {"locationId": HERE, "pageLimit": 20, "query": "pat"})
    call("GET", "/contacts/", locationId=HERE)
    call("GET", "/contacts/search/duplicate", locationId=HERE, number="+15125550142")
    call("POST", f"/contacts/{key}/tags", {"tags": ["hot"]})
    call("DELETE", f"/contacts/{key}/tags", {"tags": ["hot"]})
    note = call("POST", f"/contacts/{key}/notes", {"body": "Wants a yard"}).json()["note"]["id"]
    call("GET", f"/contacts/{key}/notes")
    call("GET", f"/contacts/{key}/notes/{note}")
    call("PUT", f"/contacts/{key}/notes/{note}", {"body": "Wants a garden"})
    call("DELETE", f"/contacts/{key}/notes/{note}")
    wanted = {"title": "Call Pat", "dueDate": "2026-12-01T15:00:00.000Z", "completed": False}
    task = call("POST", f"/contacts/{key}/tasks", wanted).json()["task"]["id"]
    call("GET", f"/contacts/{key}/tasks")
    call("GET", f"/contacts/{key}/tasks/{task}")
    call("PUT", f"/contacts/{key}/tasks/{task}", {"title": "Ring Pat"})
    call("PUT", f"/contacts/{key}/tasks/{task}/completed", {"completed": True})
    call("POST", f"/locations/{HERE}/tasks/search", {"contactId": [key]})
    call("DELETE", f"/contacts/{key}/tasks/{task}")
    call("POST", f"/contacts/{key}/workflow/{HERE}-workflow", {})
    call("DELETE", f"/contacts/{key}/workflow/{HERE}-workflow", {})
    gone = call.sandbox.contact(firstName="Gone")["id"]
    call("DELETE", f"/contacts/{gone}")


def _talks(call: Caller) -> None:
    ana = call.sandbox.contact(firstName="Ana", email="ana@example.com", phone="+15125550143")["id"]
    box = call("POST", "/conversations/", {"locationId": HERE, "contactId": ana}).json()["conversation"]["id"]
    sent = call("POST", "/conversations/messages", {"type": "SMS", "contactId": ana, "message": "Hello"}).json()
    mail = {"type": "Email", "contactId": ana, "html": "<p>Hello</p>", "subject": "Your search"}
    mail_id = call("POST", "/conversations/messages", mail).json()["emailMessageId"]
    inbound = {"type": "SMS", "conversationId": box, "contactId": ana, "conversationProviderId": "p1", "message": "Hi"}
    call("POST", "/conversations/messages/inbound", inbound)
    spoken = call.sandbox.say(ana, "We would like three bedrooms", medium="call", seconds=42)["id"]
    call("GET", "/conversations/search", locationId=HERE, contactId=ana)
    call("GET", f"/conversations/{box}")
    call("GET", f"/conversations/{box}/messages", limit=2, type="TYPE_SMS,TYPE_CALL")
    call("GET", f"/conversations/messages/{sent['messageId']}")
    call("GET", f"/conversations/messages/{spoken}")
    call("GET", f"/conversations/messages/email/{mail_id}")
    call("GET", f"/conversations/messages/{spoken}/locations/{HERE}/recording")
    call("GET", f"/conversations/locations/{HERE}/messages/{spoken}/transcription")


def _pipeline(call: Caller) -> None:
    lee = call.sandbox.contact(firstName="Lee")["id"]
    line = call("GET", "/opportunities/pipelines", locationId=HERE).json()["pipelines"][0]
    made = {"pipelineId": line["id"], "locationId": HERE, "contactId": lee}
    key = call("POST", "/opportunities/", {**made, "name": "Lee buys", "status": "open"}).json()["opportunity"]["id"]
    call("POST", "/opportunities/upsert", {**made, "name": "Lee buys a house", "status": "open"})
    call("GET", "/opportunities/search", location_id=HERE, contact_id=lee)
    call("GET", f"/opportunities/{key}")
    call("PUT", f"/opportunities/{key}", {"pipelineStageId": line["stages"][2]["id"], "monetaryValue": 410000})
    call("PUT", f"/opportunities/{key}/status", {"status": "won"})
    call("DELETE", f"/opportunities/{key}")


def _calendar(call: Caller) -> None:
    kim = call.sandbox.contact(firstName="Kim")["id"]
    calendar = call("GET", "/calendars/", locationId=HERE).json()["calendars"][0]["id"]
    call("GET", f"/calendars/{calendar}")
    call("GET", f"/calendars/{calendar}/free-slots", startDate=1796007600000, endDate=1796526000000)
    wanted = {"calendarId": calendar, "locationId": HERE, "contactId": kim, "startTime": "2026-12-01T10:00:00-05:00"}
    key = call("POST", "/calendars/events/appointments", wanted).json()["id"]
    call("GET", f"/calendars/events/appointments/{key}")
    call("PUT", f"/calendars/events/appointments/{key}", {"appointmentStatus": "showed"})
    call("GET", "/calendars/events", locationId=HERE, calendarId=calendar, startTime="0", endTime="1999999999999")
    call("GET", f"/contacts/{kim}/appointments")
    call("DELETE", f"/calendars/events/{key}", {})


def _place(call: Caller) -> None:
    company = call("GET", f"/locations/{HERE}").json()["location"]["companyId"]
    call("GET", f"/locations/{HERE}/tags")
    call("POST", f"/locations/{HERE}/tags", {"name": "Investor"})
    field = call("POST", f"/locations/{HERE}/customFields", {"name": "Score", "dataType": "NUMERICAL"})
    call("GET", f"/locations/{HERE}/customFields", model="contact")
    call("GET", f"/locations/{HERE}/customFields/{field.json()['customField']['id']}")
    call("GET", "/users/search", companyId=company, locationId=HERE)
    call("GET", "/users/", locationId=HERE)
    call("GET", f"/users/{HERE}-user-1")
    call("GET", "/workflows/", locationId=HERE)


def _sign_in(call: Caller) -> None:
    scopes = ("oauth.readonly", "oauth.write", "companies.readonly", "contacts.readonly")
    pair = call.connect(as_="Company", scopes=scopes)
    call.form("/oauth/locationToken", companyId=pair["companyId"], locationId=HERE)
    call("GET", "/oauth/installedLocations", companyId=pair["companyId"], appId=call.sandbox.app["app_id"])
    call("GET", f"/companies/{pair['companyId']}")


PLAYED = sorted({_plain(route.method, route.path) for route in OPERATIONS} - NO_DOCUMENT)


@pytest.mark.parametrize("operation", PLAYED)
def test_an_operation_is_asked_for_and_answered_as_documented(
    answered: Callable[[str], list[Any]], operation: str
) -> None:
    answers = answered(operation)
    assert answers, "the operation is used above"
    for answer in answers:
        assert answer.status_code < 300, answer.text
        if not operation.endswith("/recording"):
            check_request(answer.request)
        if operation not in OTHER_SHAPE:
            check_answer(answer, status=OTHER_STATUS.get(operation, 0))


def test_every_operation_of_the_document_that_the_sandbox_names_exists_there() -> None:
    written = {_plain(method.upper(), path) for path, one in contract.document()["paths"].items() for method in one}
    assert set(PLAYED) <= written


def test_a_refusal_has_the_documented_shape(sandbox: Remote) -> None:
    call = Caller(sandbox, sandbox.private_token())
    assert check_answer(call("POST", "/contacts/", {"locationId": HERE, "additionalEmails": []}))
    call.token = "nonsense"
    assert check_answer(call("GET", "/contacts/abc"))


def test_too_many_requests_are_refused_as_documented(sandbox: Remote) -> None:
    sandbox.set(rate_max=1)
    call = Caller(sandbox, sandbox.private_token())
    call("GET", f"/locations/{HERE}")
    answer = call("GET", f"/locations/{HERE}")
    assert answer.status_code == 429
    check_answer(answer)
