"""Does reading wishes survive everything, with every quote where it says?"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprisehub.errors import Invalid
from leads import purposes
from leads.conversation import Turn, parse
from leads.preferences import PREFERENCES, Frame, read, render, step
from leads.purposes import INTENT
from leads.reading.topics import WINDOW
from leads.slots import SLOTS
from tests.leads.wishes import NOW, turns

PIECES = st.sampled_from(
    ["I need 3 bedrooms", "in San José", "make it two", "under $450k", "yes", "no", "visit on Friday?", "my dog", "not", "if", "cash", "\x00", "\ud800",
     "🏠", "بيت", "casa", "hasta 300 mil", "İstanbul", "don't care", "rental car", "there", "How many beds and where?", "."]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=6).map(" ".join))
TALKS = st.lists(st.builds(Turn, st.sampled_from(["prospect", "agent"]), TEXTS), max_size=7)


@given(TALKS)
def test_every_slot_has_its_quote_where_it_says(talk: list[Turn]) -> None:
    for slot in read(talk, now=NOW):
        assert slot.name in SLOTS
        assert slot.quote.strip()
        assert talk[slot.turn].text[slot.start : slot.end] == slot.quote
        assert talk[slot.turn].speaker == ("agent" if slot.offered else "prospect")
        assert 0 < slot.confidence <= 1


@given(TALKS)
def test_reading_is_stepping(talk: list[Turn]) -> None:
    state: tuple[Any, ...] = ()
    for place, turn in enumerate(talk):
        state = step(state, talk[max(0, place - WINDOW) : place], turn, turn=place, frame=Frame(NOW))
    assert state == read(talk, now=NOW)


@given(TALKS)
def test_both_answer_in_json_whatever_is_said(talk: list[Turn]) -> None:
    asked = parse(
        {"conversation": [{"speaker": one.speaker, "text": one.text} for one in talk], "now": "2026-03-04T09:00"}
    )
    assert json.dumps(render(PREFERENCES.local(asked)))
    assert json.dumps(purposes.render(INTENT.local(asked)))


def test_one_name_stands_once_unless_several_values_hold() -> None:
    found = read(turns("3 bedrooms in Salem or Keizer", "2 bedrooms", "4 bedrooms, it must have a pool"), now=NOW)
    names = [slot.name for slot in found]
    assert all(SLOTS[name].several or names.count(name) == 1 for name in names)


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "3 bedrooms " * 9_000, "a" * 50_000 + " in Salem", "\u202e3 bedrooms\u202c", "in " * 30_000]
)
def test_a_long_or_odd_text_is_read_soon(text: str) -> None:
    started = time.thread_time()
    read((Turn("agent", text), Turn("prospect", text)), now=NOW)
    assert time.thread_time() - started < 1  # seconds of this thread's own work


@pytest.mark.parametrize(
    ("given_json", "field"),
    [
        ({}, "conversation"),
        ({"conversation": "hello"}, "conversation"),
        ({"conversation": [{"speaker": "lawyer", "text": "x"}]}, "conversation"),
        ({"conversation": [{"speaker": "agent"}]}, "conversation"),
        ({"conversation": [{"speaker": "agent", "text": "x", "at": "noon"}]}, "conversation"),
        ({"conversation": [], "now": "soon"}, "now"),
        ({"conversation": [], "now": "9999-12-31T00:00"}, "now"),
        ({"conversation": [], "timezone": "Mars/Olympus"}, "timezone"),
        ({"conversation": [], "timezone": "../etc/passwd"}, "timezone"),
        ({"conversation": [], "timezone": 3}, "timezone"),
        ({"conversation": [], "country": "USA"}, "country"),
    ],
)
def test_a_bad_question_is_refused_by_its_field(given_json: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(given_json)
    assert refused.value.field == field


def test_a_turns_own_moment_counts_before_the_conversations() -> None:
    said = [{"speaker": "prospect", "text": "Can I visit tomorrow?", "at": "2026-01-10T23:30:00-06:00"}]
    asked = parse({"conversation": said, "now": "2026-03-04T09:00", "timezone": "America/Chicago"})
    (slot,) = [one for one in PREFERENCES.local(asked) if one.name == "visit_date"]
    assert slot.value == "2026-01-11"


def test_the_moment_is_the_newest_turns_when_none_is_given() -> None:
    asked = parse({"conversation": [{"speaker": "prospect", "text": "hi", "at": "2026-01-10T12:00:00Z"}]})
    assert asked.now == datetime(2026, 1, 10, 12, tzinfo=UTC)
