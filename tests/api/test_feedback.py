"""Feedback from a program: kept once, about the right card, and looked into when it is bad."""

from __future__ import annotations

from typing import Any

import pytest

from coaching.models import Feedback, Suggestion
from coaching.services.hearing import Heard
from enterprisehub.tenants.models import Job
from enterprisehub.tenants.scope import scope
from tests.api.programs import WRITE, Program, browser
from tests.world import World


@pytest.fixture
def heard(world: World) -> Heard:
    return world.says(world.alice, world.conversation(world.alice).lead, "That is too expensive for us.")


def body(heard: Heard, **more: Any) -> dict[str, Any]:
    return {"agent_id": str(heard.session.agent_id), "session_id": str(heard.session.pk), **more}


def test_a_score_for_a_session_is_kept(world: World, heard: Heard) -> None:
    answer = Program(world.alice, WRITE).post("feedback", body(heard, score=5, comments="It helped."))
    assert (answer.status_code, answer.json()["looked_into"]) == (201, False)
    with scope(world.oakwood.pk):
        kept = Feedback.objects.get()
        assert (kept.score, kept.comment, kept.suggestion) == (5, "It helped.", None)


def test_a_low_score_for_a_card_starts_the_analysis(world: World, heard: Heard) -> None:
    assert heard.suggestion is not None
    given = body(heard, suggestion_id=str(heard.suggestion.pk), score=2, verdict="wrong")
    assert Program(world.alice, WRITE).post("feedback", given).json()["looked_into"] is True
    with scope(world.oakwood.pk):
        assert Job.objects.filter(name="coaching.improve").count() == 1
        assert Suggestion.objects.get().verdict == "wrong"


def test_the_same_feedback_id_counts_once_and_says_one_thing(world: World, heard: Heard) -> None:
    program = Program(world.alice, WRITE)
    given = body(heard, score=2, feedback_id="f1")
    first, again = (program.post("feedback", given) for _ in range(2))
    assert first.json() == again.json()
    assert program.post("feedback", {**given, "score": 5}).status_code == 409
    with scope(world.oakwood.pk):
        assert Feedback.objects.count() == 1


def test_a_card_of_another_session_is_not_found(world: World, heard: Heard) -> None:
    other = world.says(world.alice, world.conversation(world.alice, "Kim").lead, "I have to ask my wife.")
    assert other.suggestion is not None
    given = body(heard, suggestion_id=str(other.suggestion.pk), score=3)
    assert Program(world.alice, WRITE).post("feedback", given).status_code == 404
    with scope(world.oakwood.pk):
        assert not Feedback.objects.exists()


def test_foreign_cards_and_sessions_are_not_found(world: World, heard: Heard) -> None:
    assert heard.suggestion is not None
    charlie = Program(world.charlie, WRITE)
    given = {"session_id": str(heard.session.pk), "score": 1}
    for more in ({}, {"suggestion_id": str(heard.suggestion.pk)}):
        assert charlie.post("feedback", {**given, **more}).status_code == 404
    assert Program(world.bob, WRITE).post("feedback", given).status_code == 404
    with scope(world.oakwood.pk):
        assert not Feedback.objects.exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({}, "score"),
        ({"score": 0}, "score"),
        ({"score": 6}, "score"),
        ({"score": "5"}, "score"),
        ({"score": 4.5}, "score"),
        ({"score": True}, "score"),
        ({"verdict": "loved"}, "verdict"),
        ({"verdict": "ignored"}, "verdict"),
        ({"score": 3, "comments": "x" * 2_001}, "comments"),
        ({"score": 3, "coments": "x"}, "coments"),
        ({"score": 3, "suggestion_id": "7"}, "suggestion_id"),
    ],
)
def test_what_is_no_opinion_is_refused(world: World, heard: Heard, more: dict[str, Any], field: str) -> None:
    answer = Program(world.alice, WRITE).post("feedback", body(heard, **more))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_an_auditor_has_no_opinion(world: World, heard: Heard) -> None:
    assert browser(world.rita).post("feedback", body(heard, score=1)).status_code == 403
