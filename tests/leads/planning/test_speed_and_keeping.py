"""New leads run on a clock, the ladder is climbed once, spent plans go, and what changed is planned anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
import time_machine
from django.conf import settings
from django.utils.timezone import now

from enterprisehub.ops.stores import cache_redis
from enterprisehub.realtime.models import Event
from enterprisehub.tenants.models import Agent
from enterprisehub.tenants.scope import scope
from leads.models import Action, ActionPlan, ActionState, Lead
from leads.services import keeping, planning, speed
from tests.world import World

NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # Wednesday, 13:00 in New York


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOON, tick=False) as travels:
        yield travels


def arrive(world: World, *, agent: Agent | None = None, name: str = "Kim Vale") -> Lead:
    with scope(world.oakwood.pk):
        lead: Lead = Lead.objects.create(
            name=name, phone="+12125550101", agent=agent, source="website", created_at=now(), stage_since=now()
        )
        planning.plan(lead)
    return lead


def told(world: World) -> dict[str, list[int]]:
    """Who was told of how many minutes."""
    found: dict[str, list[int]] = {}
    with scope(world.oakwood.pk):
        for event in Event.objects.filter(type="status").select_related("agent").order_by("at", "seq"):
            if event.payload.get("state") == "escalated":
                found.setdefault(event.agent.display_name, []).append(event.payload["minutes"])
    return found


def test_the_ladder_goes_from_the_agent_to_the_team_lead_to_everybody(
    world: World, clock: time_machine.Coordinates
) -> None:
    with scope(world.oakwood.pk):
        world.team.lead_member = world.tess.membership
        world.team.save()
    arrive(world, agent=world.alice.agent)
    for minutes, wanted in (
        (3, {}),
        (4, {"Alice": [4]}),
        (9, {"Alice": [4]}),
        (10, {"Alice": [4, 10], "Tess": [10]}),
        (30, {"Alice": [4, 10, 30], "Tess": [10, 30], "Olivia": [30], "Ada": [30]}),
        (50, {"Alice": [4, 10, 30], "Tess": [10, 30], "Olivia": [30], "Ada": [30]}),
    ):
        clock.move_to(NOON + timedelta(minutes=minutes))
        speed.escalate()
        assert told(world) == wanted, minutes


def test_nobodys_lead_is_everybodys_at_once(world: World, clock: time_machine.Coordinates) -> None:
    arrive(world)
    clock.move_to(NOON + timedelta(minutes=5))
    speed.escalate()
    assert set(told(world)) >= {"Alice", "Bob", "Tess"}


def test_whoever_was_called_runs_on_no_clock(world: World, clock: time_machine.Coordinates) -> None:
    from leads.services import deciding
    from leads.services.deciding import Decider

    lead = arrive(world, agent=world.alice.agent)
    with scope(world.oakwood.pk):
        action = Action.objects.get(lead=lead)
        deciding.complete(action.pk, by=Decider(world.alice.membership, world.alice.agent), outcome="no_answer")
    clock.move_to(NOON + timedelta(minutes=40))
    assert speed.escalate() == 0
    with scope(world.oakwood.pk):
        assert speed.waiting(world.alice.agent, everyone=True, tenant=world.oakwood) == []


def test_the_clock_stands_while_the_office_is_closed(world: World, clock: time_machine.Coordinates) -> None:
    evening = datetime(2026, 11, 25, 22, 58, tzinfo=UTC)  # 17:58 in New York: two minutes are left of the day
    clock.move_to(evening)
    arrive(world, agent=world.alice.agent)
    clock.move_to(evening + timedelta(hours=5))
    assert speed.escalate() == 0
    clock.move_to(datetime(2026, 11, 26, 14, 2, tzinfo=UTC))  # 9:02 the next morning
    assert speed.escalate() == 1
    with scope(world.oakwood.pk):
        (one,) = speed.waiting(world.alice.agent, everyone=False, tenant=world.oakwood)
    assert one.due == datetime(2026, 11, 26, 14, 3, tzinfo=UTC)
    assert not one.late


def test_a_newer_plan_remembers_who_was_told(world: World, clock: time_machine.Coordinates) -> None:
    lead = arrive(world, agent=world.alice.agent)
    clock.move_to(NOON + timedelta(minutes=5))
    assert speed.escalate() == 1
    with scope(world.oakwood.pk):
        ActionPlan.objects.update(fingerprint="")
        planning.plan(lead)
    assert speed.escalate() == 0


def asked_for(world: World) -> list[str]:
    """Which plans were handed to the worker."""
    from redis import Redis

    broker = Redis.from_url(settings.CELERY_BROKER_URL)
    raw = cast(list[bytes], broker.lrange("default", 0, -1))
    broker.delete("default")
    return [json.loads(one)["headers"]["task"] for one in raw]


def test_what_was_said_since_the_plan_asks_for_a_new_one(world: World, clock: time_machine.Coordinates) -> None:
    lead = world.conversation(world.alice).lead
    with scope(world.oakwood.pk):
        planning.plan(lead)
    clock.move_to(NOON + timedelta(minutes=1))
    assert keeping.plan_what_changed() == 0
    world.says(world.alice, lead, "Our lease ends on December 5th.")
    clock.move_to(NOON + timedelta(minutes=2))
    assert keeping.plan_what_changed() == 1
    with scope(world.oakwood.pk):
        planning.plan(lead)
    assert keeping.plan_what_changed() == 0


def test_a_spent_plan_goes_and_is_made_anew(world: World, clock: time_machine.Coordinates) -> None:
    lead = world.conversation(world.alice).lead
    world.says(world.alice, lead, "Could you tell me more?")
    with scope(world.oakwood.pk):
        planning.plan(lead)
    clock.move_to(NOON + timedelta(days=8))
    assert keeping.expire() == 1
    assert keeping.plan_what_changed() == 1
    with scope(world.oakwood.pk):
        assert Action.objects.get(lead=lead).state == ActionState.EXPIRED


def test_a_talk_is_planned_once_it_rests(world: World, django_capture_on_commit_callbacks: object) -> None:
    lead = world.conversation(world.alice).lead
    cache_redis().flushdb()
    asked_for(world)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        for text in ("Hello.", "We look for a house.", "Three bedrooms."):
            world.says(world.alice, lead, text)
    assert asked_for(world).count("leads.plan") == 0
    with scope(world.oakwood.pk):
        Lead.objects.filter(pk=lead.pk).update(
            spoken_at=now() - timedelta(seconds=13), stage_since=now() - timedelta(seconds=13)
        )
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        keeping.plan_what_changed()
    assert asked_for(world).count("leads.plan") == 1
