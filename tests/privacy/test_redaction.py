"""What is personal is gone before it leaves, and comes back exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprisehub.privacy.redaction import Pseudonyms, leftover, scrub


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("write to pat.doe+home@mail.example today", "pat.doe+home@mail.example"),
        ("call me at (212) 555-0147 after six", "555-0147"),
        ("or +1 212 555 0147", "555 0147"),
        ("my card is 4111 1111 1111 1111", "4111"),
        ("social 078-05-1120 if you need it", "078-05-1120"),
        ("Pat Doe here", "Pat"),
        ("it is PENELOPE again", "PENELOPE"),
    ],
)
def test_it_leaves_as_a_placeholder_and_comes_back(text: str, secret: str) -> None:
    hiding = Pseudonyms(["Pat Doe", "Penelope Quill"])
    hidden = hiding.hide(text)
    assert secret not in hidden
    assert hiding.restore(hidden) == text
    assert sum(hiding.counts.values()) >= 1


@pytest.mark.parametrize("text", ["We could pay 485,000 for 3 beds on 2 floors.", "Maybe on 12/05 at 10:30?"])
def test_prices_and_dates_stay(text: str) -> None:
    assert Pseudonyms().hide(text) == text


@given(st.text(max_size=200), st.lists(st.text(max_size=12), max_size=3))
def test_whatever_is_hidden_comes_back(text: str, names: list[str]) -> None:
    hiding = Pseudonyms(names)
    assert hiding.restore(hiding.hide(text)) == text


def test_a_typed_placeholder_comes_back_as_typed() -> None:
    hiding = Pseudonyms(["Ann"])
    assert hiding.restore(hiding.hide("[NAME_1] is what Ann typed")) == "[NAME_1] is what Ann typed"


def test_a_placeholder_that_is_only_begun_is_held_back() -> None:
    hiding = Pseudonyms(["Ann"])
    hiding.hide("Ann")
    assert hiding.restore_partial("Hello [NAM") == "Hello "
    assert hiding.restore_partial("Hello [NAME_1]") == "Hello Ann"


def test_a_placeholder_of_nobody_is_noticed_anywhere() -> None:
    assert leftover({"say": ["fine", {"ask": "Hi [NAME_7]"}]})
    assert not leftover({"say": ["fine", 3, None]})


def test_a_log_line_loses_it_for_good() -> None:
    assert scrub("from pat@mail.example, 212-555-0147") == "from [EMAIL], [PHONE]"
