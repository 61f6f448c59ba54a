"""When do the questions stop?"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.wording import forbidden
from leads.handoff import OF_OVERLAY, hand_off, only_looking, reasons, triggered


@dataclass(frozen=True)
class Turn:
    text: str
    speaker: str = "prospect"


def shown(*texts: str) -> str:
    found = triggered([Turn(text) for text in texts])
    return found.reason if found else ""


def agent(text: str) -> Turn:
    return Turn(text, "agent")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("stop texting me", "opt_out"),
        ("Por favor no me escriba más", "opt_out"),
        ("I'd like to talk to a real person", "person"),
        ("are you a bot?", "person"),
        ("¿Puedo hablar con una persona?", "person"),
        ("Can we break our lease without paying?", "legal_tax"),
        ("¿Cómo puedo cancelar el contrato?", "legal_tax"),
        ("Would I qualify with a score of 610?", "lending"),
        ("how much could we borrow?", "lending"),
        ("¿Cuánto me prestarían?", "lending"),
        ("My husband died in May and I have to decide", "distress"),
        ("mi madre acaba de morir", "distress"),
        ("Nobody called me back, this is unacceptable", "complaint"),
        ("let me speak to your broker", "complaint"),
        ("I will sue you and your brokerage", "threat"),
        ("sé dónde vives", "threat"),
        ("if you call me once more I will sue you", "threat"),
        ("If you don't stop texting me I'll block you", "opt_out"),
        ("please take my name off your list", "opt_out"),
        ("no quiero más llamadas", "opt_out"),
        ("I'd rather have a human, please", "person"),
        ("would we owe capital gains on this sale?", "legal_tax"),
        ("is a 620 score enough?", "lending"),
        ("I lost my job and have to sell quickly", "distress"),
        ("how low would the owner go?", "negotiation"),
        ("is that a fair price?", "price_opinion"),
        ("I'm seventeen", "minor"),
        ("I'm 16, can I see the apartment?", "minor"),
        ("i am only 15 years old", "minor"),
        ("tengo 16 años y busco cuarto", "minor"),
        ("We're ready to make an offer", "negotiation"),
        ("Would they take 430?", "negotiation"),
        ("Queremos hacer una oferta", "negotiation"),
        ("we already signed with another agent", "signed_elsewhere"),
        ("ya firmamos con otra agencia", "signed_elsewhere"),
        ("you have the wrong number", "wrong_person"),
        ("what should we offer on this one?", "price_opinion"),
        ("is it safe around there?", "fair_housing"),
    ],
)
def test_some_words_stop_the_questions(text: str, reason: str) -> None:
    found = triggered([agent("Which areas should I watch?"), Turn(text)])
    assert found is not None
    assert found.reason == reason
    assert found.turn == 1
    assert found.quote == text[found.start : found.end] != ""


@pytest.mark.parametrize(
    "text",
    [
        "please don't stop texting me the new listings",
        "por favor no deje de escribirme",
        "we're not ready to make an offer yet",
        "I got a job offer in Denver",
        "do you offer virtual tours?",
        "my brother says he will sue his landlord",
        "I'm 16 miles from the office",
        "I am 12 minutes away",
        "I'm fifteen minutes late",
        "do you need a human reference letter?",
        "the price is fair, thank you",
        "my uncle lost his job",
        "tengo 12 años trabajando en la zona",
        "Tengo 15 años de experiencia",
        "we haven't signed with another agent",
        "if we make an offer, how long does it take?",
        "we never signed an agreement with another agent",
        "no hemos firmado con otro agente",
        "I work with people all day",
        "we signed our lease in March",
        "Our lease runs out on January 31, so we have to be somewhere by then.",
        "El contrato vence en enero y tenemos que mudarnos antes.",
        "three beds, two baths, under 450k",
        "",
        "   ",
    ],
)
def test_the_same_words_meant_otherwise_do_not(text: str) -> None:
    assert shown(text) == ""


def test_the_most_pressing_reason_is_told() -> None:
    assert shown("This is unacceptable. Stop texting me, or my lawyer will call.") == "threat"


def test_a_question_that_the_agent_has_answered_no_longer_stops_the_rest() -> None:
    asked = Turn("how much could we borrow?")
    assert triggered([asked]) is not None
    assert triggered([asked, agent("Two lenders can tell you; here are their names.")]) is None
    assert triggered([asked, agent("Here are two lenders."), Turn("thanks")]) is None


@pytest.mark.parametrize(
    "text", ["stop texting me", "we signed with another agent", "I'm 15 years old", "wrong number"]
)
def test_what_stays_is_remembered_when_the_agent_has_answered(text: str) -> None:
    assert triggered([Turn(text), agent("Understood."), Turn("ok")]) is not None


def test_the_agents_own_words_stop_nothing() -> None:
    assert triggered([agent("We could make an offer. If you signed with another agent, tell me.")]) is None


@pytest.mark.parametrize(
    ("turns", "place"),
    [
        ([Turn("just looking")], 0),
        ([Turn("Solo estoy mirando, gracias")], 0),
        ([agent("What brings you here?"), Turn("oh we're only browsing")], 1),
        ([Turn("I'm just looking for a two bedroom")], -1),
        ([Turn("I'm not just browsing, we need a place by May")], -1),
        ([Turn("just looking"), Turn("can we tour it on Saturday?")], -1),
        ([], -1),
    ],
)
def test_somebody_who_is_only_looking_is_noticed(turns: list[Turn], place: int) -> None:
    assert only_looking(turns) == place


@pytest.mark.parametrize("reason", reasons())
def test_every_reason_has_a_sentence_in_both_languages(reason: str) -> None:
    english, spanish = hand_off(reason).text, hand_off(reason, "es").text
    assert english != spanish
    assert english.endswith(".")
    assert not forbidden(english)
    assert not forbidden(spanish)
    assert hand_off(reason, "fr").text == english


def test_the_overlays_lead_to_reasons_that_exist() -> None:
    assert set(OF_OVERLAY.values()) <= set(reasons())


@given(st.lists(st.builds(Turn, st.text(), st.sampled_from(["prospect", "agent"])), max_size=4))
def test_any_text_is_survived_and_every_quote_stands_where_it_says(turns: list[Turn]) -> None:
    found = triggered(turns)
    if found:
        assert turns[found.turn].text[found.start : found.end] == found.quote
    assert -1 <= only_looking(turns) < max(len(turns), 1)


@pytest.mark.parametrize(
    "text", ["\x00" * 50, "\ud800 the garden", "😀" * 30_000, "מה המחיר", "a" * 100_000, "I will " * 20_000]
)
def test_weird_text_is_survived(text: str) -> None:
    assert triggered([Turn(text)]) is None
