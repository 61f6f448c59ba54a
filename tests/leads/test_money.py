"""Which amounts of money does a message name?"""

from __future__ import annotations

import pytest
from babel.numbers import format_currency
from hypothesis import example, given
from hypothesis import strategies as st

from enterprisehub.errors import Invalid
from leads.amounts.numbers import LANGUAGES
from leads.money import MONEY, Money, find, parse, render

LOCALES = {"en": "en_US", "es": "es_ES", "fr": "fr_FR", "pt": "pt_BR", "de": "de_DE", "it": "it_IT", "zh": "zh_CN"}


def only(text: str, language: str = "") -> Money:
    (money,) = find(text, language=language)
    assert text[money.start : money.end] == money.quote
    return money


@pytest.mark.parametrize(
    ("text", "value", "quote"),
    [
        ("we are at 450k", 450_000, "450k"),
        ("around 450 K is fine", 450_000, "450 K"),
        ("1.2M tops", 1_200_000, "1.2M"),
        ("half a million", 500_000, "half a million"),
        ("a million and a half", 1_500_000, "a million and a half"),
        ("one and a half million", 1_500_000, "one and a half million"),
        ("two point five million", 2_500_000, "two point five million"),
        ("three hundred and fifty thousand", 350_000, "three hundred and fifty thousand"),
        ("under $450k", 450_000, "$450k"),
        ("it is listed at $1,250,000.", 1_250_000, "$1,250,000"),
        ("we offer $1.5 mil", 1_500_000, "$1.5 mil"),
        ("three hundred grand", 300_000, "three hundred grand"),
        ("a $ 5 fee", 5, "$ 5"),
        ("medio millón", 500_000, "medio millón"),
        ("un millón y medio", 1_500_000, "un millón y medio"),
        ("unos 450 mil", 450_000, "450 mil"),
        ("doscientos mil dólares", 200_000, "doscientos mil dólares"),
        ("hasta 1.200.000 €", 1_200_000, "1.200.000 €"),
        ("hasta $450,000 nomás", 450_000, "$450,000"),
        ("como 2 mil 500 dólares al mes", 2_500, "2 mil 500 dólares"),
        ("15 dólares con 50", 15.5, "15 dólares con 50"),
    ],
)
def test_an_amount_is_read_as_people_say_it(text: str, value: float, quote: str) -> None:
    money = only(text)
    assert (money.value, money.quote, money.to) == (value, quote, None)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("between 400 and 500k", 400_000, 500_000),
        ("400-450k", 400_000, 450_000),
        ("$400-450k", 400_000, 450_000),
        ("$400k – $450k", 400_000, 450_000),
        ("from 400 to 450 thousand", 400_000, 450_000),
        ("between $1.1 and $1.4 million", 1_100_000, 1_400_000),
        ("between one hundred and two hundred thousand", 100_000, 200_000),
        ("between five and six hundred thousand", 500_000, 600_000),
        ("entre 400 y 500 mil", 400_000, 500_000),
        ("de 300 a 350 mil dólares", 300_000, 350_000),
        ("mid-sixes", 640_000, 660_000),
        ("the low 500s", 500_000, 530_000),
        ("high fours", 470_000, 499_000),
        ("somewhere in the $400s", 400_000, 499_000),
    ],
)
def test_a_range_has_two_ends(text: str, low: float, high: float) -> None:
    money = only(text)
    assert (money.value, money.to) == (low, high)


@pytest.mark.parametrize(
    ("text", "value", "period"),
    [
        ("$2,800 a month", 2_800, "month"),
        ("2,800/mo", 2_800, "month"),
        ("we pay 2800 per month", 2_800, "month"),
        ("2k a month", 2_000, "month"),
        ("I make 90k a year", 90_000, "year"),
        ("2.800 al mes", 2_800, "month"),
        ("900 euros mensuales", 900, "month"),
        ("1 200 € par mois", 1_200, "month"),
        ("每月3000元", 3_000, "month"),
    ],
)
def test_how_often_it_is_paid_is_told(text: str, value: float, period: str) -> None:
    money = only(text)
    assert (money.value, money.period) == (value, period)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("$450k", "USD"),
        ("€450k", "EUR"),
        ("C$450k", "CAD"),
        ("450k Canadian dollars", "CAD"),
        ("200 mil pesos", "MXN"),
        ("R$ 300 mil", "BRL"),
        ("450k", ""),
        ("USD 450,000", "USD"),
    ],
)
def test_the_currency_is_the_one_that_was_said(text: str, currency: str) -> None:
    assert only(text).currency == currency


