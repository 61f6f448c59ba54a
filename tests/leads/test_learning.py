"""A prospect's words change what is known of a lead: facts with their words, completeness, stage, score, hand-off."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.services import situation
from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.realtime.models import Event
from enterprisehub.tenants.scope import scope
from leads.models import Lead, Message, SlotFact, StageMove
from leads.services import facts, moving
from leads.services.learning import recent
from tests.world import World

pytestmark = pytest.mark.django_db
WISH = "We need a three bedroom in Oakland under $450k, with a yard."


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def lead(world: World) -> Lead:
    return world.conversation(world.alice, name="Pat Doe").lead


def known(world: World, lead: Lead) -> dict[str, dict[str, Any]]:
    with scope(world.oakwood.pk):
        lead.refresh_from_db()
    return {entry["name"]: entry for entry in lead.profile}


def test_what_was_said_becomes_facts_with_the_words_that_say_it(world: World, lead: Lead) -> None:
    world.says(world.alice, lead, WISH)
    profile = known(world, lead)
    assert (profile["beds"]["value"], profile["location"]["value"], profile["price_max"]["value"]) == (
        3,
        "Oakland",
        450_000,
    )
    with scope(world.oakwood.pk):
        for entry in lead.profile:
            said = Message.objects.get(pk=entry["message"])
            assert said.text[entry["start"] : entry["end"]] == entry["quote"]
        assert SlotFact.objects.filter(lead=lead, change="said").count() == len(lead.profile)
    assert lead.completeness > 0.2


def test_a_correction_replaces_and_a_contradiction_is_kept_and_shown(world: World, lead: Lead) -> None:
    world.says(world.alice, lead, WISH)
    world.says(world.alice, lead, "Actually, make it four bedrooms.")
    assert (known(world, lead)["beds"]["value"], known(world, lead)["beds"]["earlier"]) == (4, 3)
    assert known(world, lead)["beds"]["contradiction"] is False
    world.says(world.alice, lead, "Our budget is up to $600k.")
    price = known(world, lead)["price_max"]
    assert (price["value"], price["earlier"], price["contradiction"]) == (600_000, 450_000, True)
    with scope(world.oakwood.pk):
        assert set(SlotFact.objects.filter(lead=lead).values_list("change", flat=True)) >= {"said", "corrected"}


def test_the_agents_own_words_are_no_facts_but_an_accepted_offer_is(world: World, lead: Lead) -> None:
    world.says(world.alice, lead, "I am looking for an apartment to rent in Oakland.")
    world.says(world.alice, lead, "Do you want two bedrooms?", speaker="agent")
    assert "beds" not in known(world, lead)
    world.says(world.alice, lead, "Yes, that works.")
    beds = known(world, lead).get("beds")
    assert beds is not None
    assert (beds["value"], beds["offered"]) == (2, True)
    with scope(world.oakwood.pk):
        assert Message.objects.get(pk=beds["message"]).speaker == "agent"


def test_a_new_lead_is_attempted_when_the_agent_writes_and_engaged_when_they_reply(world: World, lead: Lead) -> None:
    with scope(world.oakwood.pk):
        Lead.objects.filter(pk=lead.pk).update(stage="new")
    world.says(world.alice, lead, "Hello, this is Alice from Oakwood.", speaker="agent")
    known(world, lead)
    assert lead.stage == "attempting"
    world.says(world.alice, lead, "Hi, yes, we are looking for a house.")
    known(world, lead)
    assert lead.stage == "engaged"
    with scope(world.oakwood.pk):
        moves = StageMove.objects.filter(lead=lead).order_by("at")
        assert [(move.from_stage, move.to_stage, move.mover) for move in moves] == [
            ("new", "attempting", "rule"),
            ("attempting", "engaged", "rule"),
        ]
        assert all(move.evidence["message"] for move in moves)


def test_whoever_asks_to_be_left_alone_is_not_to_be_contacted_from_then_on(world: World, lead: Lead) -> None:
    world.says(world.alice, lead, "Please stop texting me and take me off your list.")
    known(world, lead)
    assert (lead.overlay, lead.hand_off) == ("dnc", "opt_out")
    assert lead.score is None
    for _ in range(6):
        world.says(world.alice, lead, "Nice weather.")
    known(world, lead)
    assert (lead.overlay, lead.hand_off) == ("dnc", "opt_out")


def test_who_decides_and_where_they_look_moves_no_score(world: World) -> None:
    told = []
    for opening in (
        "I want to buy.",
        "My wife and I want to buy in Little Havana.",
        "My husband and I want to buy in 10025.",
    ):
        lead = world.conversation(world.alice).lead
        world.says(world.alice, lead, f"{opening} We are pre-approved, and our lease ends in June.")
        known(world, lead)
        told.append((lead.score, lead.score_told))
    assert told[0][0] is not None
    assert told[0] == told[1] == told[2]


def test_the_screen_hears_what_is_known_now(world: World, lead: Lead) -> None:
    world.says(world.alice, lead, WISH)
    with scope(world.oakwood.pk):
        payload = Event.objects.filter(type__in=("suggestion", "status")).latest("seq").payload
    assert payload["known"]["percent"] > 20
    assert {fact["name"] for fact in payload["known"]["facts"]} >= {"beds", "location", "price_max"}


def test_a_fact_is_confirmed_corrected_and_erased_by_a_person(world: World, lead: Lead) -> None:
    world.says(world.alice, lead, WISH)
    agent = world.alice.agent
    with scope(world.oakwood.pk):
        facts.confirm(lead, "beds", None, by=agent)
        assert known(world, lead)["beds"]["confirmed_by"] == str(agent.pk)
    with scope(world.oakwood.pk):
        facts.correct(lead, "price_max", "$500,000", by=agent)
    price = known(world, lead)["price_max"]
    assert (price["value"], price["extractor"], price["earlier"]) == (500_000, "person", 450_000)
    with scope(world.oakwood.pk):
        facts.erase(lead, "location", "Oakland", by=agent)
    assert "location" not in known(world, lead)
    with scope(world.oakwood.pk):
        kept = list(SlotFact.objects.filter(lead=lead, name="location").values_list("value", "quote"))
    assert all(row == (None, "") for row in kept)  # erased means erased from the history, too


def test_what_cannot_be_a_value_is_refused_in_words(world: World, lead: Lead) -> None:
    with scope(world.oakwood.pk):
        for name, text in (
            ("beds", "many"),
            ("price_max", "cheap"),
            ("deadline", "31 February"),
            ("financing", "luck"),
        ):
            with pytest.raises(Invalid):
                facts.correct(lead, name, text, by=world.alice.agent)
        with pytest.raises(Invalid):
            facts.correct(lead, "shoe_size", "9", by=world.alice.agent)
        with pytest.raises(NotFound):
            facts.confirm(lead, "beds", None, by=world.alice.agent)
    assert known(world, lead) == {}


def test_no_tour_without_an_agreement_or_a_documented_exception(world: World, lead: Lead) -> None:
    agent = world.alice.agent
    with scope(world.oakwood.pk):
        with pytest.raises(Conflict):
            moving.move(lead, "active", by=agent, reason="they want to see it", evidence="call")
        with pytest.raises(Invalid):
            moving.agree(lead, "signed", by=agent)
        moving.agree(lead, "signed", by=agent, on=date(2026, 11, 2))
        moved = moving.move(lead, "represented", by=agent, reason="signed", evidence="document")
        assert moved.stage == "represented"
        assert moving.move(moved, "active", by=agent, evidence="tour").stage == "active"
        assert [move.to_stage for move in moving.moves_of(lead)][:2] == ["active", "represented"]


def test_a_pipeline_stage_that_is_not_mapped_moves_nothing(world: World, lead: Lead) -> None:
    from leads.models import PipelineStage

    with scope(world.oakwood.pk):
        PipelineStage.objects.create(pipeline="Buyers", name="Hot!", stage="qualified")
        assert moving.follow(lead, "Buyers", "Lukewarm", evidence="opp-1").stage == "engaged"
        assert moving.follow(lead, "Buyers", "hot", evidence="opp-1").stage == "qualified"


def test_a_persons_fact_is_not_lost_when_they_and_the_prospect_speak_at_once(world: World, lead: Lead) -> None:
    world.says(world.alice, lead, WISH)
    with scope(world.oakwood.pk):
        stale = Lead.objects.get(pk=lead.pk)
        facts.correct(lead, "baths", "2", by=world.alice.agent)
        facts.confirm(
            stale, "beds", None, by=world.alice.agent
        )  # an older copy of the row does not overwrite the newer
    assert known(world, lead)["baths"]["value"] == 2
    world.says(world.alice, lead, "And a garage, please.")
    assert known(world, lead)["baths"]["value"] == 2


def test_refining_asks_with_the_profile_as_it_stands(world: World, lead: Lead) -> None:
    world.says(world.alice, lead, WISH)
    heard = world.says(world.alice, lead, "Honestly, that is too expensive for us.")
    with scope(world.oakwood.pk):
        message = Message.objects.select_related("conversation__lead").get(pk=heard.message.pk)
        around = situation.around(world.alice.agent, message)
        asked = situation.question(around, message.text)
    assert asked.told is not None
    assert {slot.name for slot in asked.told} >= {"beds", "location", "price_max"}


def test_the_neighbours_lead_cannot_be_touched(world: World, lead: Lead) -> None:
    world.says(world.alice, lead, WISH)
    with scope(world.elm.pk), pytest.raises(Lead.DoesNotExist):
        facts.confirm(lead, "beds", None, by=world.charlie.agent)
    with scope(world.elm.pk):
        assert recent(lead) == []


@given(st.lists(st.text(max_size=200), max_size=4))
def test_any_words_are_survived(texts: list[str]) -> None:
    from datetime import UTC, datetime

    from leads.preferences import read
    from leads.profile import learned, slots_of
    from leads.words import Turn

    profile: list[dict[str, Any]] = []
    talk = tuple(Turn("prospect", text) for text in texts)
    state = read(talk, now=datetime(2026, 11, 25, tzinfo=UTC))
    after = learned(profile, state, {turn: str(uuid4()) for turn in range(len(talk))}, at=datetime.now(UTC))
    assert len(slots_of(after.profile)) == len(state)
