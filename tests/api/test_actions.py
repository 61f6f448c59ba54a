"""Programs ask for plans, read the queue and decide on actions, with the ids of their own leads and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import now

from enterprisehub.tenants.scope import scope
from leads.models import Action, ActionPlan, Lead
from leads.services import planning
from tests.api.programs import Program, browser
from tests.world import World

ALL = ("actions:write", "actions:read")
LEASE = {
    "speaker": "prospect",
    "text": "We are pre-approved and our lease ends on December 20.",
    "at": "2026-11-25T10:00:00-06:00",
}
STATELESS = {
    "timezone": "America/Chicago",
    "now": "2026-11-25T10:05:00-06:00",
    "stage": "engaged",
    "conversation": [LEASE],
}


@pytest.fixture
def program(world: World) -> Program:
    return Program(world.alice, *ALL, of_all=True)


@pytest.fixture
def lead(world: World) -> Lead:
    conversation = world.conversation(world.alice)
    world.says(world.alice, conversation.lead, "Could you tell me more about the home?")
    with scope(world.oakwood.pk):
        Lead.objects.update(phone="+12125550100")
        planning.plan(conversation.lead)
    return conversation.lead


def open_action(world: World) -> Action:
    with scope(world.oakwood.pk):
        return Action.objects.select_related("lead").get(state__in=planning.OPEN)


def test_a_plan_without_a_lead_records_nothing(world: World, program: Program) -> None:
    found = program.post("/actions/plan", STATELESS)
    assert found.status_code == 200, found.json()
    told = found.json()
    assert told["urgency"]["level"] == "high"
    assert told["urgency"]["quotes"] == ["We are pre-approved and our lease ends on December 20"]
    assert told["next_action"]["verb"] == "answer"
    assert told["next_action"]["due_at"] == "2026-11-25T10:15:00-06:00"
    assert {"lease_ending", "pre_approved"} <= {one["what"] for one in told["opportunities"]}
    assert (told["plan_id"], told["action_id"]) == (None, None)
    with scope(world.oakwood.pk):
        assert ActionPlan.objects.count() == 0


def test_a_plan_of_a_lead_is_kept_once(world: World, program: Program, lead: Lead) -> None:
    first = program.post("/actions/plan", {"lead_id": str(lead.pk)}).json()
    again = program.post("/actions/plan", {"lead_id": str(lead.pk)}).json()
    assert first["plan_id"] == again["plan_id"] is not None
    assert first["action_id"] == str(open_action(world).pk)


def test_the_same_idempotency_key_is_answered_with_the_same_words(program: Program, lead: Lead) -> None:
    first = program.post("/actions/plan", {"lead_id": str(lead.pk)}, **{"Idempotency-Key": "p1"})
    again = program.post("/actions/plan", {"lead_id": str(lead.pk)}, **{"Idempotency-Key": "p1"})
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"


def test_urgency_is_told_by_dates_and_not_by_mood(program: Program) -> None:
    upset = {"conversation": [{"speaker": "prospect", "text": "I am so stressed!!! I need this NOW!!!"}]}
    assert program.post("/actions/urgency", upset).json()["level"] == "low"
    assert program.post("/actions/urgency", STATELESS).json()["deadline"] == "2026-12-20"


def test_a_follow_up_is_told_with_its_steps_and_what_rests_it(program: Program, lead: Lead) -> None:
    told = program.post("/actions/follow-up", {"lead_id": str(lead.pk)}).json()
    assert told["name"] == "fortnightly"
    assert told["paused_until"]
    assert len(told["steps"]) == 5
    stopped = program.post("/actions/follow-up", {"overlay": "dnc"}).json()
    assert (stopped["stopped"]["reason"], stopped["steps"]) == ("opt_out", [])


@pytest.mark.parametrize("path", ["plan", "urgency", "follow-up"])
@pytest.mark.parametrize(
    "body",
    [
        {"stage": "somewhere"}, {"now": "yesterday"}, {"timezone": "Mars/Base"}, {"conversation": [{"speaker": "x", "text": "a"}]},
        {"facts": [{"name": "deadline", "value": "soon"}]}, {"lead_id": "x"}, {"unknown": 1}, {"done": [{"verb": "call"}]},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(program: Program, path: str, body: dict[str, Any]) -> None:
    assert program.post(f"/actions/{path}", body).status_code == 400


def test_a_lead_id_and_facts_beside_it_are_too_much(program: Program, lead: Lead) -> None:
    assert program.post("/actions/plan", {"lead_id": str(lead.pk), "stage": "new"}).status_code == 400


def test_the_queue_leads_on(world: World, program: Program, lead: Lead) -> None:
    with scope(world.oakwood.pk):
        for number in range(3):
            planning.plan(
                Lead.objects.create(name=f"Lead {number}", phone=f"+1212555010{number}", agent=world.alice.agent)
            )
    first = program.get("/actions", limit=2).json()
    rest = program.client.get(first["next"], headers=program.headers).json()
    ranks = [one["rank"] for one in first["results"] + rest["results"]]
    assert len(ranks) == 4
    assert ranks == sorted(ranks, reverse=True)
    assert rest["next"] is None


def test_each_decision_does_what_it_says(world: World, program: Program, lead: Lead) -> None:
    action = open_action(world)
    path = f"/actions/{action.pk}"
    edited = program.patch(path, {"text": "It has 3 bedrooms."}).json()
    assert [(one["claim"], one["known"]) for one in edited["claims"]] == [("3 bedrooms", False)]
    blocked = program.post(f"{path}/approve")
    assert blocked.status_code == 409
    assert "3 bedrooms" in blocked.content.decode()
    until = (now() + timedelta(days=1)).isoformat()
    assert program.post(f"{path}/snooze", {"until": until}).json()["state"] == "snoozed"
    assert program.post(f"{path}/complete", {"outcome": "reached"}).json()["state"] == "done"
    assert program.post(f"{path}/dismiss").status_code == 409
    assert program.get(path).json()["outcome"] == "reached"


def test_approving_without_a_connection_is_denied_with_the_reason(world: World, program: Program, lead: Lead) -> None:
    answer = program.post(f"/actions/{open_action(world).pk}/approve", {"text": "Thank you, I will look into it."})
    assert answer.status_code == 200
    assert answer.json()["state"] == "denied"
    assert answer.json()["verdict"]["allow"] is False
    assert answer.json()["verdict"]["text"]


def test_who_may_see_the_lead_may_see_its_action(world: World, lead: Lead) -> None:
    path = f"/actions/{open_action(world).pk}"
    assert browser(world.alice).get(path).status_code == 200
    assert browser(world.tess).get(path).status_code == 200
    assert browser(world.rita).get(path).status_code == 200
    assert browser(world.bob).get(path).status_code == 404
    assert browser(world.charlie).get(path).status_code == 404
    assert Program(world.bob, *ALL).get(path).status_code == 404
    assert browser(world.bob).post(f"{path}/dismiss").status_code == 404
    assert browser(world.rita).post(f"{path}/dismiss").status_code == 403
    assert browser(world.bob).post("/actions/plan", {"lead_id": str(lead.pk)}).status_code == 404
    assert browser(world.alice).post("/actions/plan", {"lead_id": str(uuid4())}).status_code == 404


def test_a_reading_program_keeps_no_plan(world: World, lead: Lead) -> None:
    reads = Program(world.alice, "actions:read", of_all=True)
    assert reads.post("/actions/plan", {"lead_id": str(lead.pk)}).status_code == 403
    assert reads.post("/actions/plan", STATELESS).status_code == 200
    assert reads.get("/actions").status_code == 200
