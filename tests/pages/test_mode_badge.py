"""The badge says who is coaching: by design, by what became of the last answers, and over the socket at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from coaching import mode
from coaching.frames import html_frame
from enterprisehub.engines import breaker, policies
from enterprisehub.engines.base import Outcome
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import scope, unscoped
from tests.world import Person, World

As = Callable[[Person], Client]


def test_every_outcome_is_about_claude_or_about_one_answer_only() -> None:
    alone = {
        "local_only",
        "refusal",
        "truncated",
        "invalid_output",
        "incomplete",
        "garbage",
        "superseded",
        "ungrounded",
    }
    assert {str(one) for one in Outcome} == mode.TELLING | alone
    assert all(mode.after(one) is None for one in alone)
    assert all(mode.after(one) is not None for one in mode.TELLING)


def test_without_a_key_the_badge_says_local(world: World, as_: As, settings: Settings) -> None:
    settings.ANTHROPIC_API_KEY, settings.CLAUDE_STAND_IN = "", False
    assert mode.LOCAL.sentence in as_(world.alice).get("/leads/").content.decode()


@pytest.mark.parametrize(("outcome", "expected"), [("ok", mode.FULL), ("overloaded", mode.REDUCED), ("", mode.FULL)])
def test_with_a_key_it_follows_the_last_answers(
    world: World, as_: As, settings: Settings, outcome: str, expected: mode.Mode
) -> None:
    settings.ANTHROPIC_API_KEY = "a key"
    card = world.says(world.alice, world.conversation(world.alice).lead, "That is too expensive for us.").suggestion
    assert card is not None
    with scope(world.oakwood.pk):
        card.outcome = outcome
        card.save()
    assert expected.sentence in as_(world.alice).get("/").content.decode()


def test_a_stand_in_is_called_one(world: World, as_: As, settings: Settings) -> None:
    settings.ANTHROPIC_API_KEY, settings.CLAUDE_STAND_IN = "stand-in", True
    assert "a stand-in plays Claude here" in as_(world.alice).get("/").content.decode()


def test_an_open_breaker_is_shown_before_anybody_asks_again(world: World, as_: As, settings: Settings) -> None:
    settings.ANTHROPIC_API_KEY = "a key that is refused"
    key = policies.credential()
    assert key is not None
    breaker.report(key.fingerprint, "claude-haiku-5-5", Outcome.AUTH)
    assert mode.REDUCED.sentence in as_(world.alice).get("/").content.decode()
    settings.ANTHROPIC_API_KEY = "another key"
    assert mode.FULL.sentence in as_(world.alice).get("/").content.decode()


@pytest.mark.parametrize(
    ("terms", "expected"), [({"enabled": False}, mode.OFF), ({"day_usd": 0}, mode.SPENT), ({"day_usd": 1}, mode.FULL)]
)
def test_a_tenants_own_terms_are_shown_to_its_people_alone(
    world: World, as_: As, settings: Settings, terms: dict[str, Any], expected: mode.Mode
) -> None:
    settings.ANTHROPIC_API_KEY = "a key"
    with unscoped("a test sets a tenant's terms"):
        Tenant.objects.filter(pk=world.oakwood.pk).update(settings={"engines": terms})
    assert expected.sentence in as_(world.alice).get("/").content.decode()
    assert mode.FULL.sentence in as_(world.charlie).get("/").content.decode()


def test_a_budget_that_was_gone_is_forgotten_once_there_is_money_again(
    world: World, as_: As, settings: Settings
) -> None:
    settings.ANTHROPIC_API_KEY = "a key"
    card = world.says(world.alice, world.conversation(world.alice).lead, "That is too expensive for us.").suggestion
    assert card is not None
    with scope(world.oakwood.pk):
        card.outcome = Outcome.BUDGET
        card.save()
    assert mode.FULL.sentence in as_(world.alice).get("/").content.decode()


def test_the_socket_brings_the_badge_along() -> None:
    ended = html_frame("status", {"state": "refinement_ended", "card": "c", "reason": "overloaded"}, seq=3)
    assert mode.REDUCED.sentence in ended
    assert mode.TROUBLE.sentence in html_frame("status", {"state": "mode", "mode": "reduced"})
    assert "data-trouble-over" in html_frame("status", {"state": "mode", "mode": "full"})
    assert 'id="mode"' not in html_frame("status", {"state": "refinement_ended", "card": "c", "reason": "superseded"})