@pytest.mark.parametrize(
    "text",
    [
        "call me at 512-555-0142",
        "zip is 78701",
        "built in 1998, remodeled 2015",
        "1200 K Street",
        "12 Oak Avenue, apartment 450",
        "put 20% down",
        "2,000 sq ft with 3 beds and 2 baths",
        "about 2k sq ft",
        "I would roll over my 401k",
        "a 3b/2b",
        "a city of 2 million people",
        "dos millones de habitantes",
        "they have 10k followers",
        "somewhere around 450",
        "we saw it 3 times a month",
        "all 5 of us",
        "it is 450,000",
        "",
    ],
)
def test_other_numbers_are_no_money(text: str) -> None:
    assert find(text) == ()


def test_cents_alone_count_cents() -> None:
    money = only("it went up 50 cents")
    assert (money.value, money.hundredths, money.currency) == (50, True, "")


def test_two_amounts_stay_two() -> None:
    assert [each.value for each in find("asking $500k, we offer $450k")] == [500_000, 450_000]
    assert [each.value for each in find("3 - $400k")] == [400_000]


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("fr", "450 000 euros", 450_000),
        ("fr", "quatre-vingt-dix mille euros", 90_000),
        ("de", "zweihundertfünfzigtausend Euro", 250_000),
        ("de", "1,5 Mio. Euro", 1_500_000),
        ("de", "anderthalb Millionen", 1_500_000),
        ("it", "duecentomila euro", 200_000),
        ("it", "mezzo milione di euro", 500_000),
        ("pt", "duzentos e cinquenta mil reais", 250_000),
        ("pt", "um milhão e meio", 1_500_000),
        ("zh", "一百五十万美元", 1_500_000),
        ("zh", "200万", 2_000_000),
        ("zh", "五元三角", 5.3),
    ],
)
def test_other_languages_say_it_their_own_way(language: str, text: str, value: float) -> None:
    assert only(text, language).value == value
    assert only(text).value == value, "the language is guessed"


@given(
    language=st.sampled_from(LANGUAGES),
    amount=st.integers(1, 99_999_999),
    currency=st.sampled_from(("USD", "EUR", "GBP", "CAD", "BRL", "MXN")),
)
@example(language="fr", amount=1_234_567, currency="EUR")
def test_an_amount_written_by_the_locale_is_read_back(language: str, amount: int, currency: str) -> None:
    money = only(format_currency(amount, currency, locale=LOCALES[language]), language)
    assert (money.value, money.currency) == (amount, currency)


@given(
    st.text() | st.text("0123456789.,$€k mM-/aàyétwothousandde五万元點", max_size=60),
    st.sampled_from(("", *LANGUAGES, "xx")),
)
@example("\x00$5\udcff", "")
@example("$" + "9" * 400, "en")
@example("1,234.567,89 and 1.2.3.4.5 million", "en")
def test_any_text_is_survived_and_spans_hold(text: str, language: str) -> None:
    last = 0
    for money in find(text, language=language):
        assert text[money.start : money.end] == money.quote != ""
        assert money.start >= last
        assert money.to is None or money.to > money.value
        last = money.end


def test_a_very_long_text_is_survived() -> None:
    assert find("$5 " * 40_000)
    assert find("١٢٣ دولار " * 10_000) == ()


def test_the_capability_reads_and_writes_json() -> None:
    assert render(MONEY.local(parse({"text": "up to $2,800 a month"}))) == {
        "values": [{"value": 2800.0, "quote": "$2,800", "start": 6, "end": 12, "currency": "USD", "period": "month"}]
    }


@pytest.mark.parametrize(
    ("given_", "field"), [({}, "text"), ({"text": 5}, "text"), ({"text": "", "language": 5}, "language")]
)
def test_what_cannot_be_asked_is_named(given_: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as error:
        parse(given_)
    assert error.value.field == field
