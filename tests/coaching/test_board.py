"""Can a supervisor see who needs help, whisper to the agent and take over, and nobody else do it?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from coaching.models import Session, TakeOver, Whisper
from coaching.services import board, supervising
from enterprisehub.errors import Conflict, Invalid, NotAllowed, NotFound
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.realtime.models import Event
from enterprisehub.tenants.models import Agent
from enterprisehub.tenants.scope import scope
from leads.models import Conversation, Lead
from tests.world import Person, World


@pytest.fixture
def world(db: None) -> World:
    return World()


def talking(world: World, words: str = "We like the house a lot.") -> Conversation:
    """Alice talks with a prospect just now."""
    conversation = world.conversation(world.alice)
    world.says(world.alice, conversation.lead, words)
    return conversation


def told(person: Person) -> list[dict[str, Any]]:
    with scope(person.agent.tenant_id):
        return [event.payload for event in Event.objects.filter(agent=person.agent).order_by("seq")]


def signed_in(person: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person.user)
    return client


def test_a_whisper_reaches_the_agents_screen_and_is_on_record(world: World) -> None:
    conversation = talking(world)
    with scope(world.oakwood.pk):
        row = supervising.whisper(conversation.pk, "Ask about their lease.", by=world.tess.membership, client_id="w1")
        assert AuditEvent.objects.filter(verb="conversation.whisper", target__endswith=str(row.pk)).count() == 1
    last = told(world.alice)[-1]
    assert last["state"] == "whisper"
    assert last["whisper"]["text"] == "Ask about their lease."
    assert last["whisper"]["lead"] == str(conversation.lead_id)
    assert all(event.get("state") != "whisper" for event in told(world.bob))


def test_the_same_whisper_is_told_once(world: World) -> None:
    conversation = talking(world)
    with scope(world.oakwood.pk):
        first = supervising.whisper(conversation.pk, "Slow down.", by=world.tess.membership, client_id="w1")
        again = supervising.whisper(conversation.pk, " Slow  down. ", by=world.tess.membership, client_id="w1")
        assert first.pk == again.pk
        with pytest.raises(Conflict):
            supervising.whisper(conversation.pk, "Other words.", by=world.tess.membership, client_id="w1")
        assert Whisper.objects.count() == 1


def test_the_agent_reads_it_and_the_board_knows(world: World) -> None:
    conversation = talking(world)
    with scope(world.oakwood.pk):
        row = supervising.whisper(conversation.pk, "Slow down.", by=world.tess.membership, client_id="w1")
        assert board.talks()[0].unread
        assert [one["id"] for one in supervising.unseen(world.alice.agent)] == [str(row.pk)]
        with pytest.raises(NotFound):
            supervising.seen(row.pk, agent=world.bob.agent)
        supervising.seen(row.pk, agent=world.alice.agent)
        supervising.seen(row.pk, agent=world.alice.agent)
        assert not board.talks()[0].unread
        assert supervising.unseen(world.alice.agent) == []
    assert [event.get("state") for event in told(world.alice)].count("whisper_seen") == 1


@pytest.mark.parametrize("text", ["", "  \x00 ", "x" * 501])
def test_words_that_nobody_can_read_are_refused(world: World, text: str) -> None:
    conversation = talking(world)
    with scope(world.oakwood.pk), pytest.raises(Invalid):
        supervising.whisper(conversation.pk, text, by=world.tess.membership, client_id="w1")


def test_nobody_whispers_to_themselves(world: World) -> None:
    conversation = talking(world)
    with scope(world.oakwood.pk), pytest.raises(Conflict):
        supervising.whisper(conversation.pk, "Hello", by=world.alice.membership, client_id="w1")


def test_taking_over_moves_the_screen_and_tells_the_agent_alone(world: World) -> None:
    conversation = talking(world)
    with scope(world.oakwood.pk):
        supervising.take_over(conversation.pk, by=world.tess.membership, agent=world.tess.agent)
        assert Lead.objects.get(pk=conversation.lead_id).agent_id == world.tess.agent.pk
        assert Session.objects.get(conversation=conversation, ended_at=None).agent_id == world.tess.agent.pk
        assert AuditEvent.objects.filter(verb="conversation.take_over").count() == 1
        assert conversation.messages.count() == 1
    assert told(world.alice)[-1]["whisper"]["kind"] == "taken"
    heard = world.says(world.tess, conversation.lead, "But the price is far too high for us.")
    assert heard.session.agent_id == world.tess.agent.pk


def test_handing_back_gives_it_to_whom_it_was_taken_from(world: World) -> None:
    conversation = talking(world)
    with scope(world.oakwood.pk):
        supervising.take_over(conversation.pk, by=world.tess.membership, agent=world.tess.agent)
        with pytest.raises(Conflict):
            supervising.hand_back(conversation.pk, by=world.ada.membership, agent=world.ada.agent)
        supervising.hand_back(conversation.pk, by=world.tess.membership, agent=world.tess.agent)
        assert Lead.objects.get(pk=conversation.lead_id).agent_id == world.alice.agent.pk
        assert Session.objects.get(conversation=conversation, ended_at=None).agent_id == world.alice.agent.pk
        assert not TakeOver.objects.filter(ended_at=None).exists()
    assert told(world.alice)[-1]["whisper"]["kind"] == "returned"


def test_the_second_supervisor_is_told_who_was_first(world: World) -> None:
    conversation = talking(world)
    with scope(world.oakwood.pk):
        first = supervising.take_over(conversation.pk, by=world.tess.membership, agent=world.tess.agent)
        assert supervising.take_over(conversation.pk, by=world.tess.membership, agent=world.tess.agent).pk == first.pk
        with pytest.raises(Conflict, match="Tess"):
            supervising.take_over(conversation.pk, by=world.ada.membership, agent=world.ada.agent)


def test_who_cannot_speak_cannot_take_over(world: World) -> None:
    conversation = talking(world)
    with scope(world.oakwood.pk):
        with pytest.raises(NotAllowed):
            supervising.take_over(conversation.pk, by=world.olivia.membership, agent=None)
        with pytest.raises(Conflict):
            supervising.take_over(conversation.pk, by=world.alice.membership, agent=world.alice.agent)


def test_a_neighbours_conversation_does_not_exist(world: World) -> None:
    conversation = talking(world)
    with scope(world.elm.pk):
        assert board.talks() == []
        with pytest.raises(NotFound):
            supervising.whisper(conversation.pk, "Hello", by=world.charlie.membership, client_id="w1")
        with pytest.raises(NotFound):
            supervising.take_over(conversation.pk, by=world.charlie.membership, agent=world.charlie.agent)


def test_those_in_need_stand_first_with_their_reason(world: World) -> None:
    calm = talking(world, "We like the house a lot.")
    trouble = world.conversation(world.bob, name="Kim Roe")
    world.says(world.bob, trouble.lead, "Only show us areas without any immigrants, please.")
    with scope(world.oakwood.pk):
        found = board.talks()
    assert [talk.conversation.pk for talk in found] == [trouble.pk, calm.pk]
    assert found[0].level == 3
    assert found[0].reasons
    assert found[1].level == 1


def test_an_answer_that_is_late_is_said_and_an_old_talk_is_gone(world: World) -> None:
    talking(world)
    with scope(world.oakwood.pk):
        with time_machine.travel(now() + timedelta(minutes=20), tick=False):
            (talk,) = board.talks()
            assert talk.level == 2
            assert "20 minutes" in talk.reasons[0]
        with time_machine.travel(now() + timedelta(hours=3), tick=False):
            assert board.talks() == []


def test_the_board_costs_the_same_however_many_talk(world: World, django_assert_num_queries: Any) -> None:
    for name in ("Pat", "Kim", "Lou"):
        conversation = world.conversation(world.alice, name=name)
        world.says(world.alice, conversation.lead, "Hello there, is it still for sale?")
    with scope(world.oakwood.pk), django_assert_num_queries(3):
        assert len(board.talks()) == 3


def test_the_doors_open_for_team_leads_and_not_for_agents(world: World) -> None:
    conversation = talking(world)
    tess, alice, rita = signed_in(world.tess), signed_in(world.alice), signed_in(world.rita)
    page = f"/board/{conversation.pk}/"
    for client, status in ((tess, 200), (alice, 403), (rita, 403)):
        assert client.get("/board/").status_code == status
        assert client.get(page).status_code == status
    for door in ("whisper", "take", "return"):
        assert alice.post(f"{page}{door}/", {"text": "Hello"}).status_code == 403
    assert tess.post(f"{page}whisper/", {"text": "Ask when the lease ends.", "id": "w9"}).status_code == 302
    assert "Ask when the lease ends." in tess.get(page).content.decode()
    assert "not read yet" in tess.get(page).content.decode()
    shown = alice.get("/").content.decode()
    assert "Ask when the lease ends." in shown
    with scope(world.oakwood.pk):
        row = Whisper.objects.get()
    assert alice.post(f"/whispers/{row.pk}/seen/").status_code == 302
    assert "Ask when the lease ends." not in alice.get("/").content.decode()
    assert tess.post(f"{page}take/").status_code == 302
    assert tess.post(f"{page}return/").status_code == 302


def test_an_empty_board_says_what_will_appear(world: World) -> None:
    assert "Nobody is in conversation." in signed_in(world.tess).get("/board/").content.decode()


def test_a_whisper_without_anybody_to_hear_it_is_refused(world: World) -> None:
    conversation = talking(world)
    with scope(world.oakwood.pk):
        Session.objects.update(ended_at=now())
        Conversation.objects.update(agent=None)
        Lead.objects.update(agent=None)
        with pytest.raises(Conflict):
            supervising.whisper(conversation.pk, "Hello", by=world.tess.membership, client_id=uuid4().hex)
        assert Agent.objects.count() == 6
