"""Which language is a message written in?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprisehub.errors import Invalid
from leads.language import LANGUAGE, LANGUAGES, LEAST, UNDETERMINED, by_words, parse, read
from leads.small_words import english_or_spanish, tally
from leads.text import fold

SENTENCES = {
    "ar": "أبحث عن شقة قريبة من المدرسة",
    "de": "Wir suchen eine Wohnung mit Garten und können nächste Woche kommen",
    "en": "We are looking for a house with a yard and could come next week",
    "es": "Estamos buscando una casa con jardín y podemos ir la próxima semana",
    "fr": "Nous cherchons une maison avec un jardin et nous pouvons venir demain",
    "hi": "हम स्कूल के पास एक घर ढूंढ रहे हैं",
    "it": "Stiamo cercando una casa con il giardino e possiamo venire domani",
    "ja": "学校の近くで家を探しています",
    "ko": "학교 근처에 있는 집을 찾고 있어요",
    "nl": "Wij zoeken een huis met een tuin en kunnen volgende week komen",
    "pt": "Estamos procurando uma casa com quintal e não podemos ir amanhã",
    "sv": "Vi letar efter ett hus med trädgård och kan komma i nästa vecka",
    "tr": "Okula yakın bir ev arıyoruz ve yarın gelmek istiyoruz",
    "zh": "我们想在学校附近买一套房子",
}
NOTHING_SAID = (
    "", "   ", "hi", "ok", "ok 👍", "👍👍", "NO", "555-123-4567", "+1 (555) 123-4567", "$450,000", "https://homes.example/listing/12",
    "ana@example.com", "@oakwood #open", "John Smith", "Los Angeles", "123 Elm St", "?!", "\x00", "\ud800", "\u200b",
)  # fmt: skip


@pytest.fixture
def model() -> None:
    pytest.importorskip("py3langid", reason="the model of languages is not installed")


def test_there_is_a_sentence_for_every_language() -> None:
    assert set(SENTENCES) == LANGUAGES


@pytest.mark.parametrize(("language", "text"), SENTENCES.items())
def test_a_sentence_is_named_with_and_without_the_model(language: str, text: str) -> None:
    assert read(text).language == language
    assert by_words(text).language == language


@pytest.mark.parametrize("text", NOTHING_SAID, ids=ascii)
def test_what_has_no_language_is_not_given_one(text: str) -> None:
    assert read(text) == by_words(text) == UNDETERMINED


@pytest.mark.parametrize(
    "text", ["Мы ищем дом рядом со школой", "Ψάχνουμε για ένα σπίτι κοντά στο σχολείο", "אנחנו מחפשים בית ליד בית הספר"]
)
def test_a_script_that_none_of_ours_uses_is_left_open(text: str) -> None:
    assert read(text) == by_words(text) == UNDETERMINED


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    "text",
    [
        "Chcemy kupić dom z ogrodem blisko szkoły",
        "Chúng tôi muốn mua một căn nhà gần trường học",
        "Gusto naming bumili ng bahay na malapit sa paaralan",
        "ما به دنبال خانه‌ای نزدیک مدرسه می‌گردیم",
    ],
)
def test_another_language_in_the_same_script_is_not_taken_for_one_of_ours(text: str) -> None:
    assert read(text) == UNDETERMINED


@pytest.mark.parametrize(("text", "language"), [("hola", "es"), ("Thanks!", "en"), ("merci", "fr"), ("danke 🙏", "de")])
def test_a_greeting_is_enough_but_says_so_with_little_confidence(text: str, language: str) -> None:
    found = read(text)
    assert found.language == language
    assert found.confidence < 0.7


@pytest.mark.usefixtures("model")
def test_a_mixed_message_is_named_by_its_larger_part_with_less_confidence() -> None:
    mostly_english = read("hola, we are looking for a house and would like to see it on Friday")
    halves = read("me gusta the kitchen and the yard, pero el precio is too high para mi")
    assert mostly_english.language == "en"
    assert halves.confidence < 0.8 < mostly_english.confidence


def test_the_small_words_alone_are_never_very_sure() -> None:
    assert all(LEAST <= by_words(text).confidence <= 0.8 for text in SENTENCES.values())


def test_what_is_no_word_does_not_count() -> None:
    with_link = read(f"{SENTENCES['es']} https://homes.example/the-house-with-the-view?of=the&and=this")
    assert with_link.language == "es"


@pytest.mark.parametrize("language", ["en", "es"])
def test_capitals_and_missing_accents_change_nothing(language: str) -> None:
    plain = SENTENCES[language].replace("í", "i").replace("ó", "o")
    assert read(plain).language == read(plain.upper()).language == language


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    for found in (read(text), by_words(text)):
        assert found == UNDETERMINED or (found.language in LANGUAGES and LEAST <= found.confidence <= 1)


@pytest.mark.parametrize("text", ["a" * 100_000, "a@" * 50_000, "\ud800" * 5_000, "‏مرحبا " * 20_000, "😀" * 100_000])
def test_a_very_long_text_is_answered(text: str) -> None:
    assert read(text).confidence <= 1


@pytest.mark.parametrize("given_", [{}, {"text": None}, {"text": 3}, {"text": ["hola"]}])
def test_a_question_without_a_text_is_refused_by_name(given_: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        parse(given_)
    assert refused.value.field == "text"


def test_the_answer_is_told_as_json() -> None:
    assert LANGUAGE.render is not None
    assert LANGUAGE.render(read("ok")) == {"language": "und", "confidence": 0.0}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The price is too high", "en"),
        ("El precio es muy alto", "es"),
        ("¿Cuánto cuesta?", "es"),
        ("Elm Street 12", "en"),
        ("", "en"),
    ],
)
def test_the_card_chooses_between_two_languages_without_the_model(text: str, language: str) -> None:
    assert english_or_spanish(text, fold(text).text) == language


def test_a_word_that_several_languages_share_is_parted_among_them() -> None:
    votes = tally("en")
    assert len(votes) > 2
    assert sum(votes.values()) == pytest.approx(1)
