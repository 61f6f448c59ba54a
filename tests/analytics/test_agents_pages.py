"""The pages of agents: who may open which, what they say with little and with much, and the role-play in a browser without script."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.timezone import now

from analytics.models import Attempt, Drill
from analytics.services import plans
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants import api_keys
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import ApiKey, Team
from enterprisehub.tenants.scope import scope
from tests.analytics.test_scorecard import BAD, GOOD
from tests.analytics.test_scoring import many, score_due, talk
from tests.doors import signed_in
from tests.world import Person, World

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def world() -> World:
    """Tess leads the team of Alice and Bob; Lee leads another one."""
    cache.clear()
    world = World()
    with scope(world.oakwood.pk):
        Team.objects.filter(pk=world.team.pk).update(lead_member=world.tess.membership)
        other = Team.objects.create(name="Hilltop")
    world.lee = world.person(world.oakwood, "lee", Role.TEAM_LEAD, team=other)  # type: ignore[attr-defined]
    with scope(world.oakwood.pk):
        Team.objects.filter(pk=other.pk).update(lead_member=world.lee.membership)  # type: ignore[attr-defined]
    return world


def person(world: World, name: str) -> Person:
    found: Person = getattr(world, name)
    return found


def drill_of(world: World, skill: str = "next_step") -> Drill:
    with scope(world.oakwood.pk):
        plan = plans.begin(world.alice.agent, skill=skill)
        assert plan is not None
        drill = plan.drills.first()
        assert drill is not None
        return drill


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("alice", 200),
        ("tess", 200),
        ("olivia", 200),
        ("ada", 200),
        ("rita", 200),
        ("bob", 404),
        ("lee", 404),
        ("charlie", 404),
    ],
)
def test_an_agents_page_is_for_them_and_for_who_leads_them(world: World, name: str, status: int) -> None:
    conversation = talk(world, world.alice, GOOD)
    score_due(world)
    drill = drill_of(world)
    client = signed_in(person(world, name))
    for path in (
        f"/results/agents/{world.alice.agent.pk}/",
        f"/results/scorecards/{conversation}/",
        f"/results/practice/{drill.pk}/",
    ):
        response = client.get(path)
        assert response.status_code == status, path
        if status == 404:
            assert "Alice" not in response.content.decode()


@pytest.mark.parametrize(
    ("name", "status"), [("tess", 302), ("olivia", 302), ("rita", 403), ("alice", 403), ("bob", 404), ("lee", 404)]
)
def test_who_leads_may_judge_differently_and_who_only_reads_may_not(world: World, name: str, status: int) -> None:
    conversation = talk(world, world.alice, BAD)
    score_due(world)
    given = {"item": "next_step", "points": "5", "reason": "There was a day on the phone."}
    assert signed_in(person(world, name)).post(f"/results/scorecards/{conversation}/", given).status_code == status


@pytest.mark.parametrize(("name", "status"), [("alice", 302), ("tess", 302), ("rita", 403), ("bob", 404), ("lee", 404)])
def test_a_plan_is_begun_by_the_agent_or_by_who_leads_them(world: World, name: str, status: int) -> None:
    many(world, world.alice, BAD, 21, first=now() - timedelta(days=9))
    score_due(world)
    assert signed_in(person(world, name)).post(f"/results/agents/{world.alice.agent.pk}/plan/").status_code == status


@pytest.mark.parametrize("name", ["tess", "rita", "olivia"])
def test_only_the_agent_practises_and_the_others_read_along(world: World, name: str) -> None:
    drill = drill_of(world)
    assert signed_in(person(world, name)).post(f"/results/practice/{drill.pk}/", {"do": "begin"}).status_code == 403


def test_the_list_holds_who_one_leads(world: World) -> None:
    def names(who: Person) -> str:
        return signed_in(who).get("/results/agents/").content.decode()

    assert "Bob" in names(world.tess)
    assert "Alice" not in names(person(world, "lee"))
    assert "Alice" in names(world.rita)
    assert signed_in(world.alice).get("/results/agents/").status_code == 403


def test_empty_pages_say_what_will_appear(world: World) -> None:
    mine = signed_in(world.alice).get("/results/me/").content.decode()
    assert "half an hour" in mine
    assert "20 cases" in mine
    assert signed_in(world.alice).get("/results/me/?range=nonsense").status_code == 400


def test_with_enough_cases_strengths_come_first(world: World) -> None:
    many(world, world.alice, GOOD, 21, first=now() - timedelta(days=9))
    many(world, world.bob, BAD, 21, first=now() - timedelta(days=9))
    score_due(world)
    mine = signed_in(world.alice).get("/results/me/").content.decode()
    assert mine.index("Strengths") < mine.index("One thing to work on")
    assert "more often than the others" in mine.lower()
    bobs = signed_in(world.bob).get("/results/me/").content.decode()
    assert "21 of 21 chances went by" in bobs


def test_the_leaderboard_is_shown_only_when_the_tenant_wants_it(world: World) -> None:
    many(world, world.alice, GOOD, 21, first=now() - timedelta(days=9))
    score_due(world)
    bob = signed_in(world.bob)
    assert "Who is good at what" not in bob.get("/results/me/").content.decode()
    assert signed_in(world.tess).post("/results/agents/leaderboard/", {"on": "yes"}).status_code == 403
    assert signed_in(world.olivia).post("/results/agents/leaderboard/", {"on": "yes"}).status_code == 302
    page = bob.get("/results/me/").content.decode()
    assert "Who is good at what" in page
    assert "Alice" in page
    signed_in(world.olivia).post("/results/agents/leaderboard/", {"on": "no"})
    assert "Who is good at what" not in bob.get("/results/me/").content.decode()


def test_the_figures_leave_as_a_file_and_that_is_audited(world: World) -> None:
    talk(world, world.alice, GOOD)
    score_due(world)
    for path in ("/results/me/?format=csv", f"/results/agents/{world.alice.agent.pk}/?format=csv"):
        response = signed_in(world.alice).get(path)
        assert response["Content-Type"].startswith("text/csv")
    response = signed_in(world.olivia).get("/results/agents/?format=csv")
    assert response["Content-Type"].startswith("text/csv")
    with scope(world.oakwood.pk):
        assert AuditEvent.objects.filter(verb="analytics.export").count() == 3


def test_a_role_play_works_without_script_from_beginning_to_score(world: World) -> None:
    drill, client = drill_of(world, "objection.stall"), signed_in(world.alice)
    path = f"/results/practice/{drill.pk}/"
    assert "Begin" in client.get(path).content.decode()
    client.post(path, {"do": "begin"})
    client.post(path, {"do": "say", "turn": "1", "text": "Of course. What would you want to be sure of first?"})
    page = client.get(path).content.decode()
    assert "Heard, then one question." in page
    client.post(path, {"do": "say", "turn": "3", "text": "Thank you. Shall we look at it together on Thursday at 5?"})
    page = client.get(path).content.decode()
    assert "Passed: 100 of 100" in page
    client.post(path, {"do": "begin"})
    with scope(world.oakwood.pk):
        assert Attempt.objects.count() == 2
    assert client.post(path, {"do": "say", "turn": "1", "text": " "}, headers=HTMX).status_code == 400
    assert client.post(path, {"do": "dance"}).status_code == 400


def test_the_session_leads_to_its_scorecard(world: World) -> None:
    heard = world.says(world.alice, world.conversation(world.alice).lead, "It is too expensive for us.")
    client, path = signed_in(world.alice), f"/results/scorecards/{heard.session.conversation_id}/"
    for page in (f"/sessions/{heard.session.pk}/", f"/leads/{heard.message.lead_id}/"):
        assert path in client.get(page).content.decode()
    assert "No scorecard yet" in client.get(path).content.decode()
    assert signed_in(world.bob).get(path).status_code == 404


@pytest.mark.parametrize(
    ("name", "status"),
    [("alice", 200), ("tess", 200), ("olivia", 200), ("rita", 200), ("bob", 404), ("lee", 404), ("charlie", 404)],
)
def test_the_api_answers_the_same_people(world: World, name: str, status: int) -> None:
    client = signed_in(person(world, name))
    for end in ("", "/plan"):
        response = client.get(f"/api/v1/claude/analytics/agents/{world.alice.agent.pk}{end}?time_range=90d")
        assert response.status_code == status


def test_a_key_sees_everybody_or_only_the_agent_it_belongs_to(world: World) -> None:
    with scope(world.oakwood.pk):
        free = api_keys.issue(ApiKey(name="All", scopes=["analytics:read"]))
        bound = api_keys.issue(ApiKey(name="Bob's", scopes=["analytics:read"], agent=world.bob.agent))
        none = api_keys.issue(ApiKey(name="Leads", scopes=["leads:read"]))

    def ask(key: str, agent: object) -> Any:
        return Client().get(f"/api/v1/claude/analytics/agents/{agent}", headers={"authorization": f"Bearer {key}"})

    many(world, world.alice, GOOD, 20, first=now() - timedelta(days=9))
    score_due(world)
    told = ask(free, world.alice.agent.pk).json()
    dated = next(one for one in told["skills"] if one["skill"] == "next_step")
    assert dated["now"] == pytest.approx({"hits": 20, "n": 20, "rate": 1.0, "low": 0.8389, "high": 1.0}, abs=1e-3)
    assert dated["before"]["rate"] is None
    assert ask(bound, world.bob.agent.pk).status_code == 200
    assert ask(bound, world.alice.agent.pk).status_code == 404
    assert ask(none, world.alice.agent.pk).status_code == 403
    assert ask(free, uuid4()).status_code == 404
    assert ask(free, "nobody").status_code == 400
