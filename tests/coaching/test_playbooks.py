"""What does the library promise, and what does it refuse to take in?"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest

from coaching.editing import LANGUAGES, NOTHING_TO_ASK, QUESTION_KINDS, VERTICALS, problems
from coaching.kinds import KINDS, NON_OVERCOMABLE, OVERCOMABLE
from coaching.playbooks import BadPlaybook, Entry, Library, diff
from coaching.wording import forbidden, words

BASE = Library.base()
ENTRY: dict[str, Any] = {
    "headline": "Guards the budget",
    "topic": "the budget",
    "say": ["Makes sense to guard the budget.", "I hear you, {first_name}."],
    "ask": ["Is it the price or the payment?", {"text": "Which range feels right?", "slot": "price_range"}],
    "nudge": "Price or payment?",
    "avoid": "Do not push.",
    "next_step": "A payment breakdown.",
}


def content(**changed: Any) -> dict[str, Any]:
    return deepcopy({"entries": {"en": {"affordability": {"any": {**ENTRY, **changed}}}}})


def why_not(given: dict[str, Any]) -> str:
    with pytest.raises(BadPlaybook) as refused:
        Library.from_content(given)
    return "\n".join(refused.value.problems)


def spoken(entry: Entry) -> list[str]:
    return [entry.headline, entry.nudge, entry.next_step, *(line.text for line in (*entry.say, *entry.ask))]


@pytest.mark.parametrize("vertical", VERTICALS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [*KINDS, *QUESTION_KINDS])
def test_every_kind_has_an_entry_in_every_language_and_vertical(kind: str, language: str, vertical: str) -> None:
    entry = BASE.find(kind, vertical, language)
    assert entry is not None
    assert (entry.kind, entry.language) == (kind, language)
    assert entry.vertical in (vertical, "any")


@pytest.mark.parametrize("vertical", [vertical for vertical in VERTICALS if vertical != "any"])
def test_each_vertical_speaks_its_own_words_for_at_least_five_kinds_in_both_languages(vertical: str) -> None:
    own = {
        language: {e.kind for e in BASE.entries() if (e.vertical, e.language) == (vertical, language)}
        for language in LANGUAGES
    }
    assert own["en"] == own["es"]
    assert len(own["en"]) >= 5


@pytest.mark.parametrize("entry", BASE.entries(), ids=lambda entry: entry.id)
def test_an_entry_is_short_rotates_and_says_nothing_forbidden(entry: Entry) -> None:
    assert words(entry.headline) <= 12
    assert len(entry.say) >= 3 or entry.kind in QUESTION_KINDS
    assert len(entry.ask) >= 3 or entry.kind in QUESTION_KINDS or entry.kind in NOTHING_TO_ASK
    assert not [(text, reason) for text in spoken(entry) if (reason := forbidden(text))]
    assert not [line.text for line in entry.say if "?" in line.text]
    assert all(line.text.endswith("?") for line in entry.ask)


@pytest.mark.parametrize(
    "phrase",
    [
        "safe neighborhood",
        "a safe area for kids",
        "good schools nearby",
        "low-crime street",
        "standard commission",
        "the usual fee",
        "guarantee",
        "rates will drop",
        "prices are going to rise",
        "talk to your wife",
        "family-friendly",
        "barrio seguro",
        "comisión estándar",
        "le garantizo",
        "los precios van a subir",
        "buenas escuelas",
        "as an AI",
        "{{lead}}",
    ],
)
def test_the_forbidden_is_recognised(phrase: str) -> None:
    assert forbidden(f"Well, {phrase} and so on")


@pytest.mark.parametrize(
    "phrase",
    [
        "family room with a view",
        "walking distance to the park",
        "fees are negotiable",
        "the school district's site",
        "a safe in the closet",
    ],
)
def test_plain_descriptions_of_a_property_are_not_forbidden(phrase: str) -> None:
    assert not forbidden(phrase)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_kinds_that_must_not_be_argued_with_step_back_or_hand_over(language: str) -> None:
    expected = {
        "opt_out": ("not be contacted", "no se le"),
        "signed_exclusive": ("step back", "retír"),
        "steering": ("district", "distrito"),
        "professional_advice": ("attorney", "abogado"),
        "distress": ("human", "humano"),
        "minor": ("guardian", "tutor"),
    }
    assert expected.keys() == set(NON_OVERCOMABLE)
    for kind, (english, spanish) in expected.items():
        entry = BASE.find(kind, "luxury", language)
        assert entry is not None
        assert (english if language == "en" else spanish) in " ".join(spoken(entry)).casefold()
        assert not re.search(
            r"\b(?:but|however|before you (?:go|decide)|pero|sin embargo)\b", " ".join(line.text for line in entry.say)
        )


def test_somebody_who_wants_to_be_left_alone_is_asked_nothing() -> None:
    assert all(not e.ask for e in BASE.entries() if e.kind in NOTHING_TO_ASK)
    assert "nothing may be asked" in why_not({"entries": {"en": {"opt_out": {"any": ENTRY}}}})


def test_lines_and_entries_have_ids_of_their_own() -> None:
    ids = [line.id for entry in BASE.entries() for line in (*entry.say, *entry.ask)]
    assert len(ids) == len(set(ids))
    assert all(len(key) <= 80 for key in ids)


def test_find_falls_back_from_the_vertical_to_any_and_from_the_language_to_english() -> None:
    library = Library.from_content(content())
    found = library.find("affordability", "luxury", "es")
    assert found is not None
    assert (found.vertical, found.language) == ("any", "en")
    assert library.find("rates", "any", "en") is None


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (
            {"headline": "one two three four five six seven eight nine ten eleven twelve thirteen"},
            "13 words, at most 12",
        ),
        ({"headline": ""}, "headline is missing"),
        ({"say": []}, "say is missing"),
        ({"ask": []}, "ask is missing"),
        ({"say": ["Hello {first_name}"]}, "needs at least one line without a placeholder"),
        ({"say": ["Hello {password}", "Hello"]}, "unknown placeholder {password}"),
        ({"say": ["Hello {first_name", "Hello"]}, "stray brace"),
        ({"say": ["It is a safe neighborhood."]}, "judges an area"),
        ({"say": ["This is our standard commission."]}, "standard or fixed"),
        ({"ask": [{"text": "Which range?", "slot": "price_range"}]}, "without a slot"),
        ({"say": "Hello"}, "must be a list"),
        ({"say": ["Same.", "Same."]}, "twice"),
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"headline": 5}, "must be text"),
    ],
)
def test_bad_content_is_refused_with_the_place_and_the_reason(changed: dict[str, Any], problem: str) -> None:
    told = why_not(content(**changed))
    assert problem in told
    assert "affordability.any.en" in told


def test_unknown_kinds_languages_and_verticals_are_named() -> None:
    assert "unknown kind 'expensive'" in why_not({"entries": {"en": {"expensive": {"any": ENTRY}}}})
    assert "unknown language 'fr'" in why_not({"entries": {"fr": {"affordability": {"any": ENTRY}}}})
    assert "unknown vertical 'farms'" in why_not({"entries": {"en": {"affordability": {"any": ENTRY, "farms": ENTRY}}}})
    assert "any vertical is missing" in why_not({"entries": {"en": {"affordability": {"luxury": ENTRY}}}})


@pytest.mark.parametrize(
    "shape", [{}, {"entries": []}, {"entries": {"en": ["x"]}}, {"entries": {"en": {"rates": {"any": "x"}}}}]
)
def test_content_of_another_shape_is_refused_and_never_crashes(shape: dict[str, Any]) -> None:
    assert why_not(shape)


@pytest.mark.parametrize(
    ("clarify", "problem"),
    [
        (["x"], "must be a mapping"),
        ({"en": ["x"]}, "needs say and ask"),
        ({"en": {"say": ["Thanks."], "ask": ["Is it {this}?"]}}, "holds {this} and {that}"),
        ({"en": {"say": ["Thanks, it is a safe area."], "ask": ["{this} or {that}?"]}}, "judges an area"),
    ],
)
def test_a_clarifying_question_must_hold_both_meanings(clarify: Any, problem: str) -> None:
    assert problem in why_not({**content(), "clarify": clarify})


def test_all_problems_are_told_at_once() -> None:
    assert len(list(problems(content(headline="", nudge="", say=[])))) == 3


def test_a_tenants_override_replaces_fields_and_leaves_the_rest() -> None:
    own = BASE.merged({"entries": {"en": {"rates": {"any": {"say": ["We talk payment, not headlines."]}}}}})
    entry, before = own.find("rates", "any", "en"), BASE.find("rates", "any", "en")
    assert entry is not None
    assert before is not None
    assert [line.text for line in entry.say] == ["We talk payment, not headlines."]
    assert entry.ask == before.ask
    assert own.find("rates", "any", "es") == BASE.find("rates", "any", "es")
    assert before.say[0].text != entry.say[0].text, "the base library itself must not change"


def test_none_takes_a_verticals_entry_away_and_the_general_one_remains() -> None:
    own = BASE.merged({"entries": {"en": {"rates": {"investment": None}}}})
    assert own.find("rates", "investment", "en") == BASE.find("rates", "any", "en")


def test_a_bad_override_is_refused() -> None:
    with pytest.raises(BadPlaybook, match="rates"):
        BASE.merged({"entries": {"en": {"rates": {"any": {"say": ["Rates will drop soon."]}}}}})


def test_the_version_follows_the_content_and_nothing_else() -> None:
    turned = {"entries": {"en": {"affordability": {"any": dict(reversed(list(ENTRY.items())))}}}}
    assert Library.from_content(content()).version == Library.from_content(turned).version
    assert Library.from_content(content()).version != Library.from_content(content(nudge="Payment?")).version
    assert BASE.merged({}).version == BASE.version
    assert re.fullmatch(r"[0-9a-f]{12}", BASE.version)


def test_content_given_is_not_shared_with_the_library() -> None:
    given = content()
    library = Library.from_content(given)
    before = deepcopy(library.content)
    given["entries"]["en"]["affordability"]["any"]["say"].append("later")
    assert library.content == before


def test_a_diff_names_what_was_and_what_will_be() -> None:
    old = Library.from_content(content())
    new = Library.from_content(content(nudge="Payment?", say=["Makes sense to guard the budget.", "Of course."]))
    rows = {row.field: (row.before, row.after) for row in diff(old, new)}
    assert rows == {
        "nudge": ("Price or payment?", "Payment?"),
        "say": (
            "Makes sense to guard the budget.\nI hear you, {first_name}.",
            "Makes sense to guard the budget.\nOf course.",
        ),
    }
    assert diff(old, old) == ()


def test_a_diff_shows_entries_that_come_and_go() -> None:
    bigger = content()
    bigger["entries"]["en"]["rates"] = {"any": ENTRY}
    added = diff(Library.from_content(content()), Library.from_content(bigger))
    assert {row.entry for row in added} == {"rates.any.en"}
    assert all(row.before == "" for row in added)
    assert all(row.after == "" for row in diff(Library.from_content(bigger), Library.from_content(content())))


def test_the_digest_for_claude_is_stable_and_cites_every_line() -> None:
    digest = BASE.digest("luxury", "es")
    assert digest == Library.from_content(BASE.content).digest("luxury", "es")
    assert all(f"[{key}] {line.text}" in digest for key, line in BASE.lines("luxury", "es").items())


def test_there_are_sixteen_kinds_to_meet_and_six_to_leave_alone() -> None:
    assert (len(OVERCOMABLE), len(NON_OVERCOMABLE)) == (16, 6)
