"""Can nobody raise themselves or others above what their role may give, or take over an account that others share?"""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client

from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants import api_keys
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import ApiKey, Membership, User
from enterprisehub.tenants.scope import scope, unscoped
from tests.doors import platform_staff, staff
from tests.world import Person, World

MEMBER, ACCOUNT, KEY = "/admin/tenants/membership/", "/admin/tenants/user/", "/admin/tenants/apikey/"


def role_of(person: Person) -> str:
    with unscoped("the test looks"):
        return str(Membership.objects.get(pk=person.membership.pk).role)


def change_role(client: Client, person: Person, role: str) -> None:
    client.post(f"{MEMBER}{person.membership.pk}/change/", {"role": role, "is_active": "on"})


def test_an_admin_makes_a_team_lead_and_the_trail_names_the_field_only(world: World) -> None:
    change_role(staff(world.ada), world.bob, Role.TEAM_LEAD)
    assert role_of(world.bob) == Role.TEAM_LEAD
    with scope(world.oakwood.pk):
        row = AuditEvent.objects.get(verb="admin.change")
    assert row.facts == {"fields": ["role"]}
    assert (row.actor_id, row.via) == (world.ada.user.pk, "admin")
    assert row.target == f"tenants.membership:{world.bob.membership.pk}"


def test_an_admin_makes_no_owner_and_unmakes_none(world: World) -> None:
    client = staff(world.ada)
    change_role(client, world.bob, Role.OWNER)
    change_role(client, world.olivia, Role.AGENT)
    change_role(client, world.ada, Role.OWNER)
    assert [role_of(p) for p in (world.bob, world.olivia, world.ada)] == [Role.AGENT, Role.OWNER, Role.ADMIN]


def test_an_owner_makes_an_owner_but_changes_no_role_of_their_own(world: World) -> None:
    client = staff(world.olivia)
    change_role(client, world.ada, Role.OWNER)
    change_role(client, world.olivia, Role.AGENT)
    assert [role_of(p) for p in (world.ada, world.olivia)] == [Role.OWNER, Role.OWNER]


@pytest.mark.parametrize("whose", ["ada", "bob"])
def test_nobody_becomes_staff_or_superuser_through_the_admin_of_a_tenant(world: World, whose: str) -> None:
    user = getattr(world, whose).user
    client = staff(world.olivia)
    form = {"name": "New name", "is_active": "on", "is_staff": "on", "is_superuser": "on", "email": "x@y.example"}
    form |= {"groups": ["1"], "user_permissions": ["1"], "password": "taken over"}
    client.post(f"{ACCOUNT}{user.pk}/change/", form)
    user.refresh_from_db()
    assert (user.name, user.is_staff, user.is_superuser) == ("New name", False, False)
    assert user.email.startswith(whose)
    assert user.check_password("a long sentence for the tests")
    assert not user.user_permissions.exists()


def test_an_admin_does_not_change_the_owners_account(world: World) -> None:
    client = staff(world.ada)
    assert client.post(f"{ACCOUNT}{world.olivia.user.pk}/change/", {"name": "Taken"}).status_code == 403
    world.olivia.user.refresh_from_db()
    assert world.olivia.user.name == "Olivia"


def test_an_account_that_another_tenant_shares_is_only_looked_at(world: World) -> None:
    with scope(world.oakwood.pk):
        Membership.objects.create(user=world.charlie.user, role=Role.AGENT)
    client = staff(world.olivia)
    path = f"{ACCOUNT}{world.charlie.user.pk}/change/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"name": "Taken"}).status_code == 403
    client.post(ACCOUNT, {"action": "reset_second_factor", "_selected_action": str(world.charlie.user.pk)})
    world.charlie.user.refresh_from_db()
    assert world.charlie.user.name == "Charlie"


def invite(client: Client, email: str, role: str = Role.AGENT, **more: str) -> str:
    return client.post(f"{MEMBER}add/", {"email": email, "role": role, **more}, follow=True).content.decode()


def test_inviting_somebody_new_and_somebody_of_another_tenant_looks_the_same(world: World) -> None:
    client = staff(world.ada)
    answers = [invite(client, email) for email in ("new@oakwood.example", "charlie@elm.example")]
    with scope(world.oakwood.pk):
        emails = {m.user.email: m.role for m in Membership.objects.select_related("user")}
    assert {emails["new@oakwood.example"], emails["charlie@elm.example"]} == {Role.AGENT}
    assert ["was added successfully" in answer for answer in answers] == [True, True]
    assert not User.objects.get(email="new@oakwood.example").has_usable_password()
    assert "Charlie" not in answers[1]


