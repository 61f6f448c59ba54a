"""An agent's own words that touch fair housing come back to the agent's screen as an alert, and to nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from coaching.playbooks import BadPlaybook
from coaching.services import desk, playbooks
from coaching.services.compliance import jurisdiction_of
from coaching.services.hearing import Words, hear
from enterprisehub.realtime.models import Event
from enterprisehub.tenants.scope import scope
from tests.world import Count, World

pytestmark = pytest.mark.django_db
SAFE = "It is a very safe neighborhood, you will love it."


@pytest.fixture
def world() -> World:
    return World()


def told(world: World) -> list[tuple[str, dict[str, Any]]]:
    with scope(world.oakwood.pk):
        return list(Event.objects.filter(agent=world.alice.agent).order_by("seq").values_list("type", "payload"))


def test_words_that_judge_an_area_bring_an_alert_with_a_lawful_line(world: World) -> None:
    world.says(world.alice, world.conversation(world.alice).lead, SAFE, speaker="agent")
    (_, heard), (kind, alert) = told(world)[-2:]
    assert kind == "objection.alert"
    assert (alert["kind"], alert["card"], alert["urgency"]) == ("fair_housing", None, "critical")
    (flag,) = alert["flags"]
    assert (flag["class"], SAFE[flag["start"] : flag["end"]]) == ("safety", flag["quote"])
    assert "police" in flag["alternative"]
    assert heard["flags"] == alert["flags"]


def test_plain_words_bring_none(world: World) -> None:
    world.says(world.alice, world.conversation(world.alice).lead, "The deck was rebuilt in 2021.", speaker="agent")
    assert [kind for kind, _ in told(world)] == ["status"]
    assert "flags" not in told(world)[0][1]


def test_the_same_words_sent_twice_alert_once(world: World) -> None:
    words = Words(world.conversation(world.alice).lead.pk, SAFE, "one", speaker="agent")
    with scope(world.oakwood.pk):
        hear(world.alice.agent, words)
        hear(world.alice.agent, words)
    assert [kind for kind, _ in told(world)].count("objection.alert") == 1


def test_the_alert_costs_no_query_beyond_the_budget(world: World) -> None:
    lead = world.conversation(world.alice).lead
    world.says(world.alice, lead, "Hello!")
    count = Count()
    with connection.execute_wrapper(count), scope(world.oakwood.pk):
        hear(world.alice.agent, Words(lead.pk, SAFE, "two", speaker="agent"))
    assert len(count.statements) - 1 <= 8, count.statements


def test_the_page_shows_it_again_when_it_is_opened_later(world: World) -> None:
    talk = world.conversation(world.alice)
    world.says(world.alice, talk.lead, SAFE, speaker="agent")
    with scope(world.oakwood.pk):
        (turn,) = desk.thread(talk, reader=world.alice.agent).turns
    assert [flag["class"] for flag in turn.flags] == ["safety"]


def test_the_tenants_place_counts_before_the_agents_licence(world: World) -> None:
    tenant, agent = world.oakwood, world.alice.agent
    tenant.settings, agent.licence_states = {}, ["TX"]
    assert jurisdiction_of(tenant, agent) == "TX"
    agent.licence_states = ["TX", "CA"]
    assert jurisdiction_of(tenant, agent) == "", "two states: the strictest reading"
    tenant.settings = {"jurisdiction": "US-NJ"}
    assert jurisdiction_of(tenant, agent) == "US-NJ"
    tenant.settings = {"jurisdiction": 7}
    assert jurisdiction_of(tenant) == ""


def test_a_tenants_line_that_is_flagged_is_refused_with_the_reason(world: World) -> None:
    content = {"entries": {"en": {"authority": {"any": {"say": ["Lots of Asian families have bought here."]}}}}}
    with scope(world.oakwood.pk), pytest.raises(BadPlaybook) as refused:
        playbooks.draft(content)
    assert any("fair housing" in problem or "protected class" in problem for problem in refused.value.problems)
