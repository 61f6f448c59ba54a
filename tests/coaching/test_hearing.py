"""Words are heard once, in order, and answered with a card that quotes them."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from coaching.models import Session, Suggestion
from coaching.services.hearing import Words, hear
from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.realtime.models import Event
from enterprisehub.tenants.scope import scope
from leads.models import Message
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


def test_an_objection_becomes_a_card_that_quotes_it(world: World) -> None:
    conversation = world.conversation(world.alice, price=485_000)
    heard = world.says(world.alice, conversation.lead, "Honestly that is too expensive for us.")
    assert heard.new
    assert heard.suggestion is not None
    assert heard.suggestion.kind == "affordability"
    assert heard.suggestion.source == "local"
    assert heard.suggestion.why in heard.message.text
    assert heard.message.text[heard.suggestion.why_start : heard.suggestion.why_end] == heard.suggestion.why
    assert heard.suggestion.say


def test_the_same_id_is_heard_once(world: World) -> None:
    lead = world.conversation(world.alice).lead
    words = Words(lead=lead.pk, text="It is too expensive.", client_id="one")
    with scope(world.oakwood.pk):
        first, second = hear(world.alice.agent, words), hear(world.alice.agent, words)
        assert (first.new, second.new) == (True, False)
        assert second.message.pk == first.message.pk
        assert Message.objects.count() == 1
        assert Suggestion.objects.count() <= 1


@pytest.mark.parametrize("change", ["lead", "text", "speaker"])
def test_an_id_that_was_used_for_something_else_is_a_conflict_at_every_door(world: World, change: str) -> None:
    lead, other = world.conversation(world.alice).lead, world.conversation(world.alice, name="Kim Lee").lead
    words = Words(lead=lead.pk, text="It is too expensive.", client_id="one")
    changed = {
        "lead": replace(words, lead=other.pk),
        "text": replace(words, text="Something else."),
        "speaker": replace(words, speaker="agent"),
    }
    with scope(world.oakwood.pk):
        hear(world.alice.agent, words)
        with pytest.raises(Conflict) as refused:
            hear(world.alice.agent, changed[change])
    assert refused.value.field == "id"


def test_both_speakers_are_kept_in_order_and_the_agent_is_not_coached_on_her_own_words(world: World) -> None:
    lead = world.conversation(world.alice).lead
    world.says(world.alice, lead, "It is too expensive.")
    answer = world.says(world.alice, lead, "That is too expensive for many people.", speaker="agent")
    world.says(world.alice, lead, "What would the monthly payment be?")
    assert answer.suggestion is None
    with scope(world.oakwood.pk):
        said = list(Message.objects.order_by("position").values_list("position", "speaker"))
    assert said == [(1, "prospect"), (2, "agent"), (3, "prospect")]


def test_one_session_stays_open_over_many_messages(world: World) -> None:
    lead = world.conversation(world.alice).lead
    for text in ("Hello!", "It is too expensive.", "I have to ask my partner."):
        world.says(world.alice, lead, text)
    with scope(world.oakwood.pk):
        assert Session.objects.count() == 1


def test_every_message_is_told_with_a_number_and_without_a_gap(world: World) -> None:
    lead = world.conversation(world.alice).lead
    for text in ("Hello!", "It is too expensive.", "Stop texting me."):
        world.says(world.alice, lead, text)
    with scope(world.oakwood.pk):
        seqs = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) >= 3


def test_a_request_to_stop_gets_no_rebuttal_and_an_alert(world: World) -> None:
    lead = world.conversation(world.alice).lead
    heard = world.says(world.alice, lead, "Please stop texting me and take me off your list.")
    assert heard.suggestion is not None
    assert heard.suggestion.kind == "opt_out"
    assert heard.suggestion.compliance
    assert heard.suggestion.shown
    with scope(world.oakwood.pk):
        assert "objection.alert" in Event.objects.values_list("type", flat=True)


def test_cards_beyond_the_budget_stay_quiet_but_the_words_arrive(world: World) -> None:
    lead = world.conversation(world.alice).lead
    texts = (
        "It is too expensive.",
        "I have to ask my partner first.",
        "The interest rates are too high.",
        "Your commission is too high.",
    )
    heard = [world.says(world.alice, lead, text) for text in texts]
    shown = [one for one in heard if one.suggestion and one.suggestion.shown]
    assert len(shown) <= 2
    with scope(world.oakwood.pk):
        assert Event.objects.count() >= len(texts)


def test_a_lead_of_another_agent_looks_like_none(world: World) -> None:
    lead = world.conversation(world.bob).lead
    words = Words(lead=lead.pk, text="Hello", client_id="x")
    with pytest.raises(NotFound), scope(world.oakwood.pk):
        hear(world.alice.agent, words)
    with scope(world.oakwood.pk):
        assert hear(world.tess.agent, words, others=True).new


def test_a_lead_of_another_tenant_looks_like_none(world: World) -> None:
    lead = world.conversation(world.charlie).lead
    for reference in (lead.pk, uuid4(), "no-such-contact"):
        with scope(world.oakwood.pk), pytest.raises(NotFound) as refused:
            hear(world.alice.agent, Words(lead=reference, text="Hello", client_id="x"))
        assert refused.value.message == "There is no such lead."


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "   "}, "text"),
        ({"text": "x" * 8_001}, "text"),
        ({"speaker": "lawyer"}, "speaker"),
        ({"client_id": ""}, "id"),
        ({"client_id": "x" * 81}, "id"),
    ],
)
def test_bad_words_are_refused_by_name_and_nothing_is_kept(world: World, change: dict[str, str], field: str) -> None:
    lead = world.conversation(world.alice).lead
    words = {"lead": lead.pk, "text": "Hello", "client_id": "x", **change}
    with pytest.raises(Invalid) as refused, scope(world.oakwood.pk):
        hear(world.alice.agent, Words(**words))  # type: ignore[arg-type]
    assert refused.value.field == field
    with scope(world.oakwood.pk):
        assert not Message.objects.exists()


@pytest.mark.parametrize("text", ["\x00zero\x00", "🛑" * 500, "a\u0301" * 900, "{{7*7}} <script>", "‮evil"])
def test_odd_text_is_heard_like_any_other(world: World, text: str) -> None:
    lead = world.conversation(world.alice).lead
    assert world.says(world.alice, lead, text).new
