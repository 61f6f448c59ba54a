"""Do old screen events go, the oldest first, without a hole in what remains and with the number kept?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from enterprisehub.realtime.models import Event, Stream
from enterprisehub.realtime.pruning import KEEP_EVENTS, prune
from enterprisehub.tenants.models import Agent, Tenant, User
from enterprisehub.tenants.scope import scope, unscoped


@pytest.fixture
def agents(db: None) -> list[Agent]:
    """An agent in each of two tenants."""
    made = []
    for name in ("oakwood", "elm"):
        with unscoped("the test makes two tenants"):
            tenant = Tenant.objects.create(name=name, slug=name)
        with scope(tenant.pk):
            made.append(Agent.objects.create(user=User.objects.create_user(f"a@{name}.example"), display_name=name))
    return made


def tell(agent: Agent, number: int, *, hours_ago: float = 0) -> None:
    with scope(agent.tenant_id):
        for event in Event.objects.append(agent.pk, [("status", {})] * number):
            Event.objects.filter(pk=event.pk).update(at=now() - timedelta(hours=hours_ago))


def kept(agent: Agent) -> list[int]:
    with scope(agent.tenant_id):
        return list(Event.objects.filter(agent=agent).order_by("seq").values_list("seq", flat=True))


def pruned(agent: Agent) -> int:
    with scope(agent.tenant_id):
        return int(Stream.objects.get(agent=agent).pruned)


def test_events_of_the_last_day_stay(agents: list[Agent]) -> None:
    tell(agents[0], 3, hours_ago=23.9)
    assert prune() == 0
    assert (kept(agents[0]), pruned(agents[0])) == ([1, 2, 3], 0)


def test_older_events_go_in_every_tenant_and_the_streams_remember(agents: list[Agent]) -> None:
    for agent in agents:
        tell(agent, 2, hours_ago=24.1)
        tell(agent, 2)
    assert prune() == 4
    assert [kept(a) for a in agents] == [[3, 4], [3, 4]]
    assert [pruned(a) for a in agents] == [2, 2]
    assert prune() == 0


def test_an_agent_keeps_the_last_thousand(agents: list[Agent]) -> None:
    with scope(agents[0].tenant_id):
        Event.objects.append(agents[0].pk, [("status", {})] * (KEEP_EVENTS + 7))
    tell(agents[1], 5)
    assert prune() == 7
    assert (len(kept(agents[0])), kept(agents[0])[0], pruned(agents[0])) == (KEEP_EVENTS, 8, 7)
    assert kept(agents[1]) == [1, 2, 3, 4, 5]


def test_what_remains_has_no_hole_even_when_clocks_disagree(agents: list[Agent]) -> None:
    tell(agents[0], 1)
    tell(agents[0], 1, hours_ago=30)
    tell(agents[0], 2)
    prune()
    assert (kept(agents[0]), pruned(agents[0])) == ([3, 4], 2)


def test_numbers_go_on_after_everything_went(agents: list[Agent]) -> None:
    tell(agents[0], 4, hours_ago=48)
    prune()
    assert kept(agents[0]) == []
    tell(agents[0], 1)
    assert kept(agents[0]) == [5]
