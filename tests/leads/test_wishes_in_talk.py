"""How does a prospect's state change from turn to turn: answers, offers, corrections, contradictions, other business?"""

from __future__ import annotations

import pytest

from leads.slots import Value
from tests.leads.wishes import one, slots, state


@pytest.mark.parametrize(
    ("question", "answer", "slot", "value"),
    [
        ("How many bedrooms do you need?", "two", "beds", 2),
        ("How many rooms?", "three works for me", "beds", 3),
        ("How many bathrooms?", "At least 2", "baths", 2),
        ("Which area should I search?", "Oakland", "location", "Oakland"),
        ("Where would you like to live?", "i think san leandro", "location", "san leandro"),
        ("Where are you heading?", "I am going to settle near my sister, Berkeley probably", "location", "Berkeley"),
        ("Would you like to rent or buy?", "Rent", "tenure", "rent"),
        ("Do you need it furnished?", "yes please", "furnished", True),
        ("Do you have any pets?", "no", "pets", False),
        ("Are you pre-approved?", "not yet", "preapproved", False),
        ("Have you signed anything with another agent?", "no", "agent_status", "none"),
        ("Who else is part of this decision?", "my husband", "decision_makers", "husband"),
        ("Is there a home to sell first?", "yes", "property_to_sell", True),
        ("Do you care about a garage?", "don't care", "garage", "any"),
        ("How many bedrooms would you like?", "doesn't matter", "beds", "any"),
        ("Which area?", "Not downtown. Maybe Arvada", "location", "Arvada"),
        ("What city?", "the place is concord", "location", "concord"),
        ("¿Cuántas habitaciones necesita?", "tres", "beds", 3),
        ("¿En qué zona busca?", "Coyoacán", "location", "Coyoacán"),
    ],
)
def test_a_bare_answer_is_read_by_what_was_asked(question: str, answer: str, slot: str, value: Value) -> None:
    assert state(f"agent: {question}", answer)[slot] == value


def test_two_questions_take_two_answers_in_their_order() -> None:
    assert state("agent: How many bedrooms and bathrooms?", "three and two") == {"beds": 3, "baths": 2}


def test_the_agents_own_words_tell_nothing() -> None:
    assert slots("agent: I have a furnished 3 bedroom with a garage in Salem for $400k") == ()


def test_a_listing_that_is_liked_does_not_become_a_wish() -> None:
    assert slots("agent: I found a 3 bedroom, 2 bath place in Salem.", "That sounds good.") == ()


def test_what_the_agent_offered_and_the_prospect_accepted_counts_as_offered() -> None:
    slot = one("visit_date", "agent: How about Friday for a visit?", "Yes, that works")
    assert (slot.value, slot.offered, slot.turn, slot.quote) == ("2026-03-06", True, 0, "Friday")


def test_a_refused_offer_counts_for_nothing() -> None:
    assert "visit_date" not in state("agent: How about Friday for a visit?", "No, sorry")


def test_another_day_takes_the_place_of_the_offer() -> None:
    assert one("visit_date", "agent: How about Friday?", "Saturday would be better").value == "2026-03-07"


def test_a_yes_to_two_days_chooses_none() -> None:
    assert "visit_date" not in state("agent: Shall I book Thursday or Friday?", "yes")


def test_what_the_agent_sums_up_is_accepted_by_a_yes() -> None:
    slot = one("beds", "agent: So you want three bedrooms, right?", "exactly")
    assert (slot.value, slot.offered) == (3, True)


def test_the_prospects_own_words_stay_the_evidence_when_the_agent_repeats_them() -> None:
    slot = one("visit_date", "Can I see the house on Friday?", "agent: A visit on Friday, correct?", "Yes")
    assert (slot.turn, slot.offered) == (0, False)


def test_a_correction_replaces_without_contradicting() -> None:
    slot = one("beds", "I need 3 bedrooms", "actually make it four")
    assert (slot.value, slot.earlier, slot.contradiction) == (4, 3, False)


def test_a_count_that_is_corrected_is_the_one_told_last() -> None:
    assert state("3 bedrooms", "and two baths", "make it three") == {"beds": 3, "baths": 3}


def test_a_contradiction_is_kept_and_shown() -> None:
    slot = one("beds", "I need 3 bedrooms", "agent: Noted.", "We have to have 2 bedrooms")
    assert (slot.value, slot.earlier, slot.contradiction) == (2, 3, True)


def test_another_day_for_the_visit_contradicts_nothing() -> None:
    slot = one("visit_date", "Can I see it on Friday?", "I can come on Saturday")
    assert (slot.value, slot.earlier, slot.contradiction) == ("2026-03-07", "2026-03-06", False)


def test_a_new_place_replaces_the_old_one_unless_it_is_added() -> None:
    assert [s.value for s in slots("a house in Salem", "try in Keizer instead") if s.name == "location"] == ["Keizer"]
    added = slots("a house in Salem", "also look in Keizer")
    assert [s.value for s in added if s.name == "location"] == ["Salem", "Keizer"]


def test_must_haves_gather() -> None:
    found = slots("it must have a pool", "and it needs a balcony")
    assert [s.value for s in found if s.name == "must_have"] == ["pool", "balcony"]


def test_a_yes_to_see_a_home_somewhere_makes_no_wish_for_the_place() -> None:
    assert "location" not in state("agent: Would you like to visit the one in Salem?", "Yes")


def test_a_doctor_who_is_quoted_is_no_other_business() -> None:
    assert state("My doctor says I need a home with no stairs in Salem")["accessibility"] is True


def test_other_business_tells_no_wish_for_a_home() -> None:
    assert slots("I need a rental car in Oakland on Friday", "agent: What time?", "at 5 pm") == ()


def test_a_place_from_other_business_is_lent_to_who_asks_for_a_home_there() -> None:
    slot = one("location", "I need a rental car in Oakland", "agent: Booked.", "Now find me an apartment there")
    assert (slot.value, slot.turn) == ("Oakland", 0)
    assert slot.confidence < 0.8


def test_a_free_day_in_the_diary_becomes_the_visit_only_when_one_is_asked_for() -> None:
    asked = ("That house sounds good. Am I free on Friday?", "agent: You are free from 9 to 11.")
    assert "visit_date" not in state(*asked)
    assert state(*asked, "Then schedule a visit")["visit_date"] == "2026-03-06"
