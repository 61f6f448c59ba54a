"""Who wants to be left alone, who only wants less, and who merely says "stop"?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprisehub.errors import Invalid
from enterprisehub.management.evaluation.optout import measure
from leads.leaving import split_of
from leads.optout import GUESS, parse, read, render


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stpo", "s t o p", "🛑", "lose my number", "take me off", "quit texting", "wrong number stop", "no más",
        "No me escriba más, por favor", "Ya no quiero mensajes", "deme de baja", "Please don't contact me again.",
        "not interested, stop texting", "why won't you stop texting me", "If you don't stop texting me I'll block you",
    ],
)  # fmt: skip
def test_they_want_to_be_left_alone(text: str) -> None:
    found = read(text)
    assert found.opt_out
    assert found.scope == "all"
    assert text[found.start : found.end] == found.quote != ""


@pytest.mark.parametrize(
    "text",
    [
        "don't stop looking", "stop by at 5", "bus stop", "no more than 400k", "end unit", "cancel the Saturday tour",
        "I can't stop thinking about that house", "please don't stop texting me the new listings", "planta baja",
        "no más de tres recámaras", "¿para cuándo estaría lista?", "my brother told his agent to stop calling", "", "?!",
    ],
)  # fmt: skip
def test_they_do_not(text: str) -> None:
    assert not read(text).opt_out


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("Stop calling me, text only please", "call"),
        ("don't email me, call me", "email"),
        ("unsubscribe from the listing alerts only", "topic"),
    ],
)
def test_they_want_less_and_say_of_what(text: str, scope: str) -> None:
    found = read(text)
    assert (found.opt_out, found.scope) == (False, scope)


def test_a_wrong_number_is_known_for_one() -> None:
    assert read("Sorry, wrong number").wrong_number
    assert not read("STOP").wrong_number


@pytest.mark.parametrize(
    "text",
    [
        "Next text goes to my attorney", "Cancele todos los mensajes por favor.", "dont call me dont text me dont email me",
        "I request that all communication cease immediately.", "pls stop 🙏🙏 we found a place", "no thx rmv me",
    ],
)  # fmt: skip
def test_threats_slang_and_pictures_are_heard(text: str) -> None:
    assert read(text).scope == "all"


@pytest.mark.parametrize("text", ["no calls please, texts are fine", "no me marque, mejor mándeme texto"])
def test_who_offers_another_way_does_not_leave(text: str) -> None:
    assert (read(text).opt_out, read(text).scope) == (False, "call")


def test_words_that_no_rule_knows_are_guessed_and_told_as_less_sure() -> None:
    found = read("Whoever programmed this bot, please tell it to leave my phone out of its texts and calls.")
    assert (found.opt_out, found.confidence, found.scope) == (True, GUESS, "all")
    assert not read("Give me a few more options please, and the number of the agent.").opt_out


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    found = read(text)
    assert text[found.start : found.end] == found.quote


def test_the_end_of_a_long_message_is_read_too() -> None:
    found = read("We saw the house and liked the garden very much. " * 60 + "Now please stop texting me.")
    assert found.opt_out
    assert "stop texting" in found.quote


def test_a_line_falls_into_the_same_part_however_it_is_written() -> None:
    assert split_of("Stop  texting me") == split_of("stop texting me")


def test_the_frozen_part_is_heard_as_well_as_the_document_says(tmp_path: object) -> None:
    told = {figure.name: figure for figure in measure(tmp_path)}  # type: ignore[arg-type]
    assert told["frozen: recall"].value >= 0.98
    assert told["frozen: false alarms"].value <= 0.02
    assert told["frozen, the newer: recall"].value >= 0.88
    assert told["frozen, the newer: false alarms"].value <= 0.05


def test_it_is_asked_in_json() -> None:
    assert render(read(parse({"text": "STOP"}))) == {
        "opt_out": True,
        "confidence": 0.99,
        "quote": "STOP",
        "scope": "all",
    }
    with pytest.raises(Invalid):
        parse({})
