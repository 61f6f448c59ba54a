"""How do people get in, what keeps others out, and does each try leave a trace?"""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.models import Membership, User
from enterprisehub.tenants.scope import scope, unscoped
from tests.doors import code_for
from tests.world import PASSWORD, World

LOGIN = "/accounts/login/"


def try_to_sign_in(client: Client, email: str, password: str = PASSWORD):  # type: ignore[no-untyped-def]
    return client.post(LOGIN, {"login": email, "password": password})


def trail(verb: str) -> list[AuditEvent]:
    with unscoped("the test reads the whole trail"):
        return list(AuditEvent.objects.filter(verb=verb))


def test_the_right_password_opens_the_dashboard(world: World, client: Client) -> None:
    response = try_to_sign_in(client, "alice@oakwood.example")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(world.alice.user.pk)


def test_the_address_is_read_in_any_case(world: World, client: Client) -> None:
    assert try_to_sign_in(client, " ALICE@Oakwood.Example ").status_code == 302


def test_a_sign_in_is_on_the_tenants_trail_with_who_and_from_where(world: World, client: Client) -> None:
    try_to_sign_in(client, "alice@oakwood.example")
    (row,) = trail("signin")
    assert (row.tenant_id, row.actor_id) == (world.oakwood.pk, world.alice.user.pk)
    assert (row.via, row.ip) == ("page", "127.0.0.1")
    assert row.facts == {"factors": ["password"]}


def test_a_sign_out_ends_the_session_on_the_server_and_is_noted(world: World, client: Client) -> None:
    try_to_sign_in(client, "alice@oakwood.example")
    cookie = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    client.cookies["sessionid"] = cookie
    assert client.get("/accounts/2fa/").status_code == 302
    assert [row.actor_id for row in trail("signout")] == [world.alice.user.pk]


def test_a_get_does_not_sign_anybody_out(world: World, client: Client) -> None:
    client.force_login(world.alice.user)
    client.get("/accounts/logout/")
    assert "_auth_user_id" in client.session


def test_known_and_unknown_addresses_are_answered_alike_and_both_noted(world: World) -> None:
    known, unknown = Client(), Client()
    first = try_to_sign_in(known, "alice@oakwood.example", "wrong")
    second = try_to_sign_in(unknown, "nobody@oakwood.example", "wrong")
    assert first.status_code == second.status_code == 200
    assert first.context["form"].non_field_errors() == second.context["form"].non_field_errors()
    rows = {row.target: row for row in trail("signin.failed")}
    assert rows.keys() == {f"tenants.user:{world.alice.user.pk}", "tenants.user:unknown"}
    assert rows["tenants.user:unknown"].tenant_id is None
    assert "nobody@" not in str([row.facts for row in rows.values()])


def test_fifty_wrong_passwords_lock_the_address_even_for_the_right_one_and_nobody_else(world: World) -> None:
    client = Client()
    for turn in range(50):
        client.post(
            LOGIN, {"login": "alice@oakwood.example", "password": f"wrong {turn}"}, REMOTE_ADDR=f"10.0.0.{turn}"
        )
    assert try_to_sign_in(client, "alice@oakwood.example").status_code == 200
    assert "_auth_user_id" not in client.session
    assert len(trail("signin.failed")) == 5
    assert len(trail("signin.locked")) == 46
    assert try_to_sign_in(Client(), "bob@oakwood.example").status_code == 302


@pytest.mark.parametrize("who", ["alice", "nobody"])
def test_a_reset_is_answered_alike_for_known_and_unknown_addresses(world: World, client: Client, who: str) -> None:
    response = client.post("/accounts/password/reset/", {"email": f"{who}@oakwood.example"})
    assert (response.status_code, response["Location"]) == (302, "/accounts/password/reset/done/")


def test_somebody_who_was_switched_off_cannot_sign_in(world: World, client: Client) -> None:
    User.objects.filter(pk=world.alice.user.pk).update(is_active=False)
    try_to_sign_in(client, "alice@oakwood.example")
    assert "_auth_user_id" not in client.session


def test_switching_somebody_off_ends_what_they_have_open(world: World, client: Client) -> None:
    client.force_login(world.alice.user)
    User.objects.filter(pk=world.alice.user.pk).update(is_active=False)
    assert client.get("/accounts/2fa/").status_code == 302


def test_a_membership_that_was_switched_off_opens_no_tenant(world: World, client: Client) -> None:
    client.force_login(world.alice.user)
    with scope(world.oakwood.pk):
        Membership.objects.filter(user=world.alice.user).update(is_active=False)
    response = client.get("/accounts/2fa/")
    assert response.wsgi_request.tenant_id is None


def test_nobody_signs_up(client: Client, db: None) -> None:
    data = {"email": "new@hub.example", "password1": "a very long sentence", "password2": "a very long sentence"}
    client.post("/accounts/signup/", data)
    assert not User.objects.exists()


def test_signing_in_changes_the_session_key(world: World, client: Client) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    try_to_sign_in(client, "alice@oakwood.example")
    assert client.cookies["sessionid"].value != before
    planted = Client()
    planted.cookies["sessionid"] = before
    assert "_auth_user_id" not in planted.session


def test_the_sign_in_form_needs_its_token(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert try_to_sign_in(strict, "alice@oakwood.example").status_code == 403
    assert len(trail("permission.denied")) == 1


def test_with_a_second_factor_the_password_alone_opens_nothing(world: World, client: Client) -> None:
    secret = generate_totp_secret()
    TOTP.activate(world.alice.user, secret)
    assert try_to_sign_in(client, "alice@oakwood.example")["Location"].startswith("/accounts/2fa/authenticate/")
    assert "_auth_user_id" not in client.session
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "_auth_user_id" not in client.session
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert client.session["_auth_user_id"] == str(world.alice.user.pk)
    assert trail("signin")[0].facts == {"factors": ["mfa", "password"]}


def test_a_recovery_code_opens_once(world: World) -> None:
    TOTP.activate(world.alice.user, generate_totp_secret())
    code = RecoveryCodes.activate(world.alice.user).get_unused_codes()[0]
    for turn, opens in enumerate([True, False]):
        client = Client(REMOTE_ADDR=f"10.0.1.{turn}")
        try_to_sign_in(client, "alice@oakwood.example")
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert ("_auth_user_id" in client.session) is opens


def test_everybody_can_set_up_a_second_factor_and_gets_recovery_codes(world: World, client: Client) -> None:
    try_to_sign_in(client, "alice@oakwood.example")
    asked = client.get("/accounts/2fa/totp/activate/")
    client.post(asked["Location"], {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    secret = page.context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})
    kinds = set(Authenticator.objects.filter(user=world.alice.user).values_list("type", flat=True))
    assert kinds == {"totp", "recovery_codes"}
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored


def test_a_new_password_ends_the_other_sessions(world: World, client: Client) -> None:
    other = Client()
    other.force_login(world.alice.user)
    user = User.objects.get(pk=world.alice.user.pk)
    user.set_password("another long sentence")
    user.save()
    assert other.get("/accounts/2fa/").status_code == 302


def test_nobody_adds_an_address_by_themselves(world: World, client: Client) -> None:
    client.force_login(world.alice.user)
    assert client.get("/accounts/email/").status_code == 404
    client.post("/accounts/email/", {"email": "charlie@elm.example", "action_add": ""})
    assert not EmailAddress.objects.exists()
