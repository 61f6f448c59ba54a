"""Claude words a plan better, over its real protocol; what it makes up does not stand, and what the code decided stays."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.utils.timezone import now

from enterprisehub.engines import shared
from enterprisehub.engines.base import Outcome
from enterprisehub.engines.models import EngineCall
from enterprisehub.realtime.models import Event
from enterprisehub.tenants.scope import named, scope
from leads.models import Action, ActionPlan, ActionState, Lead
from leads.planning.asking import parse
from leads.planning.plan import plan
from leads.planning.refining import PlanDraft, SignalDraft, adopt
from leads.services import deciding, planning, refining_plans
from leads.services.deciding import Decider, Words
from tests.engines.conftest import _one_claude, claude, connected
from tests.fakes import FakeClaude
from tests.world import World

__all__ = ["_one_claude", "claude", "connected"]
SAID = "Could you tell me more? My mother moves in with us, so we need a room on the ground floor. Our lease ends on December 20."
TALK = {
    "now": "2026-11-25T10:05:00-06:00",
    "timezone": "America/Chicago",
    "stage": "engaged",
    "first_name": "Pat",
    "conversation": [{"speaker": "prospect", "text": SAID, "at": "2026-11-25T10:00:00-06:00", "medium": "sms"}],
}


@pytest.fixture(autouse=True)
def _redis_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "_down_until", 0.0)


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def row(world: World) -> ActionPlan:
    lead: Lead = world.conversation(world.alice, name="Penelope Quill").lead
    world.says(world.alice, lead, SAID)
    with scope(world.oakwood.pk):
        return planning.plan(lead)


def refine(row: ActionPlan) -> Outcome:
    with named(row.tenant_id):
        return refining_plans.refine(row.pk)


def action_of(row: ActionPlan) -> Action:
    with scope(row.tenant_id):
        return Action.objects.select_related("plan").get(lead_id=row.lead_id)


def drafted(**given: Any) -> Any:
    whole = {
        "goal": "",
        "why": "",
        "draft": "",
        "quotes": [],
        "risks": [],
        "opportunities": [],
        "would_change": [],
        "confidence": 0.8,
    }
    return adopt(parse(TALK), PlanDraft(**{**whole, **given}))


def test_the_words_improve_in_place_and_say_who_wrote_them(row: ActionPlan, connected: FakeClaude) -> None:
    before = action_of(row)
    assert refine(row) == Outcome.OK
    after = action_of(row)
    assert after.draft == f"Thank you for writing. {before.draft}"
    assert (after.plan.source, after.plan.revision) == ("claude", 1)
    assert (after.verb, after.due_at, after.medium) == (before.verb, before.due_at, before.medium)
    assert refine(row) == Outcome.SUPERSEDED  # once
    with scope(row.tenant_id):
        call = EngineCall.objects.get(subject=str(row.pk))
        assert (call.capability, call.model) == ("leads.plan", "claude-sonnet-5-5")
        assert Event.objects.filter(type="status").last().payload["state"] == "planned"


@pytest.mark.parametrize("fault", ["529", "401", "refusal", "garbage", "max_tokens"])
def test_whatever_goes_wrong_leaves_the_local_plan_standing(row: ActionPlan, connected: FakeClaude, fault: str) -> None:
    before = action_of(row)
    connected.always(fault)
    assert refine(row) != Outcome.OK
    after = action_of(row)
    assert (after.draft, after.plan.source) == (before.draft, "local")


def test_what_a_person_touched_is_not_worded_anew(world: World, row: ActionPlan, connected: FakeClaude) -> None:
    with scope(world.oakwood.pk):
        by = Decider(world.alice.membership, world.alice.agent)
        deciding.edit(action_of(row).pk, by=by, words=Words("In my own words."))
    assert refine(row) == Outcome.SUPERSEDED
    assert action_of(row).draft == "In my own words."
    assert connected.requests == []


def test_a_plan_that_was_superseded_meanwhile_is_left_alone(row: ActionPlan, connected: FakeClaude) -> None:
    with scope(row.tenant_id):
        ActionPlan.objects.filter(pk=row.pk).update(superseded_at=now())
    assert refine(row) == Outcome.SUPERSEDED


def test_words_against_fair_housing_are_not_taken(row: ActionPlan, connected: FakeClaude) -> None:
    with named(row.tenant_id):
        work = refining_plans._load(row.pk)
    assert work is not None
    from enterprisehub.engines.base import Answer

    made = plan(work.situation)
    assert made.action is not None
    bad = replace(
        made,
        action=replace(made.action, draft=replace(made.action.draft, text="It is a safe area with good families.")),
    )
    with scope(row.tenant_id):
        assert refining_plans._apply(work, Answer(bad, "claude", Outcome.OK, 1.0)) == Outcome.UNGROUNDED
    assert action_of(row).state == ActionState.PROPOSED
    assert "safe area" not in action_of(row).draft


def test_names_stay_in_the_house_and_orders_are_ours(row: ActionPlan, connected: FakeClaude) -> None:
    refine(row)
    (body,) = connected.bodies
    sent = json.dumps(body)
    assert "Penelope" not in sent
    assert "Quill" not in sent
    assert "My mother moves in" not in json.dumps([body["system"], body["messages"][:-1]])


def test_what_claude_saw_enters_with_its_quote_and_an_end() -> None:
    seen = SignalDraft(what="ground floor", why="A room without stairs decides it.", quote="a room on the ground floor")
    found = drafted(
        opportunities=[seen], quotes=["My mother moves in with us"], why="They need it for a new household."
    )
    (mine,) = [one for one in found.opportunities if one.what == "ground_floor"]
    assert mine.evidence[0].quote == "a room on the ground floor"
    assert mine.until.isoformat() == "2026-12-09"
    assert found.action.next.why == "They need it for a new household."


@pytest.mark.parametrize(
    ("why", "given"),
    [
        (
            "a quote that nobody said",
            {"risks": [SignalDraft(what="leaving", why="They are leaving.", quote="we are leaving")]},
        ),
        ("a reason without words", {"why": "They sound keen.", "quotes": ["we are keen"]}),
        ("a date that is not ours", {"draft": "Hi Pat, thank you. Shall we meet on Friday?"}),
        ("an hour that is not ours", {"draft": "Hi Pat, thank you. Shall we talk at 7:45?"}),
        ("an amount", {"draft": "Hi Pat, homes like that start at $310,000 around here, you know."}),
        ("a claim about the property", {"draft": "Hi Pat, the house has a finished basement. Would that help you?"}),
        ("a link", {"draft": "Hi Pat, thank you, all of it is at homes-for-you.com for you to see."}),
        (
            "another language",
            {"draft": "Hola Pat, gracias por su mensaje, con gusto le ayudo a encontrar lo que busca."},
        ),
        ("too many questions", {"draft": "Hi Pat, why? When? Who else is there? What do you need from me?"}),
        ("a hole", {"draft": "Hi {first_name}, thank you for your message, I will look into it."}),
        ("a figure in the reason", {"why": "They have 40 days left.", "quotes": ["My mother moves in with us"]}),
        ("no sure number", {"draft": "Hi Pat, thank you for telling me.", "confidence": float("nan")}),
    ],
)
def test_what_is_not_borne_out_is_dropped(why: str, given: dict[str, Any]) -> None:
    local = plan(parse(TALK))
    found = drafted(**given)
    assert local.action is not None
    if found is not None:
        assert found.action.draft == local.action.draft, why
        assert found.action.next.why == local.action.next.why, why
        assert found.risks == local.risks, why


def test_verb_time_and_urgency_are_the_codes() -> None:
    local, found = (
        plan(parse(TALK)),
        drafted(draft="Hi Pat, thank you for telling me. I will look into it and write back."),
    )
    assert found.action.draft.text.startswith("Hi Pat, thank you for telling me.")
    assert (found.action.next.verb, found.action.next.due, found.urgency) == (
        local.action.next.verb,
        local.action.next.due,
        local.urgency,
    )  # type: ignore[union-attr]
