"""Which amounts and days become a price, a visit, a deadline?"""

from __future__ import annotations

import pytest

from leads.preferences import read
from leads.slots import Value
from tests.leads.wishes import NOW, one, state, turns


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("under $450k", {"price_max": 450_000}),
        ("between 400 and 500k", {"price_min": 400_000, "price_max": 500_000}),
        ("at least $300k", {"price_min": 300_000}),
        ("our budget is $1.2M", {"price_max": 1_200_000}),
        ("$2,800 a month max", {"price_monthly_max": 2800}),
        ("hasta 300 mil", {"price_max": 300_000}),
        ("I would like to pay around $1,600", {"price_monthly_max": 1600}),
        ("no más de $2,500 al mes", {"price_monthly_max": 2500}),
        ("price is no object", {"price_max": "any"}),
    ],
)
def test_an_amount_bounds_the_price_from_the_side_that_is_said(text: str, told: dict[str, Value]) -> None:
    assert state(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "We have 60k for the down payment",
        "It is listed at $450k",
        "I make $90k",
        "Is it $450k?",
        "$2050 sounds too high",
        "call 512 555 0199",
    ],
)
def test_an_amount_that_is_no_bound_tells_no_price(text: str) -> None:
    assert not {"price_min", "price_max", "price_monthly_max"} & state(text).keys()


def test_a_seller_tells_what_is_owed_and_what_is_hoped_for() -> None:
    assert {"payoff": 210_000, "price_expectation": 450_000}.items() <= state(
        "we owe 210k and want to sell our house for 450k"
    ).items()


def test_a_bare_number_is_read_by_the_question() -> None:
    assert state("agent: What monthly payment feels comfortable?", "maybe 2500") == {"price_monthly_max": 2500}
    assert state("agent: What price range do you have in mind?", "450 to 500") == {
        "price_min": 450_000,
        "price_max": 500_000,
    }


def test_the_currency_is_the_one_said_or_the_countrys() -> None:
    assert one("price_max", "under €300k").unit == "EUR"
    assert one("price_max", "under $300k").unit == "USD"
    (slot,) = [s for s in read(turns("hasta 3 millones"), now=NOW, country="MX") if s.name == "price_max"]
    assert slot.unit == "MXN"


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("Can I visit on Friday?", "visit_date", "2026-03-06"),
        ("I'd like to see it on March 13th at 5:30 pm", "visit_date", "2026-03-13"),
        ("I'd like to see it on March 13th at 5:30 pm", "visit_time", "17:30"),
        ("¿Podemos ver la casa mañana?", "visit_date", "2026-03-05"),
        ("Our lease ends on April 30", "deadline", "2026-04-30"),
        ("We have to be out by May 15", "deadline", "2026-05-15"),
        ("el contrato vence el 30 de abril", "deadline", "2026-04-30"),
    ],
)
def test_a_day_is_for_what_the_nearest_words_say(text: str, slot: str, value: str) -> None:
    assert state(text)[slot] == value


def test_a_bare_day_answers_the_question_for_the_day() -> None:
    assert state("agent: Which day suits you for a visit?", "Saturday")["visit_date"] == "2026-03-07"
    assert state("agent: By when do you have to move?", "May 15")["deadline"] == "2026-05-15"


@pytest.mark.parametrize("text", ["I can't on Friday", "That's all for today, thanks", "We sold 2 houses in 2024"])
def test_a_day_that_is_ruled_out_or_said_in_parting_is_none(text: str) -> None:
    assert not {"visit_date", "deadline"} & state(text).keys()
