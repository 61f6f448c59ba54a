"""The agent's day: the rows that are theirs, with reasons, in few queries, and each decided through its own door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from enterprisehub.tenants.scope import scope
from leads.models import Action, ActionState, Lead
from leads.services import planning
from tests.world import Count, Person, World

As = Callable[[Person], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(world: World) -> Lead:
    found: Lead = world.conversation(world.alice).lead
    world.says(world.alice, found, "Could you tell me more? Our lease ends on December 20.")
    with scope(world.oakwood.pk):
        planning.plan(found)
        due_now()
    return found


def due_now() -> None:
    Action.objects.update(due_at=now() - timedelta(minutes=1))


def action_of(world: World, lead: Lead) -> Action:
    with scope(world.oakwood.pk):
        return Action.objects.get(lead=lead)


def test_a_row_says_what_to_do_and_in_whose_words_why(as_: As, world: World, lead: Lead) -> None:
    text = as_(world.alice).get("/today/").content.decode()
    assert "Answer Pat" in text
    assert "Our lease ends on December 20." in text
    assert "They wrote and wait for an answer." in text


def test_whose_lead_it_is_not_has_nothing_to_do(as_: As, world: World, lead: Lead) -> None:
    assert "Nothing is due today." in as_(world.bob).get("/today/").content.decode()
    assert "Answer Pat" in as_(world.tess).get("/today/?team=1").content.decode()
    assert "Answer Pat" not in as_(world.charlie).get("/today/").content.decode()
    assert "Answer Pat" not in as_(world.bob).get("/today/?team=1").content.decode()


def test_it_costs_at_most_15_queries_however_long_the_queue_is(as_: As, world: World, lead: Lead) -> None:
    with scope(world.oakwood.pk):
        for number in range(40):
            planning.plan(
                Lead.objects.create(name=f"Lead {number}", phone=f"+12125550{number:03d}", agent=world.alice.agent)
            )
        due_now()
    client, count = as_(world.alice), Count()
    client.get("/today/")
    with connection.execute_wrapper(count):
        answer = client.get("/today/")
    text = answer.content.decode()
    assert text.count("data-row") == 25
    assert "Further" in text
    assert text.count("data-due=") == 12
    assert len(count.statements) <= 15, count.statements


def test_the_lead_page_shows_the_plan_within_20_queries(as_: As, world: World, lead: Lead) -> None:
    client, count = as_(world.alice), Count()
    client.get(f"/leads/{lead.pk}/")
    with connection.execute_wrapper(count):
        text = client.get(f"/leads/{lead.pk}/").content.decode()
    assert "Their lease ends" in text
    assert "End of the lease" in text
    assert len(count.statements) <= 20, count.statements


def test_each_door_answers_with_the_row_or_with_what_became_of_it(as_: As, world: World, lead: Lead) -> None:
    client, path = as_(world.alice), f"/today/{action_of(world, lead).pk}"
    edited = client.post(f"{path}/edit/", {"text": "It has 3 bedrooms, shall we talk?"}, headers=HTMX).content.decode()
    assert '<mark class="claim"' in edited
    refused = client.post(f"{path}/approve/", headers=HTMX)
    assert (refused.status_code, "3 bedrooms" in refused.content.decode()) == (409, True)
    words = {"text": "It has 3 bedrooms, shall we talk?", "claim": "3 bedrooms", "source": "the seller's sheet"}
    kept = client.post(f"{path}/edit/", words, headers=HTMX).content.decode()
    assert "Known from the seller" in kept
    denied = client.post(f"{path}/approve/", headers=HTMX).content.decode()
    assert "May not be sent now." in denied
    gone = client.post(f"{path}/snooze/", {"for": "tomorrow"}, headers=HTMX).content.decode()
    assert 'data-gone="snoozed"' in gone
    assert client.post(f"{path}/snooze/", {"for": "never"}, headers=HTMX).status_code == 400
    done = client.post(f"{path}/complete/", {"outcome": "reached"}, headers=HTMX).content.decode()
    assert "spoke with them" in done
    assert client.post(f"{path}/dismiss/", headers=HTMX).status_code == 409
    assert action_of(world, lead).state == ActionState.DONE


def test_without_scripts_the_doors_lead_back_to_the_day(as_: As, world: World, lead: Lead) -> None:
    client, path = as_(world.alice), f"/today/{action_of(world, lead).pk}"
    answer = client.post(f"{path}/dismiss/", follow=True)
    assert answer.redirect_chain == [("/today/", 302)]
    assert "Dismissed for Pat Doe." in answer.content.decode()


def test_an_auditor_reads_and_decides_nothing(as_: As, world: World, lead: Lead) -> None:
    rita, path = as_(world.rita), f"/today/{action_of(world, lead).pk}"
    assert 'data-do="approve"' not in rita.get("/today/?team=1").content.decode()
    assert rita.post(f"{path}/dismiss/").status_code == 403


def test_a_new_lead_is_on_the_clock_until_somebody_tries(as_: As, world: World) -> None:
    with scope(world.oakwood.pk):
        Lead.objects.create(name="Kim Vale", phone="+12125550101", agent=world.alice.agent, source="website")
        Lead.objects.create(name="From a file", agent=world.alice.agent, source="import")
    text = as_(world.alice).get("/today/").content.decode()
    assert "Kim Vale" in text
    assert "From a file" not in text
    with scope(world.oakwood.pk):
        world_lead = Lead.objects.get(name="Kim Vale")
    world.says(world.alice, world_lead, "Hello Kim, this is Alice.", "agent")
    assert "New leads, not tried yet" not in as_(world.alice).get("/today/").content.decode()


def test_once_the_office_has_closed_the_next_working_day_is_shown(as_: As, world: World) -> None:
    evening = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)  # Saturday, 18:30 in New York
    with time_machine.travel(evening, tick=False):
        lead = world.conversation(world.alice).lead
        world.says(world.alice, lead, "Could you tell me more?")
        with scope(world.oakwood.pk):
            planning.plan(lead)
        text = as_(world.alice).get("/today/").content.decode()
    assert "Closed for now: this is Monday, 30 November" in text
    assert "Answer Pat" in text


def test_what_may_not_be_sent_leads_to_the_question_whether_they_may_be_contacted(
    as_: As, world: World, lead: Lead
) -> None:
    with scope(world.oakwood.pk):
        Action.objects.update(verdict={"allow": False, "text": "It is quiet time for them.", "next_at": None})
    text = as_(world.alice).get("/today/").content.decode()
    assert f'href="/leads/{lead.pk}/contact/"' in text
    assert 'class="button do__main button--quiet"' in text


@pytest.mark.parametrize(("clock", "offered"), [((2026, 11, 24, 15), True), ((2026, 11, 24, 23), False)])
def test_later_today_is_offered_while_there_is_a_later_today(
    as_: As, world: World, clock: tuple[int, int, int, int], offered: bool
) -> None:
    with time_machine.travel(datetime(*clock, tzinfo=UTC), tick=True):
        found: Lead = world.conversation(world.alice).lead
        world.says(world.alice, found, "Could you tell me more?")
        with scope(world.oakwood.pk):
            planning.plan(found)
            due_now()
        assert ("Later today" in as_(world.alice).get("/today/").content.decode()) is offered


def test_what_became_known_reads_as_people_say_it(as_: As, world: World, lead: Lead) -> None:
    text = as_(world.alice).get(f"/leads/{lead.pk}/history/").content.decode()
    assert "Dec 20, " in text
    assert "Lease end" in text
    assert "lease_end" not in text
