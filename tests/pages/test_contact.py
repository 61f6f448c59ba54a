"""On the lead's page: may I contact them, why not, and what did they agree to?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from enterprisehub.tenants.scope import scope
from leads.models import Consent, Lead
from tests.world import Person, World

As = Callable[[Person], Client]


@pytest.fixture
def lead(world: World) -> Lead:
    found: Lead = world.conversation(world.alice).lead
    with scope(world.oakwood.pk):
        Lead.objects.filter(pk=found.pk).update(phone="+1 512 555 0100", email="pat@example.com")
    return found


def test_the_page_says_by_medium_why_not(world: World, as_: As, lead: Lead) -> None:
    page = as_(world.alice).get(f"/leads/{lead.pk}/contact/").content.decode()
    assert "10DLC" in page
    assert "no written consent" in page
    assert "postal address" in page
    assert "Nobody has recorded a consent" in page


def test_who_asked_may_be_called_by_hand_and_where_nobody_wrote_nothing_can_be_answered(
    world: World, as_: As, lead: Lead
) -> None:
    world.says(world.alice, lead, "Is the house on Elm still for sale?")
    with scope(world.oakwood.pk):
        Lead.objects.filter(pk=lead.pk).update(email="")
    with time_machine.travel(now().replace(hour=18, minute=0) + timedelta(days=1), tick=False):
        page = as_(world.alice).get(f"/leads/{lead.pk}/contact/").content.decode()
    assert "Yes, by hand" in page
    assert "exemption for an inquiry lasts until" in page
    assert "47 CFR 64.1200(f)(5)" in page
    assert "No e-mail address is on file." in page
    assert "never written from a social network" in page


def test_the_leads_page_asks_for_it_as_a_piece(world: World, as_: As, lead: Lead) -> None:
    assert f"/leads/{lead.pk}/contact/" in as_(world.alice).get(f"/leads/{lead.pk}/").content.decode()
    piece = as_(world.alice).get(f"/leads/{lead.pk}/contact/", HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in piece
    assert "Text message" in piece


def test_a_person_records_a_consent_an_opt_out_and_a_wrong_number(world: World, as_: As, lead: Lead) -> None:
    client, address = as_(world.alice), f"/leads/{lead.pk}/contact/"
    client.post(address, {"do": "consent", "medium": "call", "purpose": "marketing", "text": "You may call me."})
    client.post(address, {"do": "wrong_number"})
    assert "belongs to somebody else" in client.get(address).content.decode()
    client.post(address, {"do": "opt_out", "medium": "any", "quote": "Leave me <b>alone</b>"})
    page = client.get(address).content.decode()
    assert "Asked to be left alone" in page
    assert "Leave me &lt;b&gt;alone" in page
    assert page.count("They asked not to be contacted") >= 3
    with scope(world.oakwood.pk):
        assert [line.by_id for line in Consent.objects.all()] == [world.alice.membership.pk] * 2
        assert Lead.objects.get(pk=lead.pk).overlay == "dnc"


def test_who_only_reads_gets_no_form_and_no_way_in(world: World, as_: As, lead: Lead) -> None:
    client = as_(world.rita)
    assert "Record a consent" not in client.get(f"/leads/{lead.pk}/contact/").content.decode()
    assert client.post(f"/leads/{lead.pk}/contact/", {"do": "opt_out"}).status_code == 403
    assert as_(world.bob).get(f"/leads/{lead.pk}/contact/").status_code == 404


def test_the_piece_costs_few_queries(world: World, as_: As, lead: Lead) -> None:
    client = as_(world.alice)
    client.get(f"/leads/{lead.pk}/contact/")
    with CaptureQueriesContext(connection) as seen:
        client.get(f"/leads/{lead.pk}/contact/")
    assert len(seen) <= 20, [one["sql"][:90] for one in seen]
