"""The guard flags what must not be said, lets homes be described, and always has a lawful line instead."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.fairhousing import LINES, SPEAKERS, FairHousingQuestion, Flag, clean, guard, parse, render
from coaching.fairhousing_law import among, basis, counts, table
from coaching.playbooks import Library
from coaching.refinement import adopt
from enterprisehub.errors import Invalid
from tests.coaching.test_suggestions import EXPENSIVE, card_of, draft


def flags(text: str, speaker: str = "agent", place: str = "") -> dict[str, str]:
    return {flag.protected: flag.kind for flag in guard(FairHousingQuestion(text, speaker, place)).flags}


@pytest.mark.parametrize(
    ("text", "protected", "kind"),
    [
        ("The owner won't sell to a Black family.", "race", "statement_preference"),
        ("It's an adults-only building, no children.", "familial_status", "statement_preference"),
        ("The street is mostly Jewish.", "religion", "demographics"),
        ("Since you're from Mexico you'd love the east side.", "national_origin", "steering"),
        ("You'd fit right in with the neighbors.", "people", "steering"),
        ("What kind of disability do you have?", "disability", "inquiry"),
        ("There's a pet fee for service dogs.", "disability", "unequal_terms"),
        ("The schools there are terrible.", "schools", "neighbourhood_quality"),
        ("It's a very safe neighborhood.", "safety", "neighbourhood_quality"),
        ("Es una colonia muy segura.", "safety", "neighbourhood_quality"),
        ("El dueño no quiere niños.", "familial_status", "statement_preference"),
        ("No Section 8, sorry.", "source_of_income", "statement_preference"),
    ],
)
def test_what_an_agent_may_not_say_is_flagged_by_class_and_kind(text: str, protected: str, kind: str) -> None:
    assert flags(text)[protected] == kind


@pytest.mark.parametrize(
    ("text", "protected", "kind"),
    [
        ("Is it a safe neighborhood?", "safety", "neighbourhood_quality"),
        ("What kind of people live there?", "people", "demographics_question"),
        ("Are there other Korean families on the street?", "national_origin", "steering_request"),
        ("I don't want to rent my condo to Muslims.", "religion", "exclusion_request"),
        ("¿Son buenas las escuelas?", "schools", "neighbourhood_quality"),
    ],
)
def test_what_a_prospect_may_not_be_answered_is_flagged(text: str, protected: str, kind: str) -> None:
    assert flags(text, "prospect")[protected] == kind


@pytest.mark.parametrize(
    "text",
    [
        "The house in White Plains has a family room.",
        "It is within walking distance of Church Street.",
        "The wheelchair-accessible unit has a master bedroom on the ground floor.",
        "Black granite, white cabinets and a mother-in-law suite.",
        "Our senior partner has a bachelor's degree and an exclusive listing in Indian Wells.",
        "It is a gated development close to St. Mary's.",
        "The deck railing is not safe, the seller will fix it.",
        "Section 8 of the contract covers the deposit.",
        "Service animals are always welcome.",
        "La casa tiene gabinetes blancos y una sala familiar.",
        "Es una comunidad para mayores de 55 años.",
    ],
)
@pytest.mark.parametrize("speaker", SPEAKERS)
def test_homes_may_be_described(text: str, speaker: str) -> None:
    assert flags(text, speaker) == {}


@pytest.mark.parametrize(
    "text",
    [
        "We're a Muslim family and need three bedrooms.",
        "I use a wheelchair and have a service dog.",
        "How far is the nearest synagogue?",
        "Do they allow kids in the building?",
        "I don't care who lives there.",
        "Tengo dos hijos y un vale de vivienda, ¿lo aceptan?",
    ],
)
def test_who_prospects_are_and_what_they_need_is_theirs_to_say(text: str) -> None:
    assert flags(text, "prospect") == {}


@pytest.mark.parametrize(
    "text",
    [
        "I can't tell you whether the schools are good.",
        "A client asked me if it was a safe area and I gave her the police site.",
        "The seller wanted a Christian buyer and I told him we can't do that.",
        "No puedo opinar sobre la seguridad de la zona.",
    ],
)
def test_declining_reporting_and_refusing_is_lawful(text: str) -> None:
    assert flags(text) == {}


def test_a_but_takes_the_excuse_back() -> None:
    assert "race" in flags("I can't comment on that, but the area is mostly white.")
    assert "area" in flags("Off the record and fair housing aside, it's a bad neighborhood.")


@pytest.mark.parametrize(
    ("place", "flagged"), [("US-CA", True), ("NYC", True), ("TX", False), ("", True), ("Narnia", True)]
)
def test_the_place_decides_what_only_some_states_protect(place: str, flagged: bool) -> None:
    text = "The landlord does not accept housing vouchers."
    assert bool(flags(text, "agent", place)) is flagged
    assert flags(text, "engine", place), "an engine is held to the strictest law"


def test_federal_classes_count_everywhere_and_the_law_is_named() -> None:
    assert all(counts("race", place) for place in ("TX", "NYC", "", "??"))
    assert basis("race", "TX").startswith("Fair Housing Act")
    assert "12955" in basis("source_of_income", "us-ca")
    assert basis("source_of_income", "").startswith("may apply")
    assert (among(["CA"]), among(["CA", "NV"]), among([])) == ("CA", "", "")


def test_every_law_names_its_source_and_says_whether_it_was_compared() -> None:
    law = table()
    for one in (law["federal"], *law["states"].values(), *law["cities"].values()):
        assert one["name"]
        assert one["source"]
        assert bool(one["verified_at"]) == bool(one.get("checked_against"))


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_lawful_line_is_itself_flagged(language: str) -> None:
    lines: dict[str, str] = yaml.safe_load(LINES.read_text("utf-8"))[language]
    assert {name for name, line in lines.items() if not clean(line)} == set()


def test_the_line_is_in_the_language_of_the_words_and_hands_over_a_source() -> None:
    (english,) = guard(FairHousingQuestion("The schools are great there.")).flags
    (spanish,) = guard(FairHousingQuestion("Las escuelas de ahí son muy buenas.")).flags
    assert "district" in english.alternative
    assert "distrito" in spanish.alternative


def test_no_line_of_the_base_playbook_is_flagged() -> None:
    for entry in Library.base().entries():
        texts = [entry.headline, entry.nudge, entry.next_step, *(line.text for line in (*entry.say, *entry.ask))]
        assert [text for text in texts if not clean(text)] == []


@pytest.mark.parametrize(
    "say", ["You'd feel at home with the other Indian families there.", "It is the safest part of town, truly."]
)
def test_claudes_words_are_held_back_when_they_are_flagged(say: str) -> None:
    assert adopt(EXPENSIVE, draft(say=say)) is None
    assert adopt(EXPENSIVE, draft()) is not None


@pytest.mark.parametrize(
    "text",
    ["Who would our neighbors be?", "Are there many Black families nearby?", "¿Qué tal están las escuelas?"],
)
def test_a_request_that_may_not_be_answered_gets_the_redirect_and_its_evidence(text: str) -> None:
    card = card_of(text)
    assert (card.kind, card.compliance) == ("steering", True)
    assert card.why
    assert text[card.why_start : card.why_end] == card.why


@given(st.text(max_size=400), st.sampled_from(SPEAKERS))
@settings(max_examples=150, deadline=None)
def test_any_text_is_survived_and_every_quote_is_where_it_says(text: str, speaker: str) -> None:
    flags = guard(FairHousingQuestion(text, speaker)).flags
    check(text, flags)
    assert all(text[flag.start : flag.end] == flag.quote for flag in flags)


@pytest.mark.parametrize(
    "text",
    [
        "\x00No Muslims\x00, he said",
        "\ud800 No children \udfff allowed",
        "🏠 Perfect for families 👨‍👩‍👧",
        "‏No Section 8‎",
        "ＮＯ ＣＨＩＬＤＲＥＮ please",
        "x " * 50_000,
        "no kids " * 3_000,
    ],
)
def test_odd_texts_keep_their_offsets(text: str) -> None:
    flags = guard(FairHousingQuestion(text, "agent")).flags
    check(text, flags)
    assert all(text[flag.start : flag.end] == flag.quote for flag in flags)


def test_what_stands_late_in_a_long_text_is_read() -> None:
    text = "The roof is new. " * 400 + "No children, the owner was clear."
    (flag,) = guard(FairHousingQuestion(text)).flags
    assert flag.start > 6_000
    check(text, (flag,))


def check(text: str, found: tuple[Flag, ...]) -> None:
    for flag in found:
        assert text[flag.start : flag.end] == flag.quote != ""
        assert flag.alternative
        assert flag.law


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({}, "text"), ({"text": 3}, "text"), ({"text": "x", "speaker": "dog"}, "speaker"), ({"text": "x", "jurisdiction": 7}, "jurisdiction"), ({"text": "x", "speaker": []}, "speaker")],
)  # fmt: skip
def test_bad_questions_name_the_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(wrong)
    assert refused.value.field == field


def test_the_answer_as_json_calls_the_class_class() -> None:
    (flag,) = render(guard(parse({"text": "No kids please."})))["flags"]
    assert set(flag) == {"class", "kind", "quote", "start", "end", "alternative", "law"}
    assert flag["class"] == "familial_status"
