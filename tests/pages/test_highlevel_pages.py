"""The pages beside HighLevel: what was missing, and what people wrote there about a lead."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from enterprisehub.ghl.models import Connection, Kind, Reconciliation
from enterprisehub.tenants.models import Job
from enterprisehub.tenants.scope import scope
from leads.models import CrmRecord, Lead
from tests.world import Person, World

As = Callable[[Person], Client]


@pytest.fixture
def lead(world: World) -> Lead:
    found: Lead = world.conversation(world.alice).lead
    with scope(world.oakwood.pk):
        Lead.objects.filter(pk=found.pk).update(contact_id="c1")
    return found


def test_gaps_are_told_and_looked_for(world: World, as_: As) -> None:
    owner = as_(world.olivia)
    assert "no connection to compare with" in owner.get("/highlevel/gaps/").content.decode()
    with scope(world.oakwood.pk):
        Connection.objects.create(kind=Kind.PIT, location_id="loc-oakwood")
        gap = {"kind": "message", "id": "m1", "at": "2026-05-04T12:00:00+00:00", "repaired": True}
        Reconciliation.objects.create(ended_at=now(), looked=1_200, missing=1, repaired=1, gaps=[gap])
    page = owner.get("/highlevel/gaps/").content.decode()
    assert "1 missing, 1 taken in" in page
    assert "1,200 looked at" in page
    assert owner.post("/highlevel/gaps/").status_code == 302
    with scope(world.oakwood.pk):
        assert Job.objects.filter(name="leads.reconcile").count() == 1


def test_who_only_reads_cannot_have_it_compared_and_agents_do_not_see_it(world: World, as_: As) -> None:
    assert as_(world.rita).get("/highlevel/gaps/").status_code == 200
    assert as_(world.rita).post("/highlevel/gaps/").status_code == 403
    assert as_(world.alice).get("/highlevel/gaps/").status_code == 403


def test_the_lead_shows_what_people_wrote_in_highlevel(world: World, as_: As, lead: Lead) -> None:
    with scope(world.oakwood.pk):
        CrmRecord.objects.create(lead=lead, kind="note", remote_id="n1", body="Likes the garden")
        CrmRecord.objects.create(lead=lead, kind="note", remote_id="n2", body="Gone", deleted_at=now())
    path = f"/leads/{lead.pk}/highlevel/"
    assert path in as_(world.alice).get(f"/leads/{lead.pk}/").content.decode()
    whole = as_(world.alice).get(path).content.decode()
    assert "Likes the garden" in whole
    assert "Gone" not in whole
    piece = as_(world.alice).get(path, HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in piece


def test_many_comparisons_cost_no_more_queries(world: World, as_: As) -> None:
    client = as_(world.olivia)
    client.get("/highlevel/gaps/")
    counts = []
    for _ in range(2):
        with scope(world.oakwood.pk):
            for _ in range(5):
                Reconciliation.objects.create(ended_at=now())
        with CaptureQueriesContext(connection) as seen:
            client.get("/highlevel/gaps/")
        counts.append(len(seen))
    assert counts[0] == counts[1]
