"""Is a card's use recognised from what the agent said next, in English and Spanish, and does a person's own word win?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import usage

PAIRS: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "usage.jsonl").read_text("utf-8").splitlines()
]
SPANISH = [pair for pair in PAIRS if any(letter in pair["say"] + pair["ask"] for letter in "¿áéíóúñ")]


def right(pairs: list[dict[str, Any]]) -> tuple[int, int]:
    """How often the use is named exactly, and how often used and not used are told apart."""
    found = [(usage.used(p["say"], p["ask"], p["turns"]).how, p["how"]) for p in pairs]
    return sum(a == b for a, b in found), sum((a == usage.NONE) == (b == usage.NONE) for a, b in found)


def test_used_and_not_used_are_told_apart_on_our_own_pairs() -> None:
    exact, apart = right(PAIRS)
    assert exact >= 95
    assert apart >= 96
    assert len(PAIRS) == 97


def test_spanish_is_read_as_well_as_english() -> None:
    assert len(SPANISH) >= 30
    assert right(SPANISH)[1] / len(SPANISH) >= 0.97


@pytest.mark.parametrize(
    ("verdict", "how"),
    [("used", "said"), ("edited", "edited"), ("dismissed", "dismissed"), ("wrong", "wrong"), ("ignored", "none")],
)
def test_what_a_person_says_of_a_card_wins(verdict: str, how: str) -> None:
    said = usage.used("Good to decide together.", "", ["Good to decide together."], verdict=verdict)
    assert said == usage.Use(how, None)


def test_only_the_next_two_turns_are_looked_at() -> None:
    assert usage.used("Good to decide together.", "", ["Hi.", "Yes.", "Good to decide together."]).how == "none"


def test_a_statement_is_not_a_question() -> None:
    assert usage.used("", "Have you spoken with a lender yet?", ["You have spoken with a lender yet."]).how == "none"


@given(st.text(max_size=300), st.text(max_size=300), st.lists(st.text(max_size=300), max_size=3))
def test_any_words_give_a_likeness_between_none_and_all(say: str, ask: str, turns: list[str]) -> None:
    found = usage.used(say, ask, turns)
    assert found.likeness is not None
    assert 0 <= found.likeness <= 1
    assert found == usage.used(say, ask, turns)


@given(st.text(alphabet="abcdefgh ", min_size=8, max_size=80))
def test_a_line_said_word_for_word_is_said(line: str) -> None:
    if len({word for word in line.split() if len(word) > 3}) >= 2:
        assert usage.used(line, "", [f"Well, {line}"]).how == "said"
