"""Does the sandbox let an app in as HighLevel does, and throw it out again?"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from enterprisehub.ghl.sandbox.cast import COMPANY
from enterprisehub.ghl.sandbox.remote import Remote
from tests.ghl.caller import BACK, HERE, Caller


@pytest.fixture
def app(sandbox: Remote) -> Caller:
    """An app that has no token yet."""
    return Caller(sandbox)


def test_consent_sends_the_browser_back_with_a_code_and_the_state(app: Caller) -> None:
    back = app.sandbox.consent(app.authorize_url(state="a b&c"))
    asked = parse_qs(urlsplit(back).query)
    assert back.startswith(BACK)
    assert asked["state"] == ["a b&c"]
    assert len(asked["code"][0]) == 40


def test_an_install_from_the_marketplace_has_no_state(app: Caller) -> None:
    back = app.sandbox.consent(app.authorize_url(state=""))
    assert "state" not in parse_qs(urlsplit(back).query)


def test_whoever_denies_is_sent_back_without_a_code(app: Caller) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(app.authorize_url()).query).items()}
    answer = app.raw("POST", "/v2/oauth/chooselocation", data={**asked, "decision": "deny"})
    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == ["access_denied"]


@pytest.mark.parametrize(("name", "value"), [("client_id", "other"), ("response_type", "token"), ("redirect_uri", "x")])
def test_a_wrong_link_is_told_as_a_page(app: Caller, name: str, value: str) -> None:
    asked = {one: values[0] for one, values in parse_qs(urlsplit(app.authorize_url()).query).items()}
    answer = app.raw("GET", "/v2/oauth/chooselocation", params={**asked, name: value})
    assert answer.status_code == 400
    assert "This link cannot be used" in answer.text


def test_what_an_app_sends_is_shown_as_text(app: Caller) -> None:
    answer = app.raw("GET", app.authorize_url(state='"><script>x</script>'))
    assert "<script>" not in answer.text


def test_a_code_is_good_once(app: Caller) -> None:
    code = app.code()
    assert app.exchange("authorization_code", code=code).json()["locationId"] == HERE
    again = app.exchange("authorization_code", code=code)
    assert again.status_code == 401
    assert again.json()["error_description"] == "Authorization code not found"


def test_a_code_grows_old(app: Caller) -> None:
    code = app.code()
    app.sandbox.forward(601)
    assert app.exchange("authorization_code", code=code).status_code == 401


def test_a_refresh_turns_the_pair_and_the_old_one_is_dead_at_once(app: Caller) -> None:
    old = app.connect()
    assert old["expires_in"] == 86399
    new = app.exchange("refresh_token", refresh_token=old["refresh_token"]).json()
    assert new["refresh_token"] != old["refresh_token"]
    again = app.exchange("refresh_token", refresh_token=old["refresh_token"])
    assert (again.status_code, again.json()["message"]) == (400, "Invalid grant: refresh token is invalid")
    assert app.sandbox.tokens == {"refreshes": 1, "spent_tries": 1}


def test_an_access_token_ends(app: Caller) -> None:
    app.connect()
    assert app("GET", f"/locations/{HERE}").status_code == 200
    app.sandbox.forward(86_400)
    ended = app("GET", f"/locations/{HERE}")
    assert (ended.status_code, ended.json()["message"]) == (401, "Invalid token: access token is invalid")


def test_a_short_life_can_be_chosen(app: Caller) -> None:
    app.sandbox.set(token_seconds=60)
    assert app.connect()["expires_in"] == 60


def test_tokens_can_be_ended_while_their_refresh_tokens_stay(app: Caller) -> None:
    pair = app.connect()
    assert app.sandbox.expire() == 1
    assert app("GET", f"/locations/{HERE}").status_code == 401
    assert app.exchange("refresh_token", refresh_token=pair["refresh_token"]).status_code == 200


def test_the_refresh_token_of_a_paused_location_works_again_later(app: Caller) -> None:
    pair = app.connect()
    app.sandbox.change_location(HERE, active=False)
    paused = app.exchange("refresh_token", refresh_token=pair["refresh_token"])
    assert (paused.status_code, paused.json()["message"]) == (400, "Location is not active")
    assert app("GET", f"/locations/{HERE}").json()["message"] == "Location is not active"
    app.sandbox.change_location(HERE, active=True)
    assert app.exchange("refresh_token", refresh_token=pair["refresh_token"]).status_code == 200


def test_a_missing_or_wrong_secret_is_refused(app: Caller) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": app.sandbox.app["client_id"]}
    assert app.raw("POST", "/oauth/token", data=form).json()["message"] == "Missing parameter: clientSecret"
    assert app.raw("POST", "/oauth/token", data={**form, "client_secret": "wrong"}).status_code == 401
    assert app.raw("POST", "/oauth/token", data={**form, "grant_type": "password"}).status_code == 422


def test_an_agency_mints_a_token_for_a_location_with_its_own_refresh_token(app: Caller) -> None:
    pair = app.connect(as_="Company", scopes=("oauth.write", "oauth.readonly", "locations.readonly"))
    assert "locationId" not in pair
    assert pair["approvedLocations"] == [HERE]
    minted = app.form("/oauth/locationToken", companyId=COMPANY, locationId=HERE)
    assert minted.status_code == 201
    assert minted.json()["refresh_token"] != pair["refresh_token"]
    app.token = minted.json()["access_token"]
    assert app("GET", f"/locations/{HERE}").status_code == 200
    assert app.form("/oauth/locationToken", companyId=COMPANY, locationId=HERE).status_code == 401


def test_an_agency_sees_where_the_app_is_installed(app: Caller) -> None:
    app.sandbox.location("loc-birch", name="Birch", installed=False)
    app.connect(as_="Company", scopes=("oauth.readonly", "oauth.write"))
    asked = {"companyId": COMPANY, "appId": app.sandbox.app["app_id"]}
    assert app("GET", "/oauth/installedLocations", **asked).json()["count"] == 2
    found = app("GET", "/oauth/installedLocations", **asked, isInstalled="true").json()
    assert [row["_id"] for row in found["locations"]] == [HERE]
    refused = app.form("/oauth/locationToken", companyId=COMPANY, locationId="loc-birch")
    assert refused.json()["message"] == "App is not installed in this location"


def test_an_agency_token_opens_no_contact(app: Caller) -> None:
    app.connect(as_="Company", scopes=("contacts.readonly", "users.readonly"))
    assert app("GET", "/contacts/x").json()["message"].startswith("This authClass type is not allowed")
    app.token = app.sandbox.private_token(company=COMPANY)
    assert app("GET", "/contacts/x").json()["message"] == "The token is not authorized for this scope."
    assert app("GET", f"/users/{HERE}-user-1").json()["message"] == "Token's user type mismatch!"


def test_a_missing_scope_is_refused(app: Caller) -> None:
    app.connect(scopes=("contacts.readonly",))
    refused = app("POST", "/contacts/", {"locationId": HERE})
    assert (refused.status_code, refused.json()["message"]) == (401, "The token is not authorized for this scope.")


def test_a_private_token_needs_no_refresh_and_may_end(app: Caller) -> None:
    app.token = app.sandbox.private_token(seconds=60)
    assert app.token.startswith("pit-")
    assert app("GET", f"/locations/{HERE}").status_code == 200
    app.sandbox.forward(61)
    assert app("GET", f"/locations/{HERE}").status_code == 401


def test_an_uninstalled_app_has_no_token_any_more(app: Caller) -> None:
    pair = app.connect()
    app.sandbox.uninstall()
    assert app("GET", f"/locations/{HERE}").status_code == 401
    assert app.exchange("refresh_token", refresh_token=pair["refresh_token"]).status_code == 400
    assert [event["type"] for event in app.sandbox.events] == ["INSTALL", "UNINSTALL"]


def test_no_secret_is_kept_in_the_log(app: Caller) -> None:
    code = app.code()
    pair = app.exchange("authorization_code", code=code).json()
    app.token = pair["access_token"]
    app("GET", f"/locations/{HERE}")
    app.exchange("refresh_token", refresh_token=pair["refresh_token"])
    log = str(app.sandbox.requests)
    secrets = (code, pair["access_token"], pair["refresh_token"], app.sandbox.app["client_secret"])
    assert [secret for secret in secrets if secret in log] == []
