"""How does the prospect's mood move?"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprisehub.errors import Invalid
from leads.sentiment import SENTIMENT, Turn, parse, trajectory
from leads.valence import valence

ROOT = Path(__file__).resolve().parents[2]


def said(*texts: str) -> list[Turn]:
    return [Turn("prospect", text) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "I love the kitchen",
        "Not bad at all",
        "No problem!",
        "It is expensive but we love it",
        "I can't wait to see it",
        "not only beautiful but quiet",
        "thank you 👍",
        "Me encanta la casa",
        "No está mal",
        "Es caro pero nos encanta",
        "¡Qué bien, muchas gracias!",
    ],
)
def test_pleasure_is_heard(text: str) -> None:
    assert valence(text).value > 0.1


@pytest.mark.parametrize(
    "text",
    [
        "I don't like the kitchen",
        "This is not good",
        "It is nice but far too expensive",
        "We are fed up, stop calling us",
        "never been so disappointed, it was awful",
        "that's a deal breaker",
        "the house is too small 😞",
        "No me gusta la cocina",
        "Está bien pero es demasiado caro",
        "Estoy muy decepcionado con ustedes",
    ],
)
def test_displeasure_is_heard(text: str) -> None:
    assert valence(text).value < -0.1


@pytest.mark.parametrize(
    "text",
    ["", "3 beds, 2 baths", "Like I said, three bedrooms", "I am free on Tuesday", "Good morning", "Sorry for the late reply",
     "Wells Fargo, 20 % down", "Are pets allowed?", "Buenos días", "\x00", "\ud800"],
)  # fmt: skip
def test_plain_facts_and_courtesies_have_no_mood(text: str) -> None:
    assert valence(text) == valence("")


def test_degree_capitals_and_exclamation_marks_strengthen() -> None:
    plain = valence("this is good news").value
    assert plain < valence("this is very good news").value
    assert plain < valence("this is GOOD news").value
    assert plain < valence("this is good news!!").value
    assert plain > valence("this is somewhat good news").value > 0
    assert valence("THIS IS GOOD NEWS").value == plain


def test_a_negation_ends_with_its_clause() -> None:
    assert valence("No, it is lovely").value > 0
    assert valence("I do not know. Lovely house").value > 0


def test_who_asks_says_less_than_who_tells() -> None:
    assert 0 < valence("Is the street quiet?").value < valence("The street is quiet").value


def test_a_mood_that_breaks_is_shown_with_the_words_that_broke_it() -> None:
    told = trajectory(
        [
            Turn("prospect", "We love the house, it is beautiful"),
            Turn("agent", "Terrible news: the seller hates your offer."),
            Turn("prospect", "ok"),
            Turn("prospect", "Nobody called us back, this is TERRIBLE and we are frustrated"),
        ]
    )
    assert [mood.turn for mood in told.turns] == [0, 2, 3]
    assert (told.turns[1].valence, told.turns[1].confidence) == (0.0, 0.0)
    (point,) = told.turning_points
    assert point.turn == 3
    assert point.was > 0 > point.became
    assert point.quote == "TERRIBLE"
    assert told.trend == "falling"


def test_a_mood_that_mends_rises() -> None:
    told = trajectory(said("This is awful, I am angry", "I see", "Muchas gracias, me encanta"))
    assert told.trend == "rising"
    assert [point.turn for point in told.turning_points] == [2]
    assert told.turning_points[0].quote == "me encanta"


def test_one_felt_turn_or_none_is_no_trend_and_no_turn() -> None:
    for texts in ((), ("ok", "3 beds"), ("I hate it", "ok", "Tuesday")):
        told = trajectory(said(*texts))
        assert (told.trend, told.turning_points) == ("steady", ())


def test_the_same_mood_all_along_is_steady() -> None:
    told = trajectory(said("I love it", "It is great", "We love it"))
    assert (told.trend, told.turning_points) == ("steady", ())


def test_what_the_agent_says_is_no_mood_of_the_prospect() -> None:
    assert trajectory([Turn("agent", "I love it"), Turn("agent", "I hate it")]).turns == ()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=60), st.sampled_from(["I love it!", "Es horrible 😡", "ok", "İ good 👍🏽"])),
        max_size=6,
    )
)
def test_any_conversation_is_answered_and_every_quote_is_where_it_is_said_to_be(texts: list[str]) -> None:
    told = trajectory(said(*texts))
    assert len(told.turns) == len(texts)
    assert all(-1 <= mood.valence <= 1 and 0 <= mood.confidence <= 1 for mood in told.turns)
    for point in told.turning_points:
        assert texts[point.turn][point.start : point.end] == point.quote != ""
    for text in texts:
        assert all(0 <= each.start < each.end <= len(text) for each in valence(text).feelings)


@pytest.mark.parametrize("text", ["good but " * 12_000, "😀" * 100_000, "‏" * 100_000, "no " * 40_000])
def test_a_very_long_text_is_answered(text: str) -> None:
    assert -1 <= valence(text).value <= 1


@pytest.mark.parametrize(
    "conversation",
    [None, "I love it", {}, [3], [{"text": "hi"}], [{"speaker": "boss", "text": "hi"}], [{"speaker": "prospect", "text": None}],
     [{"speaker": [], "text": "hi"}]],
)  # fmt: skip
def test_what_is_no_conversation_is_refused_by_name(conversation: object) -> None:
    with pytest.raises(Invalid) as refused:
        parse({"conversation": conversation})
    assert refused.value.field == "conversation"


def test_the_answer_is_told_as_json() -> None:
    assert SENTIMENT.render is not None
    told = SENTIMENT.render(trajectory(said("I love it", "I hate it, it is awful")))
    assert list(told) == ["turns", "trend", "turning_points"]
    assert list(told["turns"][0]) == ["turn", "valence", "confidence"]
    assert list(told["turning_points"][0]) == ["turn", "from", "to", "quote", "start", "end"]


def test_nothing_that_scores_or_ranks_a_lead_reads_the_mood() -> None:
    rooms = [path for room in ("leads", "coaching", "enterprisehub") for path in (ROOT / room).rglob("*.py")]
    for path in rooms:
        if re.search(r"scor|feature|predict|qualif|lifecycle|rout|train", path.stem):
            nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
            read = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
            assert not read & {"leads.sentiment", "leads.valence"}, path
