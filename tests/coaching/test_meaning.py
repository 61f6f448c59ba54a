"""How a message is cut into pieces of words, and what the network hears in them."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.kinds import KINDS
from leads.network import AT_ONCE, chances, network, scores
from leads.pieces import FIRST, HEAD, REMEMBERED, UNKNOWN, Vocabulary

PIECES = ("▁", "▁out", "▁outside", "▁house", "s", "side", "h", "o", "u", "e", "'", "▁can", "t", "ñ", "▁a", "o", "▁año")
LIKELIHOODS = (-4, -6, -9, -7, -3, -6, -5, -5, -5, -5, -5, -6, -4, -8, -5, -5, -9)


def cut(text: str) -> list[str]:
    vocabulary = Vocabulary.of(PIECES, [float(one) for one in LIKELIHOODS])
    names = {number: piece for piece, number in vocabulary.number.items()} | {UNKNOWN: "?"}
    return [names[number] for number in vocabulary.read(text)]


def test_a_word_is_cut_where_its_pieces_are_likeliest() -> None:
    assert cut("outside houses") == ["▁outside", "▁house", "s"]


def test_capitals_curly_quotes_and_wide_letters_make_no_difference() -> None:
    assert cut("OUTSIDE") == cut("outside") == cut("ｏｕｔｓｉｄｅ")
    assert cut("can’t") == cut("can't") == ["▁can", "'", "t"]
    assert cut("an\u0303o") == cut("año")


def test_a_letter_that_no_piece_covers_is_one_unknown_piece() -> None:
    assert cut("house🏡s") == ["▁house", "?", "s"]


@given(st.text(max_size=200))
def test_any_text_is_cut_and_every_known_piece_is_in_it(text: str) -> None:
    vocabulary = Vocabulary.of(PIECES, [float(one) for one in LIKELIHOODS])
    assert all(number == UNKNOWN or FIRST <= number < FIRST + len(PIECES) for number in vocabulary.read(text))


def test_a_flood_of_invented_words_does_not_fill_the_memory() -> None:
    vocabulary = Vocabulary.of(PIECES, [float(one) for one in LIKELIHOODS])
    vocabulary.read(" ".join(str(number) for number in range(REMEMBERED + 10)))
    assert len(vocabulary.memory) <= REMEMBERED
    vocabulary.read("x" * 100_000)
    assert max(map(len, vocabulary.memory)) <= len(HEAD) + 40


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_the_chances_of_any_text_are_chances(text: str) -> None:
    heard = chances(text)
    assert tuple(heard) == KINDS
    assert all(0 <= chance <= 1 for chance in heard.values())
    assert sum(heard.values()) <= 1.0001


def test_nothing_said_is_nothing_heard() -> None:
    assert set(chances(" \n ").values()) == {0.0}


@pytest.mark.parametrize("noise", ["\x00", "\ud800", "👩‍👩‍👧", "שלום"])
def test_odd_characters_do_not_hide_what_is_meant(noise: str) -> None:
    assert chances(f"{noise} this is far too expensive for us")["affordability"] > 0.5


def test_what_is_said_at_the_end_of_a_long_message_is_heard() -> None:
    talk = "We saw the house with the blue door and the garden. " * 15
    assert len(network().vocabulary.read(talk)) > AT_ONCE
    assert chances(talk + "Take me off your list and never text me again.")["opt_out"] > 0.3


def test_the_order_of_the_words_counts() -> None:
    served = network()
    first, second = (served.vocabulary.read(text) for text in ("not now but soon", "soon but not now"))
    assert sorted(first) == sorted(second)
    assert (scores(served, first) != scores(served, second)).any()


def test_a_usual_message_is_read_in_a_small_part_of_a_wink() -> None:
    text = "Honestly the price is too high for us, and my husband would have to see it first."
    chances(text)
    took = []
    for _ in range(50):
        start = time.thread_time()
        chances(text)
        took.append(time.thread_time() - start)
    assert min(took) < 0.005  # seconds of this thread's own work, whatever else the machine does


def test_the_numbers_are_read_when_the_first_message_comes_and_not_before() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import coaching.objections as o, leads.network as m; print(m.network.cache_info().currsize)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "0"
