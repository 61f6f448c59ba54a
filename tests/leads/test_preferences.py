"""What has the prospect told already?"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.preferences import mentions


@dataclass(frozen=True)
class Turn:
    speaker: str
    text: str


def told(*texts: str) -> dict[str, str]:
    """Slot and value of what is told; a text that begins with "agent:" is the agent's."""
    turns = [
        Turn("agent", text.removeprefix("agent:")) if text.startswith("agent:") else Turn("prospect", text)
        for text in texts
    ]
    return {mention.slot: mention.value for mention in mentions(turns)}


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("I got a new job in Austin", "motivation", "new job"),
        ("We want to move by June", "timeframe", "by June"),
        ("cash buyer, ASAP", "timeframe", "ASAP"),
        ("Our lease ends in August", "timeframe", "in August"),
        ("para enero", "timeframe", "para enero"),
        ("Looking for a house in Round Rock", "location", "Round Rock"),
        ("casa de 3 recámaras en San Antonio", "location", "San Antonio"),
        ("something near downtown", "location", "downtown"),
        ("under $450k", "price_range", "$450k"),
        ("between 400 and 500k", "price_range", "400 and 500k"),
        ("$2,800 a month max", "price_range", "$2,800 a month"),
        ("hasta 300 mil", "price_range", "300 mil"),
        ("we are pre-approved", "financing", "pre-approved"),
        ("pago de contado", "financing", "de contado"),
        ("I have an agent already", "agent_status", "have an agent"),
        ("I don't have an agent", "agent_status", "don't have an agent"),
        ("it's just me", "decision_makers", "just me"),
        ("3 bed 2 bath", "property_type", "3 bed 2 bath"),
        ("tres recámaras por favor", "property_type", "tres recámaras"),
        ("I need to sell my house first", "property_to_sell", "need to sell my house first"),
        ("Saturday at 10 works", "appointment", "Saturday at 10"),
    ],
)
def test_a_slot_is_filled_by_what_is_told_unasked(text: str, slot: str, value: str) -> None:
    assert told(text).get(slot) == value


@pytest.mark.parametrize(
    ("question", "answer", "slot"),
    [
        ("Who else should be part of this decision?", "just me", "decision_makers"),
        ("What payment feels comfortable?", "maybe 2500", "price_range"),
        ("Which areas should I watch for you?", "Hyde Park or Mueller", "location"),
        ("Have you signed anything with another agent?", "no, not yet", "agent_status"),
        ("Is there a date you're working toward?", "June", "timeframe"),
        ("¿Hay una casa que vender primero?", "no", "property_to_sell"),
        ("Are you paying cash or would a lender help?", "not yet", "financing"),
    ],
)
def test_a_short_answer_fills_the_slot_that_was_asked_for_and_no_other(question: str, answer: str, slot: str) -> None:
    assert set(told(f"agent:{question}", answer)) == {slot}
    assert slot not in told(answer) or slot == "decision_makers"


@pytest.mark.parametrize(
    "text",
    [
        "Do I need to be pre-approved?",
        "I'm not ready to hang up",
        "It's too expensive",
        "we sold 2 houses in 2024",
        "call me at 512 555 0199",
        "Can we see it on Saturday?",
        "over 2000 square feet",
        "around 5 pm",
        "What if the lease ends?",
        "",
    ],
)
def test_a_question_or_a_bare_number_tells_nothing(text: str) -> None:
    assert told(text) == {}


def test_a_question_back_is_no_answer() -> None:
    assert told("agent:Is there a date you're working toward?", "June? What do you mean?") == {}


def test_the_agents_own_words_tell_nothing_about_the_prospect() -> None:
    assert told("agent:I can show you a house in Round Rock under $450k by June") == {}


def test_every_turn_keeps_its_place_so_that_the_newest_word_can_win() -> None:
    found = mentions([Turn("prospect", "under $450k"), Turn("agent", "ok"), Turn("prospect", "up to 500k then")])
    assert [(m.slot, m.value, m.turn) for m in found] == [("price_range", "$450k", 0), ("price_range", "500k", 2)]


@given(st.lists(st.builds(Turn, st.sampled_from(["prospect", "agent"]), st.text(max_size=80)), max_size=5))
def test_every_mention_is_verbatim_and_from_the_prospect(turns: list[Turn]) -> None:
    for mention in mentions(turns):
        turn = turns[mention.turn]
        assert turn.speaker == "prospect"
        assert turn.text[mention.start : mention.end] == mention.quote
        assert mention.value in mention.quote


def test_place_names_with_accents_and_typographic_quotes_keep_their_offsets() -> None:
    (mention,) = [m for m in mentions([Turn("prospect", "“Sí”, busco algo en Peñón Blanco")]) if m.slot == "location"]
    assert mention.value == "Peñón Blanco"
