"""Does a playbook go through its whole life in the admin: draft, difference, publish, go back, retire?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from coaching.models import PlaybookVersion
from coaching.playbooks import Library
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import scope
from tests.doors import staff
from tests.world import World

PATH = "/admin/coaching/playbookversion/"


def content(headline: str) -> dict[str, Any]:
    entry = Library.base().entries()[0]
    return {"entries": {entry.language: {entry.kind: {entry.vertical: {"headline": headline}}}}}


def add(client: Client, headline: str) -> None:
    response = client.post(f"{PATH}add/", {"content": json.dumps(content(headline)), "note": "Ours"})
    assert response.status_code == 302, response.context["adminform"].form.errors


def act(client: Client, world: World, action: str, number: int) -> str:
    with scope(world.oakwood.pk):
        version = PlaybookVersion.objects.get(number=number)
    return client.post(PATH, {"action": action, "_selected_action": str(version.pk)}, follow=True).content.decode()


def states(world: World) -> dict[int, str]:
    with scope(world.oakwood.pk):
        return dict(PlaybookVersion.objects.order_by("number").values_list("number", "status"))


@pytest.fixture
def client(world: World) -> Client:
    return staff(world.ada)


def test_a_version_lives(world: World, client: Client) -> None:
    add(client, "Our first words")
    add(client, "Our second words")
    assert states(world) == {1: "draft", 2: "draft"}
    act(client, world, "publish", 1)
    act(client, world, "publish", 2)
    assert states(world) == {1: "retired", 2: "published"}
    act(client, world, "roll_back", 1)
    assert states(world) == {1: "retired", 2: "retired", 3: "published"}
    act(client, world, "retire", 3)
    assert set(states(world).values()) == {"retired"}
    with scope(world.oakwood.pk):
        assert Tenant.objects.get().playbook_version is None
        verbs = set(AuditEvent.objects.values_list("verb", flat=True))
        first = PlaybookVersion.objects.get(number=1)
    assert {"playbook.draft", "playbook.publish", "playbook.retire"} <= verbs
    assert first.created_by_id == world.ada.membership.pk


def test_what_a_draft_would_change_is_shown(world: World, client: Client) -> None:
    add(client, "Ours & only ours")
    with scope(world.oakwood.pk):
        key = PlaybookVersion.objects.get().pk
    page = client.get(f"{PATH}{key}/change/").content.decode()
    assert "<ins>Ours &amp; only ours</ins>" in page


def test_a_move_that_is_not_possible_says_why(world: World, client: Client) -> None:
    add(client, "Our first words")
    act(client, world, "publish", 1)
    assert "only a draft can be published" in act(client, world, "publish", 1)
    add(client, "Our second words")
    assert "only the published one can be retired" in act(client, world, "retire", 2)


@pytest.mark.parametrize("bad", ["[]", "7", '{"entries": {"en": {"no_such_kind": {"any": {"headline": 7}}}}}', "{"])
def test_content_that_is_no_playbook_is_refused_with_the_reason(world: World, client: Client, bad: str) -> None:
    response = client.post(f"{PATH}add/", {"content": bad, "note": ""})
    assert response.status_code == 200
    assert response.context["adminform"].form.errors["content"]
    assert states(world) == {}


def test_a_published_version_is_not_edited(world: World, client: Client) -> None:
    add(client, "Our first words")
    with scope(world.oakwood.pk):
        version = PlaybookVersion.objects.get()
    assert client.post(f"{PATH}{version.pk}/change/", {"content": "{}", "note": "x"}).status_code == 403
