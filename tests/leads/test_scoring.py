"""The conversation score rests on its list of features alone, says why, and is silent where it knows too little."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprisehub.errors import Invalid
from leads.features import Features, Standing, features_of
from leads.scoring import SCORING, levels, parse, render, score

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WARM = Features(
    stage="engaged", completeness="much", timeframe="0-3", financing="preapproved", motivation=True, replies="few", silence="today"
)  # fmt: skip


@dataclass(frozen=True)
class Fact:
    name: str
    value: Any
    confidence: float = 1.0


@dataclass(frozen=True)
class Message:
    speaker: str
    at: datetime
    text: str = ""


def of(*facts: Fact, messages: tuple[Message, ...] = ()) -> Features:
    return features_of(facts, Standing(), messages, now=NOW)


def test_every_feature_is_one_of_a_few_words_or_a_yes_or_no() -> None:
    """The list is closed by its types: no field could hold a name, a place or anything else that was said."""
    for name, kind in get_type_hints(Features).items():
        assert kind is bool or all(isinstance(word, str) for word in get_args(kind)), name
        assert kind is bool or get_args(kind), name


def test_no_feature_is_named_after_a_person_a_place_a_language_a_family_or_a_mood() -> None:
    forbidden = {
        "name",
        "zip",
        "postcode",
        "location",
        "place",
        "language",
        "family",
        "household",
        "decision_makers",
        "sentiment",
        "age",
    }
    assert not forbidden & {field.name for field in fields(Features)}


def test_a_warm_lead_is_likelier_than_a_cold_one_and_the_interval_says_how_unsure_that_is() -> None:
    warm = score(WARM)
    cold = score(replace(WARM, timeframe="12+", silence="longer", overlay="unresponsive"))
    assert warm.probability is not None
    assert cold.probability is not None
    assert warm.low is not None
    assert warm.high is not None
    assert cold.probability < warm.low < warm.probability < warm.high
    assert {point.why for point in cold.speaks_against} >= {
        "Has stopped answering",
        "Has been silent for over three months",
    }


def test_it_says_what_would_change_it_and_keeps_its_word() -> None:
    for change in score(WARM).changes:
        if change.words == "agree on a meeting":
            assert score(replace(WARM, appointment="agreed")).probability == pytest.approx(change.probability)
            return
    pytest.fail("an appointment was not proposed")


def test_nothing_is_proposed_that_is_done() -> None:
    words = {change.words for change in score(replace(WARM, appointment="agreed", price=True)).changes}
    assert not words & {"agree on a meeting", "agree on a price range", "learn why they want to move"}


@pytest.mark.parametrize("overlay", ["dnc", "lost", "invalid", "duplicate", "other_agent"])
def test_who_must_be_left_alone_is_not_scored_and_nothing_is_proposed(overlay: Any) -> None:
    found = score(replace(WARM, overlay=overlay))
    assert found.probability is None
    assert found.abstains.startswith("Not scored")
    assert found.changes == ()


@pytest.mark.parametrize(
    "few", [Features(), Features(stage="engaged", replies="one", motivation=True), replace(WARM, replies="none")]
)
def test_with_too_little_to_go_on_it_abstains_and_says_so(few: Features) -> None:
    found = score(few)
    assert found.probability is None
    assert found.abstains.startswith("Too little")


def test_every_level_of_every_feature_has_a_score() -> None:
    for name, kind in get_type_hints(Features).items():
        for word in (True, False) if kind is bool else get_args(kind):
            assert score(replace(WARM, **{name: word})).version.startswith("rules-")


def test_points_are_only_given_for_levels_that_exist() -> None:
    from leads.scoring import _table

    known = {
        (name, word) for name, kind in get_type_hints(Features).items() for word in get_args(kind) or ("yes", "no")
    }
    assert set(_table().points) <= known
    for feature, before, after, _ in _table().changes:
        assert {(feature, level) for level in (*before, after)} <= known


@pytest.mark.parametrize(
    ("value", "band"),
    [
        ("within 60 days", "0-3"), ("in 4 months", "3-6"), ("0-3", "0-3"), ("0–3 months", "0-3"), (2, "0-3"), ("asap", "0-3"), ("en 5 meses", "3-6"),
        ("dentro de 2 semanas", "0-3"), ("dans 8 mois", "6-12"), ("in 2 Jahren", "12+"), ("12+", "12+"), ("2026-07-15", "3-6"),
        (date(2026, 12, 1), "6-12"), (datetime(2028, 1, 1, tzinfo=UTC), "12+"), ("2020-01-01", "0-3"), ("when it suits", "said"),
        (True, "said"), ([1], "said"), ("", "said"), ("\x00\ud800", "said"), ("9999999999 years", "said"),
    ],
)  # fmt: skip
def test_a_timeframe_enters_as_a_band(value: object, band: str) -> None:
    assert of(Fact("timeframe", value)).timeframe == band


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("all cash", "cash"), ("al contado", "cash"), ("pre-approved", "preapproved"), ("not pre-approved yet", "not_started"),
        ("talking to a lender", "in_progress"), ("no cash", "not_started"), ("somehow", "said"), ({}, "said"),
    ],
)  # fmt: skip
def test_financing_enters_as_a_level(value: object, level: str) -> None:
    assert of(Fact("financing", value)).financing == level


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("none", "none"), ("no agent", "none"), (False, "none"), ("signed", "signed"), ("exclusive with another", "signed"),
        ("not signed", "unsigned"), ("unsigned", "unsigned"), ("working with someone", "unsigned"), (True, "unsigned"), ("my cousin", "said"),
    ],
)  # fmt: skip
def test_the_other_agent_enters_as_a_level(value: object, level: str) -> None:
    assert of(Fact("agent_status", value)).agent_status == level


def test_an_unsure_fact_is_not_known() -> None:
    assert not of(Fact("motivation", "new job", confidence=0.3)).motivation


def test_the_rhythm_of_a_conversation_counts_not_its_words() -> None:
    def at(minutes: int) -> datetime:
        return NOW - timedelta(days=3) + timedelta(minutes=minutes)

    found = of(
        messages=(
            Message("agent", at(0)),
            Message("prospect", at(10)),
            Message("agent", at(20)),
            Message("prospect", at(45)),
        )
    )
    assert (found.replies, found.pace, found.silence) == ("few", "minutes", "this_week")


def asked(**given: Any) -> dict[str, Any]:
    assert SCORING.render is not None
    return SCORING.render(SCORING.local(parse(given)))


def test_it_can_be_asked_from_outside() -> None:
    told = asked(
        stage="qualified",
        facts=[{"name": "timeframe", "value": "0-3"}, {"name": "financing", "value": "cash"}],
        messages=[{"speaker": "prospect", "at": "2026-03-01T09:00:00"}],
        now="2026-03-02T09:00:00+01:00",
    )
    assert 0 < told["low"] < told["probability"] < told["high"] < 1
    assert told["decided"] == "abstain"
    assert told["for"][0].keys() == {"words", "points"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"stage": "hot"}, "stage"), ({"stage": []}, "stage"), ({"overlay": 1}, "overlay"), ({"completeness": 2}, "completeness"),
        ({"completeness": float("nan")}, "completeness"), ({"completeness": True}, "completeness"), ({"objections_open": -1}, "objections_open"),
        ({"facts": {}}, "facts"), ({"facts": [1]}, "facts"), ({"facts": [{"confidence": "x"}]}, "confidence"), ({"messages": None}, "messages"),
        ({"messages": [{"speaker": "prospect", "at": "yesterday"}]}, "at"), ({"now": "9999-12-31T23:59:59-14:00"}, "now"), ({"now": 5}, "now"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(given)
    assert caught.value.field == field


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(), lambda inner: st.lists(inner, max_size=3)
    )
)
def test_any_value_of_a_fact_is_survived(value: Any) -> None:
    names = ("timeframe", "deadline", "financing", "preapproved", "agent_status", "motivation", "price_range")
    found = of(*(Fact(name, value) for name in names))
    assert set(dict(levels(found))) == {field.name for field in fields(Features)}
    assert render(score(found))["version"]
