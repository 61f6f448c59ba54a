"""A qualification runs by turns: begun once, answered once per message, ended by enough, by a hand-off or by a person."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils.timezone import now

from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.scope import scope
from leads.completeness import completeness
from leads.models import Flow, Lead, Message, Overlay, SlotFact, Stage, StageMove
from leads.packs import pack_of
from leads.profile import facts_of
from leads.services import facts
from leads.services.qualifying import Asker, Opening, Reply, Step, end, find, respond, standing, start, told
from tests.world import World

FIRST = "Hi, we want to buy a house in Austin, 3 bedrooms."
# What a willing buyer answers, by the slot that is asked for.
ANSWERS = {
    "timeframe": "In the next three months.",
    "motivation": "I got a new job there, so we are relocating.",
    "financing": "We are pre-approved with a lender.",
    "agent_status": "No, we are not working with any agent.",
    "price_range": "Up to 450k.",
    "location": "In Austin.",
    "beds": "3 bedrooms.",
    "property_type": "A single family house.",
    "decision_makers": "My wife decides with me.",
}


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def oakwood(world: World) -> Iterator[World]:
    with scope(world.oakwood.pk):
        yield world


def asker(world: World, who: str = "alice", *, everyone: bool = False) -> Asker:
    return Asker(getattr(world, who).agent, everyone)


def begin(world: World, message: str = FIRST, **more: Any) -> Step:
    opening = Opening(more.pop("contact_id", "hl-1"), "Pat Doe", message, more.pop("id", "m1"), **more)
    return start(world.oakwood, opening, by=asker(world))


def answer(world: World, step: Step, text: str, client_id: str = "", question: str = "") -> Step:
    return respond(world.oakwood, step.flow.pk, Reply(text, client_id or f"m-{uuid4()}", question), by=asker(world))


def slot(step: Step) -> str:
    questions = told(step)["next_questions"]
    return str(questions[0]["slot"]) if questions else ""


def test_a_contact_becomes_a_lead_and_its_first_words_are_learned_from(oakwood: World) -> None:
    step = begin(oakwood)
    answer_ = told(step)
    lead = Lead.objects.get(contact_id="hl-1")
    assert (answer_["flow_id"], answer_["lead_id"], answer_["contact_id"]) == (step.flow.pk, lead.pk, "hl-1")
    assert (lead.name, lead.agent_id, lead.source) == ("Pat Doe", oakwood.alice.agent.pk, "qualification")
    assert {entry["name"]: entry["value"] for entry in answer_["learned"]}["beds"] == 3
    assert answer_["stage"] == Stage.ENGAGED, "they wrote"
    assert 0 < answer_["completion_percentage"] < 100
    (question,) = answer_["next_questions"]
    assert question["question"].endswith("?")
    assert question["reason"]
    assert question["slot"] not in {entry["name"] for entry in lead.profile}


def test_every_fact_that_is_learned_has_its_words(oakwood: World) -> None:
    step = begin(oakwood)
    for _ in range(4):
        step = answer(oakwood, step, ANSWERS.get(slot(step), "I am not sure yet."))
        for change, entry in step.learned:
            assert change
            text = Message.objects.get(pk=entry["message"]).text
            assert text[entry["start"] : entry["end"]] == entry["quote"] != ""


def test_it_goes_on_until_enough_is_known_and_never_asks_for_what_is_known(oakwood: World) -> None:
    step, shares, turns = begin(oakwood), [0.0], 0
    while not told(step)["ended"]:
        turns += 1
        assert turns < 40, "it ends"
        assert slot(step) not in completeness(facts_of(step.lead.profile), pack_of("buyer", "any"), now()).known
        shares.append(told(step)["completion_percentage"])
        step = answer(oakwood, step, ANSWERS.get(slot(step), "I would rather not say."))
    assert max(shares) > 60
    assert step.lead.stage == Stage.QUALIFIED
    with pytest.raises(Conflict):
        answer(oakwood, step, "One more thing.")


@pytest.mark.parametrize(
    ("question", "text", "name", "value"),
    [
        ("How many bedrooms do you need?", "three", "beds", 3),
        ("Should it be an apartment, would you like an apartment?", "Yes please.", "property_type", "apartment"),
    ],
)
def test_a_short_answer_is_read_with_the_question_and_shown_in_its_own_words(
    oakwood: World, question: str, text: str, name: str, value: Any
) -> None:
    step = answer(oakwood, begin(oakwood, "I am looking for a place in Austin."), text, question=question)
    entry = next(entry for _, entry in step.learned if entry["name"] == name)
    assert entry["value"] == value
    assert Message.objects.get(pk=entry["message"]).text == text
    assert text[entry["start"] : entry["end"]] == entry["quote"] != ""
    assert not Message.objects.filter(speaker="agent").exists(), "nobody said the question on record"


def test_the_same_message_counts_once(oakwood: World) -> None:
    step = begin(oakwood)
    first = told(answer(oakwood, step, "Up to 450k.", "m2"))
    again = told(answer(oakwood, step, "Up to 450k.", "m2"))
    assert again == {**first, "learned": []}
    assert Message.objects.count() == 2
    assert told(begin(oakwood))["next_questions"] == first["next_questions"], "the opening's message was heard as well"
    assert (Flow.objects.count(), Message.objects.count()) == (1, 2)
    with pytest.raises(Conflict) as caught:
        answer(oakwood, step, "Up to 500k.", "m2")
    assert caught.value.field == "message_id"


def test_a_message_id_of_another_lead_is_refused(oakwood: World) -> None:
    begin(oakwood)
    with pytest.raises(Conflict):
        begin(oakwood, contact_id="hl-2")
    assert Message.objects.count() == 1


def test_looking_changes_nothing(oakwood: World) -> None:
    step = begin(oakwood)
    before = Flow.objects.values().get()
    assert told(standing(step.flow.pk, by=asker(oakwood))) == {**told(step), "learned": []}
    assert Flow.objects.values().get() == before


def test_completeness_never_falls_without_a_reason(oakwood: World) -> None:
    step = answer(oakwood, begin(oakwood), "Our budget is 450k and we move within 60 days.")
    high = told(step)["completion_percentage"]
    step = answer(oakwood, step, "I am looking for a place with 4 bedrooms. We have a budget of 900k.")
    low = told(step)
    assert low["completion_percentage"] >= high or low["fell_because"]
    assert not low["fell_because"] or low["completion_percentage"] < high


def test_a_fact_that_a_person_erased_is_named_as_the_reason(oakwood: World) -> None:
    step = answer(oakwood, begin(oakwood), "Our budget is up to 450k.")
    lead = facts.erase(step.lead, "price_max", None, by=oakwood.alice.agent)
    assert lead.completeness < step.flow.completeness
    seen = told(standing(step.flow.pk, by=asker(oakwood)))
    assert seen["fell_because"] == ["The fact was erased."]
    after = told(answer(oakwood, step, "Hm."))
    assert after["completion_percentage"] < told(step)["completion_percentage"]
    assert "The fact was erased." in after["fell_because"]
    assert told(answer(oakwood, step, "Hm, hm."))["fell_because"] in ([], ["It was said longer ago."])


def test_age_is_named_as_the_reason(oakwood: World) -> None:
    step = answer(oakwood, begin(oakwood), "Our budget is up to 450k and we must move within 60 days.")
    old = now() - timedelta(days=90)
    aged = [{**entry, "at": old.isoformat()} for entry in step.lead.profile]
    Lead.objects.update(profile=aged)
    Message.objects.update(at=old)
    Flow.objects.update(started_at=old)
    after = told(answer(oakwood, step, "Hello again."))
    assert after["completion_percentage"] < told(step)["completion_percentage"]
    assert after["fell_because"] == ["It was said longer ago."]


def test_another_set_of_questions_is_named_as_the_reason(oakwood: World) -> None:
    step = answer(oakwood, begin(oakwood), "Our budget is up to 450k and we must move within 60 days.")
    Lead.objects.update(side="seller")
    after = told(answer(oakwood, step, "Hello again."))
    assert after["completion_percentage"] >= told(step)["completion_percentage"] or after["fell_because"]


def test_a_hand_off_ends_it_and_says_why(oakwood: World) -> None:
    stopped = told(answer(oakwood, begin(oakwood), "I want to talk to a real person, please call me.", "m2"))
    assert stopped["ended"]
    assert stopped["next_questions"] == []
    assert stopped["hand_off"]["reason"]
    assert stopped["hand_off"]["text"]
    later = told(standing(stopped["flow_id"], by=asker(oakwood)))
    assert later["hand_off"] == stopped["hand_off"]
    trail = AuditEvent.objects.get(verb="lead.qualification.end")
    assert trail.facts["reason"] == stopped["hand_off"]["reason"]


def test_who_wants_to_be_left_alone_is_left_alone(oakwood: World) -> None:
    step = begin(oakwood)
    stopped = told(answer(oakwood, step, "Please stop texting me.", "m2"))
    lead = Lead.objects.get()
    assert lead.overlay == Overlay.DNC
    assert StageMove.objects.filter(to_overlay=Overlay.DNC).exists()
    assert (stopped["ended"], stopped["hand_off"]["reason"]) == (True, "opt_out")
    repeated = told(answer(oakwood, step, "Please stop texting me.", "m2"))
    assert repeated == {**stopped, "learned": []}, "the same message is answered alike, ended or not"
    once_more = told(begin(oakwood, "", id=""))
    assert (once_more["ended"], once_more["hand_off"]["reason"]) == (True, "opt_out")


def test_a_first_message_that_ends_it_is_not_a_second_flow_when_it_is_sent_again(oakwood: World) -> None:
    first, again = (told(begin(oakwood, "Stop texting me.")) for _ in range(2))
    assert first["ended"]
    assert again == {**first, "learned": []}
    assert Flow.objects.count() == 1


def test_a_person_can_end_it_and_ending_twice_changes_nothing(oakwood: World) -> None:
    step = begin(oakwood)
    first, again = (told(end(step.flow.pk, by=asker(oakwood))) for _ in range(2))
    assert first == again
    assert (first["ended"], first["hand_off"], first["next_questions"]) == (True, None, [])
    assert AuditEvent.objects.filter(verb="lead.qualification.end").count() == 1
    assert begin(oakwood, "Hello again.", id="m9").flow.pk != step.flow.pk, "a new one can begin"


def test_a_neighbours_flow_looks_like_none(world: World) -> None:
    with scope(world.oakwood.pk):
        flow = begin(world).flow
    with scope(world.elm.pk):
        for by in (Asker(world.charlie.agent), Asker(None, everyone=True)):
            for wanted in (flow.pk, uuid4()):
                with pytest.raises(NotFound):
                    find(wanted, by=by)
                with pytest.raises(NotFound):
                    respond(world.elm, wanted, Reply("Hi", "x"), by=by)
        elm = start(world.elm, Opening("hl-1", message=FIRST, id="m1"), by=Asker(world.charlie.agent))
    assert elm.lead.pk != flow.lead_id, "the same contact id and message id in another tenant are others"


def test_a_colleagues_lead_looks_like_none_but_for_who_sees_everybodys(oakwood: World) -> None:
    step = begin(oakwood)
    bob = asker(oakwood, "bob")
    for attempt in (
        lambda: find(step.flow.pk, by=bob),
        lambda: end(step.flow.pk, by=bob),
        lambda: respond(oakwood.oakwood, step.flow.pk, Reply("Hi", "x"), by=bob),
        lambda: start(oakwood.oakwood, Opening("hl-1", message="Hi", id="x"), by=bob),
        lambda: start(oakwood.oakwood, Opening(str(step.lead.pk), message="Hi", id="x"), by=bob),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert Message.objects.count() == 1
    assert find(step.flow.pk, by=asker(oakwood, "tess", everyone=True)) == step.flow
    with pytest.raises(NotFound):
        find(step.flow.pk, by=Asker(None))


def test_an_id_of_ours_names_a_lead_or_nothing(oakwood: World) -> None:
    lead = oakwood.conversation(oakwood.alice).lead
    assert begin(oakwood, contact_id=str(lead.pk)).lead.pk == lead.pk
    with pytest.raises(NotFound):
        begin(oakwood, contact_id=str(uuid4()), id="m2")
    for wrong in ("", " ", "x" * 65):
        with pytest.raises(Invalid):
            begin(oakwood, contact_id=wrong, id="m3")
    assert Lead.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_starts_of_one_contact_at_once_make_one_lead_and_one_flow() -> None:
    world = World()
    gate, found = threading.Barrier(4), list[Step]()

    def run(number: int) -> None:
        try:
            gate.wait(60)
            with scope(world.oakwood.pk):
                opening = Opening("hl-1", "Pat", FIRST, f"m{number}")
                found.append(start(world.oakwood, opening, by=asker(world)))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len({step.flow.pk for step in found}) == 1
    assert len(found) == 4
    with scope(world.oakwood.pk):
        assert (Lead.objects.count(), Flow.objects.count(), Message.objects.count()) == (1, 1, 4)
        assert AuditEvent.objects.filter(verb="lead.begin").count() == 1
        assert SlotFact.objects.filter(name="beds", change="said").count() == 1


@pytest.mark.django_db(transaction=True)
def test_answers_that_come_at_once_are_all_learned_from() -> None:
    world = World()
    with scope(world.oakwood.pk):
        step = begin(world)
    said = ["Up to 450k.", "We are pre-approved."]
    gate = threading.Barrier(len(said))

    def run(text: str) -> None:
        try:
            gate.wait(60)
            with scope(world.oakwood.pk):
                answer(world, step, text)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(text,)) for text in said]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    with scope(world.oakwood.pk):
        known = {entry["name"] for entry in Lead.objects.get().profile}
        assert known >= {"beds", "price_max", "preapproved"}
        assert len(Flow.objects.get().asked) == 1 + len(said), "no question was lost"
