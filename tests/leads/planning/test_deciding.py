"""An agent approves, edits, puts off, does or dismisses what was proposed; what they decided stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils.timezone import now

from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.ghl.models import OutboundCall, State
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.realtime.models import Event
from leads.models import Action, ActionPlan, ActionState, Lead, Message
from leads.services import contacting, deciding, planning, today
from leads.services.deciding import Decider, Words
from tests.leads.reach import AGREED, registered
from tests.world import World


@pytest.fixture
def world(db: None) -> Iterator[World]:
    yield from registered()


@pytest.fixture
def pat(world: World) -> Lead:
    """Pat agreed to texts, and has just written in one."""
    from leads.services import conversation_of

    lead: Lead = world.conversation(world.alice).lead
    Lead.objects.filter(pk=lead.pk).update(phone="+12125550100", contact_id="hl-pat", timezone="America/New_York")
    lead.refresh_from_db()
    contacting.give(lead, AGREED)
    conversation_of(lead, world.alice.agent, "sms")
    world.says(world.alice, lead, "Could you tell me more about the home? Our lease ends on December 20.")
    Message.objects.filter(lead=lead).update(at=now())
    lead.refresh_from_db()
    return lead


@pytest.fixture
def alice(world: World) -> Decider:
    return Decider(world.alice.membership, world.alice.agent)


def proposed(lead: Lead) -> Action:
    planning.plan(lead)
    return Action.objects.get(lead=lead, state=ActionState.PROPOSED)


def sent() -> list[OutboundCall]:
    return list(OutboundCall.objects.filter(operation="message.send"))


def as_text(action: Action) -> Action:
    """The chat of the dashboard cannot be sent through HighLevel here; a text can."""
    Action.objects.filter(pk=action.pk).update(medium="sms")
    action.refresh_from_db()
    return action


def test_what_was_written_is_answered_first_and_the_words_say_why(pat: Lead) -> None:
    action = proposed(pat)
    assert (action.verb, action.purpose, action.due_zone) == ("answer", "reply", "America/New_York")
    assert action.evidence[0]["quote"].startswith("Could you tell me more")
    row = ActionPlan.objects.get(lead=pat, superseded_at=None)
    assert row.urgency == "high"
    assert row.urgency_told["deadline"] == "2026-12-20"


def test_the_same_situation_gives_no_second_plan(pat: Lead) -> None:
    first = planning.plan(pat)
    assert planning.plan(pat).pk == first.pk
    assert Action.objects.filter(lead=pat).count() == 1


def test_new_words_supersede_the_plan_and_what_was_only_proposed(world: World, pat: Lead) -> None:
    first, action = planning.plan(pat), Action.objects.get(lead=pat)
    world.says(world.alice, pat, "Also, can we see it on Saturday?")
    second = planning.plan(pat)
    first.refresh_from_db()
    action.refresh_from_db()
    assert first.superseded_at is not None
    assert second.pk != first.pk
    assert action.state == ActionState.EXPIRED
    assert Action.objects.get(lead=pat, state=ActionState.PROPOSED).verb == "agreement_first"


def test_approving_sends_once_through_the_gate(pat: Lead, alice: Decider) -> None:
    action = as_text(proposed(pat))
    done = deciding.approve(action.pk, by=alice)
    assert done.state == ActionState.APPROVED, done.verdict
    assert deciding.approve(action.pk, by=alice).state == ActionState.APPROVED
    (call,) = sent()
    assert call.arguments["message"] == action.draft
    assert AuditEvent.objects.filter(verb="action.approve").count() == 1
    call.state, call.done_at = State.DONE, now()
    call.save()
    deciding.settled(call)
    action.refresh_from_db()
    assert action.state == ActionState.SENT


def test_a_message_that_highlevel_gave_up_is_open_again(pat: Lead, alice: Decider) -> None:
    action = as_text(proposed(pat))
    deciding.approve(action.pk, by=alice)
    (call,) = sent()
    call.state = State.DEAD
    call.save()
    deciding.settled(call)
    action.refresh_from_db()
    assert (action.state, action.verdict["reason"]) == (ActionState.DENIED, "not_taken")


def test_what_the_gate_refuses_stays_with_its_reason(pat: Lead, alice: Decider) -> None:
    action = as_text(proposed(pat))
    Lead.objects.filter(pk=pat.pk).update(dnd={"any": {"on": True, "by": "highlevel", "at": now().isoformat()}})
    done = deciding.approve(action.pk, by=alice)
    assert done.state == ActionState.DENIED
    assert done.verdict["allow"] is False
    assert done.verdict["text"]
    assert sent() == []


def test_a_claim_that_nobody_bears_out_is_not_sent_until_its_source_is_named(pat: Lead, alice: Decider) -> None:
    action = as_text(proposed(pat))
    with pytest.raises(Conflict, match="3 bedrooms"):
        deciding.approve(action.pk, by=alice, words=Words("Hi Pat, it has 3 bedrooms. Shall we talk?"))
    assert sent() == []
    sources = {"3 bedrooms": "the seller's sheet of 12 November"}
    done = deciding.approve(
        action.pk, by=alice, words=Words("Hi Pat, it has 3 bedrooms. Shall we talk?", sources=sources)
    )
    assert done.state == ActionState.APPROVED
    assert done.claims[0]["source"] == "the seller's sheet of 12 November"


def test_a_claim_that_a_fact_bears_out_passes(pat: Lead, alice: Decider) -> None:
    Lead.objects.filter(pk=pat.pk).update(facts={"beds": 3})
    action = as_text(proposed(pat))
    done = deciding.approve(action.pk, by=alice, words=Words("Hi Pat, it has 3 bedrooms. Shall we talk?"))
    assert (done.state, done.claims[0]["known"]) == (ActionState.APPROVED, True)


def test_words_that_steer_are_not_sent(pat: Lead, alice: Decider) -> None:
    action = as_text(proposed(pat))
    with pytest.raises(Conflict, match="Fair housing"):
        deciding.approve(action.pk, by=alice, words=Words("It is a safe neighborhood with the right kind of people."))


def test_what_was_edited_survives_a_newer_plan(world: World, pat: Lead, alice: Decider) -> None:
    action = proposed(pat)
    deciding.edit(action.pk, by=alice, words=Words("Hi Pat, in my own words."))
    world.says(world.alice, pat, "Also, can we see it on Saturday?")
    planning.plan(pat)
    action.refresh_from_db()
    assert (action.state, action.draft) == (ActionState.PROPOSED, "Hi Pat, in my own words.")


def test_put_off_it_leaves_the_queue_and_comes_back(world: World, pat: Lead, alice: Decider) -> None:
    action = proposed(pat)
    until = now() + timedelta(hours=2)
    deciding.snooze(action.pk, by=alice, until=until)
    assert today.day(alice.agent, tenant=world.oakwood).rows == []
    with time_machine.travel(until + timedelta(minutes=1), tick=False):
        assert [one.pk for one in today.day(alice.agent, tenant=world.oakwood).rows] == [action.pk]
    with pytest.raises(Invalid):
        deciding.snooze(action.pk, by=alice, until=now() - timedelta(minutes=1))


def test_a_dismissed_step_is_not_proposed_again(pat: Lead, alice: Decider) -> None:
    action = proposed(pat)
    deciding.dismiss(action.pk, by=alice, reason="answered by phone")
    ActionPlan.objects.update(fingerprint="")
    planning.plan(pat)
    action.refresh_from_db()
    assert action.state == ActionState.DISMISSED
    assert not Action.objects.filter(lead=pat, key=action.key).exclude(pk=action.pk).exists()
    (following,) = Action.objects.filter(lead=pat, state=ActionState.PROPOSED)
    assert following.purpose == "marketing"
    assert following.due_at >= now() + timedelta(days=3)  # they have just spoken: the cadence rests


def test_a_call_is_done_with_an_outcome_and_moves_a_new_lead_on(world: World, alice: Decider) -> None:
    lead = Lead.objects.create(name="Kim Vale", phone="+12125550101", agent=world.alice.agent, source="website")
    action = proposed(lead)
    assert (action.verb, action.medium) == ("call", "call")
    with pytest.raises(Conflict, match="person"):
        deciding.approve(action.pk, by=alice)
    deciding.complete(action.pk, by=alice, outcome="no_answer")
    lead.refresh_from_db()
    assert lead.stage == "attempting"
    ActionPlan.objects.update(fingerprint="")
    planning.plan(lead)
    following = Action.objects.get(lead=lead, state__in=planning.OPEN)
    assert following.step == 1


def test_a_talk_makes_a_new_lead_an_engaged_one(world: World, alice: Decider) -> None:
    lead = Lead.objects.create(name="Kim Vale", phone="+12125550101", agent=world.alice.agent, source="website")
    deciding.complete(proposed(lead).pk, by=alice, outcome="reached")
    lead.refresh_from_db()
    assert lead.stage == "engaged"


def test_a_stop_leaves_nothing_to_do(world: World, pat: Lead, alice: Decider) -> None:
    action = proposed(pat)
    world.says(world.alice, pat, "Please stop texting me.")
    pat.refresh_from_db()
    row = planning.plan(pat)
    action.refresh_from_db()
    assert action.state == ActionState.EXPIRED
    assert not Action.objects.filter(lead=pat, state__in=planning.OPEN).exists()
    assert row.cadence["stopped"]["reason"] == "opt_out"


def test_whose_lead_it_is_not_finds_no_action(world: World, pat: Lead) -> None:
    action = proposed(pat)
    with pytest.raises(NotFound):
        deciding.approve(action.pk, by=Decider(world.bob.membership, world.bob.agent))
    tess = Decider(world.tess.membership, world.tess.agent, everyone=True)
    assert deciding.dismiss(action.pk, by=tess).state == ActionState.DISMISSED


def test_the_screen_hears_of_a_plan_and_of_a_decision(pat: Lead, alice: Decider) -> None:
    action = proposed(pat)
    deciding.dismiss(action.pk, by=alice)
    told = [
        event.payload
        for event in Event.objects.filter(type="status").order_by("seq")
        if event.payload.get("state") == "planned"
    ]
    assert [one["action"] for one in told] == [str(action.pk)] * 2
    assert "Pat" not in str(told)
