"""What does the prospect want?"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.intent import names, read

INTENTS = {
    "inquiry_listing", "search_help", "valuation_request", "book_tour", "book_consult", "financing_question", "sell_intent",
    "invest_intent", "rent_intent", "commercial_need", "status_update", "document_question", "scheduling", "small_talk",
    "complaint", "opt_out", "wrong_person", "vendor_spam", "fair_housing_sensitive", "legal_tax_question", "distress", "other",
}  # fmt: skip


@dataclass(frozen=True)
class Turn:
    speaker: str
    text: str


def test_every_intent_but_objections_can_be_named() -> None:
    assert set(names()) == INTENTS


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("How much is the house on Elm Street?", "inquiry_listing"),
        ("Does it have a garage?", "inquiry_listing"),
        ("Is the price negotiable?", "inquiry_listing"),
        ("Can I get a contact number?", "inquiry_listing"),
        ("¿Aceptan mascotas?", "inquiry_listing"),
        ("Can you find me some other apartments?", "search_help"),
        ("How about something in Fremont?", "search_help"),
        ("¿Cuánto cuesta la casa?", "inquiry_listing"),
        ("We are looking for a 3 bedroom near downtown", "search_help"),
        ("Hola, busco una casa con patio", "search_help"),
        ("What is my house worth?", "valuation_request"),
        ("¿Cuánto vale mi casa?", "valuation_request"),
        ("Can we see it on Saturday?", "book_tour"),
        ("When can I come by?", "book_tour"),
        ("¿Podemos ver la casa mañana?", "book_tour"),
        ("Can we talk tomorrow?", "book_consult"),
        ("How much down payment do I need?", "financing_question"),
        ("¿Necesito preaprobación?", "financing_question"),
        ("I want to sell my house", "sell_intent"),
        ("Queremos vender", "sell_intent"),
        ("What's the cap rate on that one?", "invest_intent"),
        ("I'm looking to rent a house", "rent_intent"),
        ("We need 5000 square feet of warehouse", "commercial_need"),
        ("Any news from the seller?", "status_update"),
        ("Do I need to sign the disclosure first?", "document_question"),
        ("Can we move it to Thursday?", "scheduling"),
        ("Hi there!", "small_talk"),
        ("muchas gracias", "small_talk"),
        ("Nobody called me back", "complaint"),
        ("STOP", "opt_out"),
        ("please take me off your list", "opt_out"),
        ("No me escriba más por favor", "opt_out"),
        ("You have the wrong number", "wrong_person"),
        ("We help realtors get exclusive leads for cheap", "vendor_spam"),
        ("Is it a safe area?", "fair_housing_sensitive"),
        ("What kind of people live there?", "fair_housing_sensitive"),
        ("¿Es un barrio seguro?", "fair_housing_sensitive"),
        ("Can I deduct the mortgage?", "legal_tax_question"),
        ("My father just died", "distress"),
        ("colorless green ideas", "other"),
    ],
)
def test_an_intent_is_read_from_its_words(text: str, intent: str) -> None:
    assert read(text)[0].name == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Stop by the house tomorrow", "opt_out"),
        ("I can't stop thinking about that house", "opt_out"),
        ("I want to see what happens", "book_tour"),
        ("We are pre-approved already", "financing_question"),
        ("ok stop", "small_talk"),
        ("There is a safe in the office", "fair_housing_sensitive"),
        ("We drive to church on Sundays", "distress"),
    ],
)
def test_a_trap_is_not_taken(text: str, intent: str) -> None:
    assert intent not in {found.name for found in read(text) if found.confidence >= 0.8}


def test_what_somebody_else_said_is_less_sure() -> None:
    own, reported = read("I want to sell my house")[0], read("My brother says I want to sell my house")[0]
    assert reported.confidence < 0.5 < own.confidence


def test_a_day_after_the_question_for_a_day_is_scheduling() -> None:
    history = (Turn("agent", "Which day suits you for a first look?"),)
    assert read("Saturday afternoon", history)[0].name == "scheduling"
    assert read("Saturday afternoon")[0].name == "other"


def test_an_empty_text_means_nothing() -> None:
    assert read("") == read("   ") == ()


@given(st.text(max_size=200))
def test_the_evidence_is_verbatim_and_the_surest_comes_first(text: str) -> None:
    found = read(text)
    assert all(text[intent.start : intent.end] == intent.quote for intent in found)
    assert [i.confidence for i in found] == sorted((i.confidence for i in found), reverse=True)
    assert all(0 <= intent.confidence <= 1 for intent in found)
