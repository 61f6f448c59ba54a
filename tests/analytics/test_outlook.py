"""Is a lead's outlook counted from its own tenant's past, kept, held against what happened, and shown through each door?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from analytics.models import Foretold, PastRates
from analytics.services import predicting
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import scope
from leads.models import Action, ActionPlan, Conversation, Lead, Medium, Message, Overlay, Speaker, Stage, StageMove
from leads.services import planning
from tests.world import World

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)


@pytest.fixture
def world(db: None) -> World:
    return World()


def past_leads(world: World, n: int, *, closed: int) -> None:
    """Leads of Oakwood's that became qualified 300 days ago; the first `closed` of them closed forty days later."""
    with scope(world.oakwood.pk):
        for i in range(n):
            began = NOON - timedelta(days=300)
            lead = Lead.objects.create(name=f"Past {i}", agent=world.alice.agent, created_at=began)
            Lead.objects.filter(pk=lead.pk).update(created_at=began)
            move(lead, Stage.NEW, Stage.QUALIFIED, began)
            if i < closed:
                move(lead, Stage.QUALIFIED, Stage.CLOSED, began + timedelta(days=40))


def move(lead: Lead, before: str, to: str, at: datetime) -> None:
    StageMove.objects.create(lead=lead, from_stage=before, to_stage=to, mover="person", at=at)
    Lead.objects.filter(pk=lead.pk).update(stage=to)


def qualified(world: World, **fields: object) -> Lead:
    with scope(world.oakwood.pk):
        lead: Lead = Lead.objects.create(
            name="Pat Doe", agent=world.alice.agent, stage=Stage.QUALIFIED, phone="+13105550123", **fields
        )
    return lead


def outlook(world: World, lead: Lead) -> predicting.Outlook:
    with scope(world.oakwood.pk):
        return predicting.outlook(lead, Tenant.objects.get(pk=world.oakwood.pk), at=NOON)


def count(world: World, at: datetime = NOON) -> None:
    with time_machine.travel(at, tick=False), scope(world.oakwood.pk):
        predicting.count()


def test_the_chance_is_counted_from_leads_that_stood_the_same(world: World) -> None:
    past_leads(world, 40, closed=20)
    lead = qualified(world)
    count(world)
    soon, later, _ = outlook(world, lead).chances
    assert soon.value is not None
    assert later.value is not None
    assert 0 < soon.value < later.value < 0.6
    assert "40 past leads" in soon.why
    assert later.interval is not None
    assert later.interval.holds(later.value)


def test_a_neighbours_past_says_nothing_here(world: World) -> None:
    past_leads(world, 40, closed=20)
    count(world)
    with scope(world.elm.pk):
        lead = Lead.objects.create(name="Kim", agent=world.charlie.agent, stage=Stage.QUALIFIED)
        predicting.count()
        found = predicting.outlook(lead, Tenant.objects.get(pk=world.elm.pk), at=NOON)
        assert PastRates.objects.count() == 1
    assert all(chance.value is None for chance in found.chances)
    assert "20 more past leads" in found.chances[0].why


def test_counting_twice_gives_the_same_and_keeps_a_chance_once_a_week(world: World) -> None:
    past_leads(world, 40, closed=20)
    qualified(world)
    count(world)
    with scope(world.oakwood.pk):
        first, kept = PastRates.objects.get().closings, Foretold.objects.count()
        assert kept == 21 * 3  # the twenty that are open still, and Pat
    count(world, NOON + timedelta(minutes=1))
    with scope(world.oakwood.pk):
        assert PastRates.objects.get().closings == first
        assert Foretold.objects.count() == kept
    count(world, NOON + timedelta(days=8))
    with scope(world.oakwood.pk):
        assert Foretold.objects.count() == 2 * kept


