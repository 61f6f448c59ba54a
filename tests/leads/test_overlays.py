"""The lead's own words lay an overlay: somebody else's client, nobody we know. Reported and denied ones do not, and a person undoes it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from enterprisehub.tenants.scope import scope
from leads.lifecycle import State, due_overlay
from leads.models import Agreement, Lead, StageMove
from leads.services import moving
from leads.services.learning import question_for, recent
from tests.world import World


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def lead(world: World) -> Lead:
    return world.conversation(world.alice, name="Pat Doe").lead


def stands(world: World, lead: Lead) -> tuple[str, str, str]:
    with scope(world.oakwood.pk):
        lead.refresh_from_db()
    return lead.overlay, lead.hand_off, lead.overlay_reason


@pytest.mark.parametrize(
    ("text", "overlay", "reason", "quote"),
    [
        (
            "Sorry, we already signed with another agent.",
            "other_agent",
            "signed_elsewhere",
            "signed with another agent",
        ),
        ("We have an exclusive agreement with Redfin.", "other_agent", "signed_elsewhere", "agreement with Redfin"),
        (
            "My wife and I have signed with a different realtor",
            "other_agent",
            "signed_elsewhere",
            "a different realtor",
        ),
        ("Ya firmamos con otra agencia, gracias", "other_agent", "signed_elsewhere", "Ya firmamos con otra agencia"),
        ("You have the wrong number.", "invalid", "wrong_person", "wrong number"),
        ("Número equivocado", "invalid", "wrong_person", "Número equivocado"),
        ("hi, sorry, wrong person!", "invalid", "wrong_person", "wrong person"),
    ],
)
def test_their_own_words_lay_it_with_the_quote_as_its_reason(
    world: World, lead: Lead, text: str, overlay: str, reason: str, quote: str
) -> None:
    world.says(world.alice, lead, text)
    found = stands(world, lead)
    assert found[:2] == (overlay, reason)
    assert quote in found[2]
    with scope(world.oakwood.pk):
        move = StageMove.objects.filter(lead=lead).latest("at")
    assert (move.to_overlay, move.mover) == (overlay, "rule")
    assert quote in move.reason
    assert move.evidence["message"]


@pytest.mark.parametrize(
    "text",
    [
        "My sister signed with another agent.",
        "My brother has an exclusive agreement with Compass.",
        "We haven't signed with anyone.",
        "We never signed an agreement with another agent.",
        "If we signed with another agent, would that be a problem?",
        "We had signed with another agent but that expired in May.",
        "She said we signed with another agent",
        "Mi hermana ya firmó con otro agente",
        "No hemos firmado con otro agente",
        "The listing shows the wrong number of bedrooms.",
        "I gave you the wrong number yesterday, use this one.",
        "My brother thinks you have the wrong person",
        "Is this the wrong number to ask?",
    ],
)
def test_reported_supposed_and_denied_words_lay_none(world: World, lead: Lead, text: str) -> None:
    world.says(world.alice, lead, text)
    assert stands(world, lead)[0] == "none"


def test_from_represented_on_the_agreement_that_they_speak_of_is_ours() -> None:
    quote = {"quote": "we signed with another agent", "evidence": "m"}
    assert due_overlay(State("engaged"), "signed_elsewhere", **quote) is not None
    assert due_overlay(State("represented", agreement=True), "signed_elsewhere", **quote) is None
    assert due_overlay(State("engaged", agreement=True), "signed_elsewhere", **quote) is None
    assert due_overlay(State("engaged", overlay="dnc"), "signed_elsewhere", **quote) is None
    assert due_overlay(State("engaged", overlay="lost"), "wrong_person", **quote) is None
    assert due_overlay(State("engaged", overlay="nurture"), "wrong_person", **quote) is not None
    assert due_overlay(State("engaged"), "complaint", **quote) is None


def test_a_recorded_agreement_keeps_the_overlay_away(world: World, lead: Lead) -> None:
    with scope(world.oakwood.pk):
        Lead.objects.filter(pk=lead.pk).update(agreement=Agreement.SIGNED)
    world.says(world.alice, lead, "We already signed with another agent.")
    assert stands(world, lead)[0] == "none"


def test_a_person_undoes_it_and_the_same_words_do_not_bring_it_back(world: World, lead: Lead) -> None:
    world.says(world.alice, lead, "We already signed with another agent.")
    with scope(world.oakwood.pk):
        moving.move(lead, "none", by=world.alice.agent)
    assert stands(world, lead) == ("none", "", "")
    with scope(world.oakwood.pk):
        assert not hasattr(question_for(lead, history=recent(lead)), "reason")
    world.says(world.alice, lead, "We want three bedrooms in Oakland.")
    assert stands(world, lead) == ("none", "", "")
    world.says(world.alice, lead, "Well, now we have signed with another agent.")
    assert stands(world, lead)[0] == "other_agent"


def test_a_stop_without_an_overlay_is_lifted_by_a_person_too(world: World, lead: Lead) -> None:
    world.says(world.alice, lead, "I will sue you and your brokerage.")
    assert stands(world, lead)[:2] == ("none", "threat")
    with scope(world.oakwood.pk):
        moving.move(lead, "none", by=world.alice.agent)
    world.says(world.alice, lead, "We want three bedrooms in Oakland.")
    assert stands(world, lead)[:2] == ("none", "")


def test_a_lesser_reason_does_not_take_the_place_of_one_that_stays(world: World, lead: Lead) -> None:
    world.says(world.alice, lead, "I will sue you and your brokerage.")
    world.says(world.alice, lead, "Would they take 430?")
    assert stands(world, lead)[1] == "threat"


@pytest.mark.parametrize("path", ["/leads/{}/", "/"])
def test_the_pages_show_it_with_the_words_and_the_way_back(world: World, lead: Lead, path: str) -> None:
    world.says(world.alice, lead, "Sorry, we already signed with another agent.")
    client = Client()
    client.force_login(world.alice.user)
    page = client.get(path.format(lead.pk)).content.decode()
    assert "With another agent" in page
    assert "we already signed with another agent" in page
    assert "Not so: take" in page
    panel: Any = client.post(f"/leads/{lead.pk}/move/", {"to": "none"}, headers={"HX-Request": "true"})
    assert panel.status_code == 200
    assert "With another agent" not in panel.content.decode()
    assert stands(world, lead)[0] == "none"
