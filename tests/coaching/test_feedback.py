"""An agent's opinion is kept once, with the advice it is about; a low score is looked into."""

from __future__ import annotations

from uuid import uuid4

import pytest

from coaching import improvement
from coaching.models import Feedback, Improvement, Suggestion
from coaching.services import feedback
from coaching.services.feedback import Opinion
from enterprisehub.errors import Invalid, NotFound
from enterprisehub.tenants.models import Job
from enterprisehub.tenants.scope import named, scope
from tests.world import World

pytestmark = pytest.mark.django_db


def card_of(world: World) -> Suggestion:
    lead = world.conversation(world.alice, price=485_000).lead
    card = world.says(world.alice, lead, "That is too expensive for us.").suggestion
    assert card is not None
    return card


def test_a_verdict_marks_the_card_and_keeps_the_advice_as_it_stood() -> None:
    world = World()
    card = card_of(world)
    with scope(world.oakwood.pk):
        kept = feedback.give(world.alice.agent, Opinion("f1", suggestion=card.pk, verdict="used"))
        card.refresh_from_db()
        assert card.verdict == "used"
        assert kept.advice["say"] == card.say
        assert not Job.objects.exists()


def test_the_same_feedback_counts_once() -> None:
    world = World()
    card = card_of(world)
    with scope(world.oakwood.pk):
        opinion = Opinion("f1", suggestion=card.pk, verdict="used")
        assert feedback.give(world.alice.agent, opinion).pk == feedback.give(world.alice.agent, opinion).pk
        assert Feedback.objects.count() == 1


@pytest.mark.parametrize("opinion", [{"score": 3}, {"verdict": "wrong"}])
def test_a_low_score_is_looked_into(opinion: dict[str, object]) -> None:
    world = World()
    card = card_of(world)
    with scope(world.oakwood.pk):
        kept = feedback.give(world.alice.agent, Opinion("f1", suggestion=card.pk, comment="stiff", **opinion))  # type: ignore[arg-type]
        assert list(Job.objects.values_list("name", flat=True)) == ["coaching.improve"]
    with named(world.oakwood.pk):
        assert feedback.improve(kept.pk) is not None
        assert feedback.improve(kept.pk) is None
    with scope(world.oakwood.pk):
        found = Improvement.objects.get()
        assert found.theme in improvement.THEMES
        assert found.evidence["kind"] == "affordability"


@pytest.mark.parametrize(
    "opinion",
    [{}, {"score": 0}, {"score": 6}, {"verdict": "great"}, {"score": 4, "comment": "x" * 2_001}],
)
def test_an_opinion_that_cannot_be_read_is_refused(opinion: dict[str, object]) -> None:
    world = World()
    card = card_of(world)
    with scope(world.oakwood.pk), pytest.raises(Invalid):
        feedback.give(world.alice.agent, Opinion("f1", suggestion=card.pk, **opinion))  # type: ignore[arg-type]


def test_a_card_of_another_agent_or_tenant_looks_like_none() -> None:
    world = World()
    card = card_of(world)
    for person in (world.bob, world.charlie):
        for wanted in (card.pk, uuid4()):
            with scope(person.agent.tenant_id), pytest.raises(NotFound, match="no such card"):
                feedback.give(person.agent, Opinion("f1", suggestion=wanted, score=5))


@pytest.mark.parametrize(
    ("change", "theme"),
    [
        ({"kind_now": "stall"}, "wrong_kind"),
        ({"kind": "details", "kind_now": "stall"}, "missed_kind"),
        ({"verdict": "wrong", "confidence": 0.3}, "unsure"),
        ({"lines_before": ("a",)}, "repeated"),
        ({"said": "something else"}, "wrong_line"),
        ({"change": "replaces", "refine_ms": 5_000.0}, "late"),
        ({}, "other"),
    ],
)
def test_the_reason_is_the_most_specific_one(change: dict[str, object], theme: str) -> None:
    plain: dict[str, object] = {
        "kind": "timing",
        "confidence": 0.9,
        "verdict": "",
        "score": 2,
        "kind_now": "timing",
        "line_ids": ("a",),
        "lines_before": (),
        "change": "",
        "refine_ms": None,
    }
    assert improvement.find(improvement.Case(**{**plain, **change})).theme == theme  # type: ignore[arg-type]
