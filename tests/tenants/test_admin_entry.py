"""Who may enter the admin? Staff whose role may, once they gave a second factor in this session."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.models import Membership, User
from enterprisehub.tenants.scope import scope
from tests.doors import code_for, platform_staff, signed_in, staff
from tests.world import PASSWORD, World


def test_strangers_are_sent_to_the_sign_in_page(client: Client, db: None) -> None:
    for path in ("/admin/", "/admin/login/", "/admin/tenants/user/"):
        response = client.get(path, follow=True)
        assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("name", ["alice", "tess", "rita", "olivia"])
def test_members_who_are_not_staff_are_refused(world: World, name: str) -> None:
    response = signed_in(getattr(world, name)).get("/admin/", follow=True)
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("name", "enters"), [("olivia", 200), ("ada", 200), ("tess", 403), ("alice", 403), ("rita", 403)]
)
def test_staff_enter_if_their_role_may(world: World, name: str, enters: int) -> None:
    assert staff(getattr(world, name)).get("/admin/", follow=True).status_code == enters


def test_a_refusal_is_on_the_trail(world: World) -> None:
    staff(world.alice).get("/admin/", follow=True)
    with scope(world.oakwood.pk):
        row = AuditEvent.objects.get(verb="permission.denied")
    assert (row.actor_id, row.via, row.target) == (world.alice.user.pk, "admin", "view:admin:login")


def test_staff_without_a_second_factor_are_sent_to_set_one_up(world: World) -> None:
    User.objects.filter(pk=world.ada.user.pk).update(is_staff=True)
    response = signed_in(world.ada).get("/admin/tenants/user/")
    assert (response.status_code, response["Location"]) == (
        302, "/accounts/2fa/totp/activate/?next=%2Fadmin%2Ftenants%2Fuser%2F",
    )  # fmt: skip


def test_a_session_that_never_gave_a_code_must_give_one(world: World) -> None:
    User.objects.filter(pk=world.ada.user.pk).update(is_staff=True)
    secret = generate_totp_secret()
    TOTP.activate(world.ada.user, secret)
    client = signed_in(world.ada)
    response = client.get("/admin/")
    assert response["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2F"
    answer = client.post(response["Location"], {"code": code_for(secret), "next": "/admin/"})
    assert answer["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_the_whole_way_from_the_password_to_the_admin(world: World, client: Client) -> None:
    User.objects.filter(pk=world.ada.user.pk).update(is_staff=True)
    secret = generate_totp_secret()
    TOTP.activate(world.ada.user, secret)
    client.post("/accounts/login/?next=/admin/", {"login": world.ada.user.email, "password": PASSWORD})
    response = client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)}, follow=True)
    assert response.redirect_chain[-1][0] == "/admin/"
    assert response.status_code == 200


def test_staff_cannot_put_their_second_factor_away(world: World) -> None:
    client = staff(world.ada)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/2fa/totp/deactivate/")
    assert client.get("/admin/").status_code == 200


def test_taking_the_role_away_works_at_once(world: World) -> None:
    client = staff(world.ada)
    assert client.get("/admin/").status_code == 200
    with scope(world.oakwood.pk):
        Membership.objects.filter(pk=world.ada.membership.pk).update(role="agent")
    assert client.get("/admin/", follow=True).status_code == 403


def test_staff_without_any_tenant_see_nothing(world: World) -> None:
    client = staff(world.ada)
    with scope(world.oakwood.pk):
        Membership.objects.filter(pk=world.ada.membership.pk).update(is_active=False)
    assert client.get("/admin/tenants/agent/", follow=True).status_code == 403


def test_platform_staff_without_a_tenant_see_every_tenant_here_and_nowhere_else(world: World) -> None:
    client = platform_staff()
    page = client.get("/admin/tenants/tenant/").content.decode()
    assert "Oakwood Realty" in page
    assert "Elm &amp; Co" in page
    assert client.get("/accounts/2fa/").wsgi_request.tenant_id is None


def test_only_admin_pages_get_the_relaxed_policy(world: World) -> None:
    client = staff(world.ada)
    assert "'unsafe-eval'" in client.get("/admin/")["Content-Security-Policy"]
    for path in ("/accounts/2fa/", "/accounts/login/", "/no-such-page/"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "script-src 'self'" in policy
