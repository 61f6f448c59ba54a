"""A prospect's words come in over the API: heard once, coached at once, in few statements."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection

from coaching.models import Session, Suggestion
from enterprisehub.tenants.scope import scope
from leads.models import Message
from tests.api.programs import WRITE, Program, browser, message
from tests.world import Count, World


def test_a_message_comes_back_as_coaching(world: World) -> None:
    lead = world.conversation(world.alice, price=485_000).lead
    answer = Program(world.alice, WRITE).post("real-time", message(lead.pk, agent_id=str(world.alice.agent.pk)))
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["objection_detected"], said["objection_type"]) == (True, "affordability")
    assert said["suggestions"][0]["say"]
    assert said["suggestions"][0]["why"] in "That is too expensive for us."
    assert said["urgency_level"] in ("low", "medium", "high", "critical")
    assert 0 < said["confidence"] <= 1
    assert said["source"] == "local"
    assert said["shown"] is True
    assert 0 < said["processing_time_ms"] < 5_000
    with scope(world.oakwood.pk):
        card = Suggestion.objects.get(pk=said["suggestion_id"])
        assert str(card.session_id) == said["session_id"]
        assert card.say == said["suggestions"][0]["say"]


def test_the_time_told_is_measured(world: World) -> None:
    lead = world.conversation(world.alice).lead.pk
    program = Program(world.alice, WRITE)
    times = {program.post("real-time", message(lead)).json()["processing_time_ms"] for _ in range(4)}
    assert len(times) == 4


def test_small_talk_is_no_objection(world: World) -> None:
    lead = world.conversation(world.alice).lead.pk
    said = Program(world.alice, WRITE).post("real-time", message(lead, "Thanks, see you on Friday!")).json()
    assert (said["objection_detected"], said["objection_type"]) == (False, None)


def test_a_card_that_is_held_back_is_still_told(world: World) -> None:
    lead = world.conversation(world.alice, price=485_000).lead.pk
    program = Program(world.alice, WRITE)
    program.post("real-time", message(lead))
    second = program.post("real-time", message(lead)).json()
    assert (second["objection_type"], second["shown"]) == ("affordability", False)
    assert second["quiet_reason"]
    assert second["suggestions"]


def test_the_same_message_id_is_heard_once(world: World) -> None:
    lead = world.conversation(world.alice).lead.pk
    program = Program(world.alice, WRITE)
    first, again = (program.post("real-time", message(lead, message_id="m1")).json() for _ in range(2))
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["suggestion_id"] == first["suggestion_id"]
    assert again["objection_type"] == first["objection_type"]
    assert again["message_id"] == "m1"
    with scope(world.oakwood.pk):
        assert Message.objects.count() == 1


def test_a_message_id_of_other_words_or_of_another_lead_is_a_conflict(world: World) -> None:
    one, two = (world.conversation(world.alice, name).lead.pk for name in ("Pat", "Kim"))
    program = Program(world.alice, WRITE)
    program.post("real-time", message(one, message_id="m1"))
    for body in (message(one, "Something else", message_id="m1"), message(two, message_id="m1")):
        answer = program.post("real-time", body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "message_id")
    with scope(world.oakwood.pk):
        assert Session.objects.count() == 1, "an error leaves nothing behind"


@pytest.mark.parametrize("stage", ["discovery", "", "closed"])
def test_any_word_is_taken_as_a_stage_and_an_unknown_one_means_the_leads_own(world: World, stage: str) -> None:
    lead = world.conversation(world.alice).lead.pk
    body = message(lead, conversation_stage=stage) | {"conversation_context": {"lead_id": str(lead), "mood": "fine"}}
    answer = Program(world.alice, WRITE).post("real-time", body)
    assert answer.status_code == 200, answer.content
    with scope(world.oakwood.pk):
        assert Suggestion.objects.get().asked["stage"] == ("closed" if stage == "closed" else "engaged")


def test_a_lead_is_known_by_its_contact_id_too(world: World) -> None:
    lead = world.conversation(world.alice).lead
    with scope(world.oakwood.pk):
        lead.contact_id = "ghl-contact-1"
        lead.save()
    assert Program(world.alice, WRITE).post("real-time", message("ghl-contact-1")).status_code == 200


def test_a_person_speaks_for_their_own_agent_and_a_team_lead_for_others(world: World) -> None:
    lead = world.conversation(world.alice).lead.pk
    body = message(lead, agent_id=str(world.alice.agent.pk))
    assert browser(world.alice).post("real-time", message(lead)).status_code == 200
    assert browser(world.tess).post("real-time", body).status_code == 200
    assert browser(world.bob).post("real-time", body).status_code == 404


def test_a_key_of_no_agent_must_say_for_whom(world: World) -> None:
    lead = world.conversation(world.alice).lead.pk
    program = Program(world.alice, WRITE, of_all=True)
    refused = program.post("real-time", message(lead))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "agent_id")
    assert program.post("real-time", message(lead, agent_id=str(world.bob.agent.pk))).status_code == 200


def test_a_bound_key_cannot_touch_a_colleagues_lead(world: World) -> None:
    bobs = world.conversation(world.bob).lead.pk
    answer = Program(world.alice, WRITE).post("real-time", message(bobs))
    unknown = Program(world.alice, WRITE).post("real-time", message(uuid4()))
    assert answer.status_code == unknown.status_code == 404
    assert answer.content == unknown.content


def test_the_door_costs_few_statements(world: World) -> None:
    lead = world.conversation(world.alice, price=485_000).lead.pk
    program = Program(world.alice, WRITE)
    program.post("real-time", message(lead, "Could you tell me more about the garden?"))
    count = Count()
    with connection.execute_wrapper(count):
        answer = program.post("real-time", message(lead))
    assert answer.json()["shown"] is True
    # Eight of the first wave with its scope, two to look the key up (its own scope and the row); the world is itself
    # inside a transaction here, so each of the two scopes sets its tenant back: two statements that a real one saves.
    assert len(count.statements) - 2 <= 10, count.statements