def test_nobody_is_invited_twice_or_above_the_inviter(world: World) -> None:
    client = staff(world.ada)
    assert "member already" in invite(client, "BOB@oakwood.example")
    assert "may not give this role" in invite(client, "new@oakwood.example", Role.OWNER)
    assert not User.objects.filter(email="new@oakwood.example").exists()


def test_platform_staff_say_where_the_first_owner_works(world: World) -> None:
    page = invite(platform_staff(), "owner@elm.example", Role.OWNER, tenant=str(world.elm.pk))
    assert "was added successfully" in page
    with scope(world.elm.pk):
        assert Membership.objects.get(user__email="owner@elm.example").role == Role.OWNER


def test_a_link_to_choose_a_password_goes_to_the_person_alone(world: World) -> None:
    client = staff(world.ada)
    page = client.post(ACCOUNT, {"action": "send_link", "_selected_action": str(world.bob.user.pk)}, follow=True)
    assert [m.to for m in mail.outbox] == [["bob@oakwood.example"]]
    assert "/accounts/password/reset/key/" in str(mail.outbox[0].body)
    assert "reset/key" not in page.content.decode()


def test_a_lost_phone_is_forgotten_on_request(world: World) -> None:
    TOTP.activate(world.bob.user, generate_totp_secret())
    client = staff(world.ada)
    client.post(ACCOUNT, {"action": "reset_second_factor", "_selected_action": str(world.bob.user.pk)})
    assert not Authenticator.objects.filter(user=world.bob.user).exists()
    with scope(world.oakwood.pk):
        assert AuditEvent.objects.filter(verb="user.second_factor_reset").count() == 1


def test_a_key_is_shown_once_and_opens_only_its_own_tenant(world: World) -> None:
    client = staff(world.ada)
    form = {"name": "Website", "scopes": ["coaching:write"], "agent": str(world.alice.agent.pk)}
    form |= {"expires_at_0": "", "expires_at_1": ""}
    made = client.post(f"{KEY}add/", form)
    found = re.search(r"ehk_[A-Za-z0-9]{8}\.[A-Za-z0-9]{40}", made.content.decode())
    assert found, made.content.decode()[:2000]
    key = api_keys.check(found[0])
    assert key is not None
    assert (key.tenant_id, key.agent_id) == (world.oakwood.pk, world.alice.agent.pk)
    assert "no-store" in made["Cache-Control"]
    secret = found[0].partition(".")[2]
    for path in (KEY, f"{KEY}{key.pk}/change/", "/admin/privacy/auditevent/", "/admin/"):
        assert secret not in client.get(path).content.decode()
    assert not [value for value in client.cookies.values() if secret in value.value]


def test_a_key_gets_no_new_scope_or_agent_and_can_be_revoked(world: World) -> None:
    with scope(world.oakwood.pk):
        key = ApiKey(name="Website", scopes=["leads:read"], agent=world.alice.agent)
        text = api_keys.issue(key)
    client = staff(world.ada)
    form = {"name": "Renamed", "scopes": ["coaching:write"], "agent": "", "expires_at_0": "", "expires_at_1": ""}
    client.post(f"{KEY}{key.pk}/change/", form)
    checked = api_keys.check(text)
    assert checked is not None
    assert (checked.name, checked.scopes, checked.agent_id) == ("Renamed", ["leads:read"], world.alice.agent.pk)
    client.post(KEY, {"action": "revoke", "_selected_action": str(key.pk)})
    assert api_keys.check(text) is None


def test_a_key_cannot_be_made_for_another_tenants_agent(world: World) -> None:
    form = {"name": "Sneaky", "scopes": ["leads:read"], "agent": str(world.charlie.agent.pk)}
    response = staff(world.ada).post(f"{KEY}add/", form)
    assert "Select a valid choice" in response.content.decode()


def test_the_trail_can_be_read_and_not_changed(world: World) -> None:
    client = staff(world.ada)
    change_role(client, world.bob, Role.TEAM_LEAD)
    page = client.get(f"{MEMBER}{world.bob.membership.pk}/history/", follow=True).content.decode()
    assert "admin.change" in page
    with scope(world.oakwood.pk):
        row = AuditEvent.objects.get(verb="admin.change")
    path = f"/admin/privacy/auditevent/{row.pk}/"
    assert client.post(f"{path}change/", {"verb": "nothing"}).status_code == 403
    assert client.post(f"{path}delete/", {"post": "yes"}).status_code == 403
