"""What does a whole conversation want, why, and how soon?"""

from __future__ import annotations

import pytest

from leads.conversation import Conversation
from leads.purposes import Purposes, weigh
from tests.leads.wishes import NOW, turns


def read(*texts: str) -> Purposes:
    return weigh(Conversation(turns(*texts), NOW))


def first(*texts: str) -> str:
    return read(*texts).intents[0].name


@pytest.mark.parametrize(
    ("texts", "intent"),
    [
        (("Can you help me find an apartment?",), "search_help"),
        (("I'm in the market for a new condo",), "search_help"),
        (("Please schedule me a visit",), "book_tour"),
        (("I'd like to go see the place",), "book_tour"),
        (("Could we set up a property tour?",), "book_tour"),
        (("¿Podemos agendar una visita?",), "book_tour"),
        (("Find me a house", "agent: How many bedrooms?", "three"), "search_help"),
        (("Find me a house", "agent: Would you like to visit it?", "Yes please"), "book_tour"),
        (("I want to sell my house", "agent: When?", "in June"), "sell_intent"),
    ],
)
def test_the_newest_wish_leads_and_an_older_one_lasts(texts: tuple[str, ...], intent: str) -> None:
    found = [one.name for one in read(*texts).intents if one.name != "small_talk"]
    assert found[0] == intent or (intent == "search_help" and "search_help" in found[1:2] and found[0] == "rent_intent")


@pytest.mark.parametrize(
    "text",
    [
        "I'm looking for a rental car",
        "Find me a restaurant in Salem",
        "I need a dentist",
        "Can you book me a flight?",
        "I want to see a movie",
        "what's the weather like?",
    ],
)
def test_other_business_is_no_wish_for_a_home(text: str) -> None:
    assert not {"search_help", "rent_intent", "book_tour", "inquiry_listing"} & {one.name for one in read(text).intents}


def test_a_wish_that_is_closed_does_not_last() -> None:
    assert first("Find me a house", "agent: Would you like to visit it?", "No, not now") == "other"


def test_a_wish_fades_while_others_come() -> None:
    before = read("Find me a house", "agent: Here is one.", "Is it furnished?").intents
    assert {one.name for one in before} >= {"search_help", "inquiry_listing"}
    assert before[0].name == "inquiry_listing"


@pytest.mark.parametrize(
    ("text", "motivation"),
    [
        ("I got a new job in Austin", "relocation"),
        ("we're outgrowing it and need more space", "space"),
        ("the lease is up in May", "lease_end"),
        ("as an investment", "investment"),
        ("we just got married", "life_event"),
        ("I like blue doors", ""),
    ],
)
def test_the_motive_is_told_or_empty(text: str, motivation: str) -> None:
    assert read(text).motivation == motivation


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("We have to be out by March 10", "critical"),
        ("Our lease ends on April 20", "high"),
        ("we want to move by August", "medium"),
        ("no rush, just looking", "low"),
        ("This is AMAZING!!! I LOVE it!!!", "low"),
        ("I'm so frustrated with all of this", "low"),
    ],
)
def test_urgency_follows_dates_and_not_the_mood(text: str, urgency: str) -> None:
    assert read(text).urgency == urgency


def test_nothing_said_wants_nothing() -> None:
    assert read() == Purposes(())
