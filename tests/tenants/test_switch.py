"""Does somebody who works in two tenants see one at a time, and only theirs?"""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import Membership
from enterprisehub.tenants.scope import scope
from tests.world import World


@pytest.fixture
def in_both(world: World) -> Client:
    """Alice, who also works for Elm."""
    with scope(world.elm.pk):
        Membership.objects.create(user=world.alice.user, role=Role.AGENT)
    client = Client()
    client.force_login(world.alice.user)
    return client


def tenant_seen(client: Client) -> object:
    return client.get("/accounts/2fa/").wsgi_request.tenant_id


def test_the_first_membership_is_where_one_begins(world: World, in_both: Client) -> None:
    assert tenant_seen(in_both) == world.oakwood.pk


def test_switching_changes_the_tenant_the_session_key_and_leaves_a_trace(world: World, in_both: Client) -> None:
    tenant_seen(in_both)
    before = in_both.cookies["sessionid"].value
    response = in_both.post("/switch/", {"tenant": str(world.elm.pk), "next": "/sessions/"})
    assert (response.status_code, response["Location"]) == (302, "/sessions/")
    assert in_both.cookies["sessionid"].value != before
    assert tenant_seen(in_both) == world.elm.pk
    with scope(world.elm.pk):
        row = AuditEvent.objects.get(verb="tenant.switch")
    assert row.actor_id == world.alice.user.pk


def test_a_tenant_of_others_looks_like_one_that_does_not_exist(world: World) -> None:
    client = Client()
    client.force_login(world.bob.user)
    answers = [client.post("/switch/", {"tenant": str(key)}) for key in (world.elm.pk, uuid4(), "x", "")]
    assert {a.status_code for a in answers} == {404}
    assert len({a.content for a in answers}) == 1
    assert tenant_seen(client) == world.oakwood.pk


def test_a_choice_is_checked_again_with_every_request(world: World, in_both: Client) -> None:
    in_both.post("/switch/", {"tenant": str(world.elm.pk)})
    with scope(world.elm.pk):
        Membership.objects.filter(user=world.alice.user).update(is_active=False)
    assert tenant_seen(in_both) == world.oakwood.pk


def test_a_forged_choice_in_the_session_opens_nothing(world: World) -> None:
    client = Client()
    client.force_login(world.bob.user)
    session = client.session
    session["tenant"] = str(world.elm.pk)
    session.save()
    assert tenant_seen(client) == world.oakwood.pk


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_way_back_stays_on_our_pages(world: World, in_both: Client, where: str) -> None:
    response = in_both.post("/switch/", {"tenant": str(world.elm.pk), "next": where})
    assert response["Location"] == "/"


def test_switching_needs_a_post_a_token_and_somebody_signed_in(world: World, in_both: Client) -> None:
    assert in_both.get("/switch/").status_code == 405
    assert Client().post("/switch/", {"tenant": str(world.elm.pk)})["Location"].startswith("/accounts/login/")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.alice.user)
    assert strict.post("/switch/", {"tenant": str(world.elm.pk)}).status_code == 403