def test_what_was_foretold_is_held_against_what_happened(world: World) -> None:
    past_leads(world, 40, closed=20)
    lead = qualified(world)
    count(world)
    with scope(world.oakwood.pk):
        move(lead, Stage.QUALIFIED, Stage.CLOSED, NOON + timedelta(days=10))
        assert not Foretold.objects.exclude(happened=None).exists()
    count(world, NOON + timedelta(days=31))
    with scope(world.oakwood.pk):
        mine = Foretold.objects.get(lead=lead, horizon=30)
        others = Foretold.objects.filter(horizon=30, happened=False).count()
        assert mine.happened is True
        assert others == 20
        assert predicting.reckoned(30).n == 21
        assert predicting.reckoned(90).n == 0


def test_a_lead_that_must_be_left_alone_has_one_step(world: World) -> None:
    lead = qualified(world, overlay=Overlay.DNC)
    found = outlook(world, lead)
    assert found.chances == ()
    assert [step for step, _ in found.strategy.steps] == ["They asked to be left alone: do nothing."]


def test_hours_are_of_the_leads_own_day_and_legal(world: World) -> None:
    lead = qualified(world, timezone="America/Los_Angeles")
    with scope(world.oakwood.pk):
        talk = Conversation.objects.create(lead=lead, agent=world.alice.agent, medium=Medium.SMS)
        for i in range(8):  # 18:00 in Los Angeles, 02:00 UTC
            at = datetime(2026, 11, 10 + i, 2, tzinfo=UTC)
            Message.objects.create(
                conversation=talk, lead=lead, speaker=Speaker.PROSPECT, text="Hi", client_id=f"m{i}", position=i, at=at
            )
    found = outlook(world, lead)
    assert found.zone == "America/Los_Angeles"
    assert 18 in found.hours.best
    assert all(8 <= hour < 21 for hour in found.hours.best)


def test_each_door_answers_who_may_see_the_lead(world: World) -> None:
    lead = qualified(world)
    alice, bob, olivia, charlie = Client(), Client(), Client(), Client()
    for client, person in ((alice, world.alice), (bob, world.bob), (olivia, world.olivia), (charlie, world.charlie)):
        client.force_login(person.user)
    page = f"/results/predictions/{lead.pk}/"
    assert alice.get(page).status_code == olivia.get(page).status_code == 200
    assert bob.get(page).status_code == charlie.get(page).status_code == 404
    assert "more past leads in qualified are needed" in alice.get(page).content.decode()
    assert olivia.get("/results/predictions/").status_code == 200
    assert alice.get("/results/predictions/").status_code == 403
    assert "The past has not been counted yet" in olivia.get("/results/predictions/").content.decode()
    count(world)
    assert "of 20 past leads needed" in olivia.get("/results/predictions/").content.decode()


def test_the_api_tells_the_same(world: World) -> None:
    past_leads(world, 40, closed=20)
    lead = qualified(world)
    count(world)
    client = Client()
    client.force_login(world.alice.user)
    told = client.get(f"/api/v1/claude/analytics/predictions/{lead.pk}")
    assert told.status_code == 200
    body = told.json()
    assert [chance["horizon_days"] for chance in body["close"]] == [30, 90, 180]
    assert body["close"][1]["low"] <= body["close"][1]["probability"] <= body["close"][1]["high"]
    assert body["strategy"][0]["step"] == "Offer two times for a meeting."
    client.force_login(world.bob.user)
    assert client.get(f"/api/v1/claude/analytics/predictions/{lead.pk}").status_code == 404


def test_today_hears_of_it(world: World) -> None:
    past_leads(world, 40, closed=20)
    lead = qualified(world)
    with scope(world.oakwood.pk):
        planning.plan(Lead.objects.get(pk=lead.pk))
        before = Action.objects.get(lead=lead).rank
    count(world)
    with scope(world.oakwood.pk):
        told = Lead.objects.get(pk=lead.pk)
        assert told.outlook["chance"] == pytest.approx(0.34, abs=0.2)
        Action.objects.all().delete()
        ActionPlan.objects.all().delete()
        planning.plan(told)
        assert Action.objects.get(lead=lead).rank > before
    client = Client()
    client.force_login(world.alice.user)
    assert "40 past leads spent in qualified" in client.get("/today/").content.decode()
