"""Words that no pattern knows stop the questions too; the frozen half of the lines was chosen by nobody."""

from __future__ import annotations

import json

import pytest

from enterprisehub.management.evaluation.handoff import LINES, split_of
from enterprisehub.tenants.scope import scope
from leads.guessing import guessed, model
from leads.handoff import reasons, triggered
from leads.words import Turn
from tests.world import World

ROWS = [json.loads(line) for line in LINES.read_text("utf-8").splitlines()]


def test_a_lines_half_follows_from_its_letters() -> None:
    first = [row for row in ROWS if row.get("wave", 1) == 1]
    assert len(first) >= 400
    assert all(row["split"] == split_of(row["text"]) for row in first)
    assert {row["language"] for row in first} == {"en", "es"}
    assert {row["reason"] for row in ROWS} - {""} <= set(reasons())
    assert len({row["text"] for row in ROWS}) == len(ROWS)


def test_the_model_knows_only_reasons_that_there_are() -> None:
    assert set(model().reasons) <= set(reasons())
    assert guessed("") == {}
    assert 0 <= sum(guessed("we buried my father last week").values()) <= 1


@pytest.mark.parametrize("text", ["", "   ", "\ud800", "😀" * 5_000, "мы продаём дом", "a" * 50_000])
def test_weird_text_is_survived(text: str) -> None:
    assert all(0 <= chance <= 1 for chance in guessed(text).values())


def test_a_guess_counts_until_the_agent_has_answered() -> None:
    said = Turn("prospect", "do I stand a chance with no credit history")
    found = triggered([said])
    assert found is not None
    assert (found.reason, found.quote) == ("lending", said.text)
    assert triggered([said, Turn("agent", "Two lenders can tell you."), Turn("prospect", "thanks")]) is None


@pytest.mark.django_db
def test_distress_that_the_objection_reader_hears_hands_the_lead_over() -> None:
    world = World()
    lead = world.conversation(world.alice).lead
    heard = world.says(world.alice, lead, "I can barely get out of bed since the funeral, everything hurts.")
    assert heard.answer is not None
    assert "distress" in {one.kind for one in heard.answer.objections.objections}
    with scope(world.oakwood.pk):
        lead.refresh_from_db()
    assert lead.hand_off == "distress"
