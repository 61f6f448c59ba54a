"""Is every refusal of HighLevel's understood, whatever shape it has, and nothing of what it repeats kept?"""

from __future__ import annotations

from typing import Any

import pytest

from enterprisehub.ghl import refusals as r


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"statusCode": 401, "message": "Invalid token: access token is invalid"}, r.TokenRefused),
        (401, {"message": "Invalid JWT", "statusCode": 401}, r.TokenRefused),
        (401, {"statusCode": 401, "message": "version header was not found."}, r.VersionRefused),
        (401, {"statusCode": 401, "message": "version header is invalid"}, r.VersionRefused),
        (400, {"statusCode": 400, "message": "Invalid API version segment 'x' at position 0"}, r.VersionRefused),
        (401, {"statusCode": 401, "message": "The token is not authorized for this scope."}, r.ScopeMissing),
        (401, {"statusCode": 401, "message": "Token's user type mismatch!"}, r.WrongKindOfToken),
        (401, {"message": "This authClass type is not allowed to access this scope. Please reach out."}, r.AgencyToken),
        (403, {"statusCode": 403, "message": "The token does not have access to this location."}, r.WrongLocation),
        (400, {"statusCode": 400, "message": "Invalid grant: refresh token is invalid"}, r.GrantLost),
        (400, {"statusCode": 400, "message": "Location is not active"}, r.LocationPaused),
        (401, {"error": "UnAuthorized!", "error_description": "Authorization code not found"}, r.CodeRefused),
        (404, {"statusCode": 404, "message": "Contact with id x not found"}, r.Missing),
        (422, {"statusCode": 422, "message": ["property additionalEmails should not exist"]}, r.Unprocessable),
        (422, {"statusCode": 422, "message": "email must be an email"}, r.Unprocessable),
        (400, {"error": {"code": "x", "message": "Location is not active", "details": None}}, r.LocationPaused),
        (400, {"statusCode": 400, "message": "something new"}, r.Refused),
        (400, ["not an object"], r.Refused),
        (500, {"message": "x"}, r.ServerFault),
        (302, None, r.ServerFault),
        (502, None, r.ServerFault),
        (429, {"message": "Too many"}, r.Busy),
    ],
)
def test_a_refusal_has_a_meaning(status: int, body: Any, kind: type[r.HighLevelError]) -> None:
    assert type(r.refusal(status, body, {})) is kind


def test_nothing_left_of_the_day_is_another_state_than_busy() -> None:
    assert type(r.refusal(429, {}, {"x-ratelimit-daily-remaining": "0"})) is r.DaySpent
    busy = r.refusal(429, {}, {"x-ratelimit-daily-remaining": "7", "x-ratelimit-interval-milliseconds": "10000"})
    assert type(busy) is r.Busy
    assert busy.wait == 10.0


def test_only_names_of_properties_are_kept_of_what_it_says() -> None:
    told = r.refusal(422, {"message": ["property ssn should not exist", "pat@example.com is no phone"]}, {})
    assert told.reason == "unprocessable:ssn"
    assert "pat@example.com" not in str(told) + repr(told)


def test_the_trace_id_is_kept() -> None:
    assert r.refusal(400, {"message": "x", "traceId": "t-1"}, {}).trace_id == "t-1"
    assert r.refusal(400, {"message": "x", "traceId": 7}, {}).trace_id == ""


def test_a_known_duplicate_says_which_contact_it_is() -> None:
    body = {
        "statusCode": 400,
        "message": "This location does not allow duplicated contacts.",
        "meta": {"contactId": "c9"},
    }
    assert r.refusal(400, body, {}).detail == "c9"
    assert r.refusal(400, {**body, "meta": {"contactId": "../x"}}, {}).detail == ""
