"""A persona's line may be worded by Claude while the agent reads it: the same message, nobody's name, and never after the answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache

from analytics.models import Attempt, Drill
from analytics.services import plans, practising, wording
from analytics.speaking import Line, LineDraft, adopt
from enterprisehub.tenants.scope import named, scope
from tests.fakes import FakeClaude, playing_claude
from tests.world import World

LINE = Line("It is the monthly payment. Daycare already takes a big part of it.", "calm", "en")


@pytest.fixture
def claude(settings: Any) -> Iterator[FakeClaude]:
    cache.clear()
    with playing_claude() as fake:
        settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = f"key-{uuid4().hex}", fake.url
        yield fake


def begun(world: World) -> tuple[Drill, Attempt]:
    with scope(world.oakwood.pk):
        plan = plans.begin(world.alice.agent, skill="objection.affordability")
        assert plan is not None
        drill = plan.drills.first()
        assert drill is not None
        practising.begin(world.alice.agent, drill)
        words = "I hear you, I'm Alice. Is it the price or the payment?"
        return drill, practising.say(world.alice.agent, drill, words, turn=1)


def now(world: World, attempt: Attempt) -> Attempt:
    with scope(world.oakwood.pk):
        return Attempt.objects.get(pk=attempt.pk)


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ("Honestly, it's the monthly payment; daycare takes a big part already.", True),
        ("Okay, that works. See you then.", False),  # agrees where she did not
        ("I like turtles.", False),  # says something else
        (
            "It is the monthly payment of $2,300, and daycare takes a big part already.",
            False,
        ),  # a figure out of nowhere
        ("It is the monthly payment, daycare takes a big part, and I want a safe area with nice families.", False),
        ("", False),
        ("It is the monthly payment. " * 20, False),
    ],
)
def test_only_the_same_message_is_kept(reply: str, kept: bool) -> None:
    assert (adopt(LINE, LineDraft(reply=reply)) is not None) is kept


def test_the_line_is_worded_by_claude_and_no_name_leaves(transactional_db: None, claude: FakeClaude) -> None:
    world = World()
    _, attempt = begun(world)
    with named(world.oakwood.pk):
        assert wording.reword(attempt.pk, 2)
    turn = now(world, attempt).turns[2]
    assert turn["by"] == "claude"
    assert turn["text"].startswith("Well, ")
    assert "Alice" not in str(claude.bodies)


def test_an_answer_that_was_given_meanwhile_is_not_talked_over(transactional_db: None, claude: FakeClaude) -> None:
    world = World()
    drill, attempt = begun(world)
    with scope(world.oakwood.pk):
        practising.say(world.alice.agent, drill, "Thank you. What would help you most?", turn=3)
    with named(world.oakwood.pk):
        assert not wording.reword(attempt.pk, 2)
    assert claude.bodies == []


def test_without_claude_the_scripted_line_stands(transactional_db: None, claude: FakeClaude) -> None:
    world = World()
    _, attempt = begun(world)
    claude.always("529")
    with named(world.oakwood.pk):
        assert not wording.reword(attempt.pk, 2)
    turn = now(world, attempt).turns[2]
    assert (turn["by"], turn["text"]) == ("local", attempt.turns[2]["text"])
    assert turn["settled"]
