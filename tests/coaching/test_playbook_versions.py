"""A tenant's own lines are drafted, published, retired and rolled back; a bad draft never coaches."""

from __future__ import annotations

import pytest

from coaching.models import PlaybookVersion
from coaching.playbooks import Library
from coaching.services import playbooks
from enterprisehub.errors import Conflict
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import scope
from tests.world import World

pytestmark = pytest.mark.django_db


def published_library(world: World) -> Library:
    with scope(world.oakwood.pk):
        return playbooks.library_of(Tenant.objects.get(pk=world.oakwood.pk))


def test_publishing_retires_the_one_before_and_rolling_back_publishes_it_anew() -> None:
    world = World()
    base = published_library(world).version
    with scope(world.oakwood.pk):
        first = playbooks.publish(playbooks.draft({}, note="first"))
        second = playbooks.publish(playbooks.draft({}, note="second"))
        first.refresh_from_db()
        assert (first.status, second.status) == ("retired", "published")
        third = playbooks.roll_back(first)
        assert third.number == 3
        assert PlaybookVersion.objects.filter(status="published").get() == third
        verbs = set(AuditEvent.objects.values_list("verb", flat=True))
        assert {"playbook.draft", "playbook.publish"} <= verbs
    assert published_library(world).version
    with scope(world.oakwood.pk):
        playbooks.retire(third)
    assert published_library(world).version == base


def test_only_a_draft_can_be_published_and_only_the_published_one_retired() -> None:
    world = World()
    with scope(world.oakwood.pk):
        version = playbooks.draft({})
        with pytest.raises(Conflict):
            playbooks.retire(version)
        with pytest.raises(Conflict):
            playbooks.roll_back(version)
        with pytest.raises(Conflict):
            playbooks.publish(playbooks.publish(version))
