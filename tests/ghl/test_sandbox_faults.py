"""Can whatever may go wrong with HighLevel be made to go wrong in the sandbox?"""

from __future__ import annotations

import json

import httpx2
import pytest

from enterprisehub.ghl.sandbox.faults import KINDS, Fault
from tests.ghl.caller import HERE, Caller

NEW = {"locationId": HERE, "firstName": "Pat", "email": "pat@example.com"}


def made(call: Caller) -> int:
    """How many contacts there are."""
    everything = httpx2.get(f"{call.sandbox.url}/_sandbox/state").json()
    return len(everything["locations"][0]["contacts"])


def test_a_status_is_answered_as_often_as_was_said(call: Caller) -> None:
    call.sandbox.fault("status", "POST /contacts/", times=2, status=503, message="Down")
    assert [call("POST", "/contacts/", NEW).status_code for _ in range(3)] == [503, 503, 201]
    assert call.calls[0].json() == {"statusCode": 503, "message": "Down"}
    assert made(call) == 1


def test_other_requests_do_not_meet_it(call: Caller) -> None:
    call.sandbox.fault("status", "POST /contacts/*", times=-1)
    assert call("GET", f"/locations/{HERE}").status_code == 200
    assert call("POST", "/contacts/", NEW).status_code == 500
    call.sandbox.no_faults()
    assert call("POST", "/contacts/", NEW).status_code == 201


def test_a_storm_of_429_passes(call: Caller) -> None:
    call.sandbox.fault("status", times=5, status=429, message="Too Many Requests")
    assert [call("GET", f"/locations/{HERE}").status_code for _ in range(6)] == [429] * 5 + [200]


@pytest.mark.parametrize(("kind", "done"), [("cut", 0), ("done_cut", 1), ("half", 1)])
def test_a_connection_is_cut_before_or_after_the_work(call: Caller, kind: str, done: int) -> None:
    call.sandbox.fault(kind, "POST /contacts/")
    with pytest.raises(httpx2.TransportError):
        call("POST", "/contacts/", NEW)
    assert made(call) == done


def test_a_contact_can_be_made_and_refused_all_the_same(call: Caller) -> None:
    call.sandbox.fault("done_status", "POST /contacts/", status=422, message="Unprocessable")
    assert call("POST", "/contacts/", NEW).status_code == 422
    assert made(call) == 1


@pytest.mark.parametrize("kind", ["garbage", "garbage_json", "empty"])
def test_nonsense_comes_with_a_good_status(call: Caller, kind: str) -> None:
    call.sandbox.fault(kind)
    answer = call("GET", f"/locations/{HERE}")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("kind", ["delay", "slow"])
def test_a_client_can_lose_its_patience(call: Caller, kind: str) -> None:
    call.sandbox.fault(kind, seconds=30)
    headers = {"authorization": f"Bearer {call.token}", "version": "2021-07-28"}
    with pytest.raises(httpx2.TimeoutException):
        call.raw("GET", f"/locations/{HERE}", headers=headers, timeout=0.2)


def test_a_fault_is_noted_with_the_request(call: Caller) -> None:
    call.sandbox.fault("empty")
    call("GET", f"/locations/{HERE}")
    call("GET", f"/locations/{HERE}")
    assert [row["fault"] for row in call.sandbox.asked("GET", "/locations")] == ["empty", ""]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("POST /contacts/*=500:3", Fault("status", "POST /contacts/*", 3, 500)),
        ("cut", Fault("cut")),
        ("slow:-1", Fault("slow", times=-1)),
    ],
)
def test_a_fault_can_be_written_in_one_word(text: str, fault: Fault) -> None:
    assert Fault.from_text(text) == fault


def test_a_fault_that_nobody_knows_is_refused(call: Caller) -> None:
    with pytest.raises(ValueError, match="there is no fault 'fire'"):
        call.sandbox.fault("fire")
    with pytest.raises(ValueError, match=KINDS[0]):
        Fault.from_text("fire")


@pytest.mark.parametrize(
    "options", [{"lagg": 1}, {"lag": "long"}, {"hold": 1}, {"retry": "never"}, {"compress": 0}, {"sign": "maybe"}]
)
def test_an_option_that_does_not_fit_is_refused(call: Caller, options: dict[str, object]) -> None:
    before = call.sandbox.set(lag=1)
    with pytest.raises(ValueError, match="options"):
        call.sandbox.set(**options)
    assert call.sandbox.set() == before


def test_a_form_of_a_foreign_page_steers_nothing(call: Caller) -> None:
    answer = call.raw("POST", "/_sandbox/contacts", data={"firstName": "Mallory"})
    assert answer.status_code == 415
    assert made(call) == 0


def test_an_order_that_makes_no_sense_is_refused(call: Caller) -> None:
    assert call.raw("POST", "/_sandbox/say", json={"contact": "nobody", "text": "x"}).status_code == 404
    assert call.raw("POST", "/_sandbox/contacts", json={"score": 5}).status_code == 422
    assert call.raw("POST", "/_sandbox/faults", json={}).status_code == 422
    assert call.raw("POST", "/_sandbox/nonsense", json={}).status_code == 404
