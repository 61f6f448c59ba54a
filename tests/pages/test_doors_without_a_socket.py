"""Words, opinions and sessions get through by plain forms too: without scripts, and when the socket is down."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from coaching.models import Feedback, Session, Suggestion
from enterprisehub.tenants.scope import scope
from leads.models import Conversation, Lead, Message
from tests.world import Person, World

As = Callable[[Person], Client]
DEAR = "That is too expensive for us."


def words(text: str = DEAR, **more: str) -> dict[str, str]:
    return {"text": text, "id": "id-1", "speaker": "prospect", **more}


def test_a_conversation_begins_with_a_name_and_a_price_as_people_write_it(world: World, as_: As) -> None:
    form = {"name": "Daniel Reyes", "medium": "sms", "side": "buyer", "listing": "14 Larkspur Lane"}
    answer = as_(world.alice).post("/conversations/new/", {**form, "listing_price": "$485,000", "language": "es"})
    with scope(world.oakwood.pk):
        talk = Conversation.objects.select_related("lead").get()
    assert answer["Location"] == f"/?c={talk.pk}"
    assert (talk.lead.name, talk.lead.language, int(talk.listing_price or 0)) == ("Daniel Reyes", "es", 485_000)
    assert talk.lead.agent_id == world.alice.agent.pk


@pytest.mark.parametrize("price", ["-1", "a lot", "1e99", "NaN", "Infinity"])
def test_a_price_that_is_none_is_said_beside_its_field(world: World, as_: As, price: str) -> None:
    form = {"name": "Pat", "medium": "sms", "side": "buyer", "listing_price": price}
    answer = as_(world.alice).post("/conversations/new/", form)
    assert answer.status_code == 400
    assert 'id="id_listing_price_error"' in answer.content.decode()


def test_words_by_form_bring_the_card_onto_the_page(world: World, as_: As) -> None:
    lead = world.conversation(world.alice).lead
    alice = as_(world.alice)
    answer = alice.post(f"/leads/{lead.pk}/words/", words(next=f"/leads/{lead.pk}/"))
    assert answer.status_code == 302
    page = alice.get(answer["Location"]).content.decode()
    assert DEAR in page.replace('<mark class="evidence">', "").replace("</mark>", "")
    assert 'data-card="' in page


def test_for_a_script_the_answer_is_the_frame_that_the_socket_would_send(world: World, as_: As) -> None:
    lead = world.conversation(world.alice).lead
    answer = as_(world.alice).post(f"/leads/{lead.pk}/words/", words(), HTTP_HX_REQUEST="true").content.decode()
    assert answer.startswith('\n<section class="event"') or '<section class="event"' in answer
    assert 'data-client="id-1"' in answer
    assert "data-seq" not in answer


def test_the_same_words_sent_twice_are_heard_once(world: World, as_: As) -> None:
    lead = world.conversation(world.alice).lead
    alice = as_(world.alice)
    for _ in range(2):
        assert alice.post(f"/leads/{lead.pk}/words/", words(), HTTP_HX_REQUEST="true").status_code == 200
    with scope(world.oakwood.pk):
        assert Message.objects.count() == 1


def test_empty_words_are_refused_in_one_sentence(world: World, as_: As) -> None:
    lead = world.conversation(world.alice).lead
    answer = as_(world.alice).post(f"/leads/{lead.pk}/words/", words("   "), HTTP_HX_REQUEST="true")
    assert answer.status_code == 400
    assert "There are no words in this message." in answer.content.decode()
    whole = as_(world.alice).post(f"/leads/{lead.pk}/words/", words("   "))
    assert whole.status_code == 400
    assert "<html" in whole.content.decode()


def test_a_null_character_anywhere_breaks_nothing(world: World, as_: As) -> None:
    lead = world.conversation(world.alice).lead
    form = {"text": "a\x00b", "id": "\x00", "speaker": "\x00", "medium": "\x00", "next": "\x00"}
    for name in form:
        answer = as_(world.alice).post(f"/leads/{lead.pk}/words/", words(id=str(uuid4())) | {name: form[name]})
        assert answer.status_code < 500, name


def test_nobody_adds_words_to_what_is_not_theirs(world: World, as_: As) -> None:
    lead = world.conversation(world.alice).lead
    for person, status in ((world.bob, 404), (world.charlie, 404), (world.rita, 403), (world.tess, 302)):
        assert as_(person).post(f"/leads/{lead.pk}/words/", words(id=str(uuid4()))).status_code == status


def test_a_verdict_and_a_score_by_form_are_kept_and_shown(world: World, as_: As) -> None:
    card = world.says(world.alice, world.conversation(world.alice).lead, DEAR).suggestion
    assert card is not None
    alice = as_(world.alice)
    assert alice.post(f"/cards/{card.pk}/feedback/", {"verdict": "used"}).status_code == 302
    frame = alice.post(f"/cards/{card.pk}/feedback/", {"score": "5", "comment": "Apt"}, HTTP_HX_REQUEST="true")
    assert 'data-score="5"' in frame.content.decode()
    page = alice.get("/").content.decode()
    assert 'value="used" aria-pressed="true"' in page
    assert "5 of 5" in page
    with scope(world.oakwood.pk):
        assert Suggestion.objects.get().verdict == "used"
        assert sorted(Feedback.objects.values_list("verdict", "score")) == [("", 5), ("used", None)]


@pytest.mark.parametrize("form", [{"score": "6"}, {"score": "five"}, {"verdict": "great"}, {}])
def test_an_opinion_that_is_none_is_refused(world: World, as_: As, form: dict[str, str]) -> None:
    card = world.says(world.alice, world.conversation(world.alice).lead, DEAR).suggestion
    assert card is not None
    assert as_(world.alice).post(f"/cards/{card.pk}/feedback/", form).status_code == 400


def test_an_opinion_on_somebody_elses_card_is_refused(world: World, as_: As) -> None:
    card = world.says(world.alice, world.conversation(world.alice).lead, DEAR).suggestion
    assert card is not None
    for person, status in ((world.bob, 404), (world.charlie, 404), (world.rita, 403)):
        assert as_(person).post(f"/cards/{card.pk}/feedback/", {"verdict": "used"}).status_code == status


def test_a_session_is_ended_and_scored_by_its_own_agent_only(world: World, as_: As) -> None:
    session = world.says(world.alice, world.conversation(world.alice).lead, DEAR).session
    assert as_(world.bob).post(f"/sessions/{session.pk}/end/").status_code == 404
    assert as_(world.tess).post(f"/sessions/{session.pk}/end/").status_code == 404
    alice = as_(world.alice)
    assert alice.post(f"/sessions/{session.pk}/end/")["Location"] == f"/sessions/{session.pk}/"
    assert alice.post(f"/sessions/{session.pk}/feedback/", {"score": "4", "comment": "Calm"}).status_code == 302
    assert "“Calm”" in alice.get(f"/sessions/{session.pk}/").content.decode()
    with scope(world.oakwood.pk):
        assert Session.objects.get().ended_at is not None


def test_a_lead_nobody_has_spoken_with_can_be_begun(world: World, as_: As) -> None:
    with scope(world.oakwood.pk):
        lead = Lead.objects.create(name="Silent Sam", agent=world.alice.agent)
    alice = as_(world.alice)
    assert "Nothing has been said yet" in alice.get(f"/leads/{lead.pk}/").content.decode()
    assert alice.post(f"/leads/{lead.pk}/session/")["Location"] == f"/leads/{lead.pk}/"
    assert 'id="composer"' in alice.get(f"/leads/{lead.pk}/").content.decode()


def test_earlier_words_come_page_by_page(world: World, as_: As) -> None:
    talk = world.conversation(world.alice)
    for number in range(53):
        world.says(world.alice, talk.lead, f"Line number {number}", "agent")
    alice = as_(world.alice)
    page = alice.get(f"/leads/{talk.lead_id}/").content.decode()
    assert "Line number 52" in page
    assert "Line number 2<" not in page
    piece = alice.get(f"/conversations/{talk.pk}/earlier/?before=4", HTTP_HX_REQUEST="true").content.decode()
    assert [f"Line number {n}" in piece for n in range(4)] == [True, True, True, False]
    assert alice.get(f"/conversations/{talk.pk}/earlier/?before=4").status_code == 302


def test_get_does_not_do_what_post_does(world: World, as_: As) -> None:
    lead = world.conversation(world.alice).lead
    assert as_(world.alice).get(f"/leads/{lead.pk}/words/").status_code == 405
