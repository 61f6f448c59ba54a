"""A prompt is not compared before its replay: its rules are looked at, and Claude answers golden words with both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics.services import trial_life
from analytics.services.trial_life import Wanted
from coaching.models import Replay
from coaching.services import prompt_replays
from enterprisehub.engines import prompts
from enterprisehub.errors import Conflict, NotFound
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import named, scope
from tests.fakes import playing_claude
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
SHORTER = "coaching.card.shorter"


@pytest.fixture
def world(transactional_db: None) -> World:
    return World()


@pytest.fixture
def own_prompts(tmp_path: Path, settings: Any) -> Iterator[Path]:
    for path in Path(settings.PROMPTS_DIR).glob("*.md"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    settings.PROMPTS_DIR = tmp_path
    prompts._read.cache_clear()
    yield tmp_path
    prompts._read.cache_clear()


def replayed(world: World, name: str) -> Replay:
    with scope(world.oakwood.pk):
        row = prompt_replays.wish(name)
    with named(world.oakwood.pk):
        prompt_replays.run(str(row.pk))
    with scope(world.oakwood.pk):
        row.refresh_from_db()
    return row


def test_a_prompt_is_tried_only_after_its_replay(world: World) -> None:
    with scope(world.oakwood.pk):
        row = trial_life.plan(Wanted("Shorter", "prompt", "outcome.reply", prompt=SHORTER), by=None)
        with pytest.raises(Conflict, match="Replay the prompt"):
            trial_life.start(row)
    assert replayed(world, SHORTER).state == "passed"
    with scope(world.oakwood.pk):
        assert trial_life.start(row).status == "running"
        running = Tenant.objects.get(pk=world.oakwood.pk).settings["trials"]["comparison"]
    assert [arm.get("prompt", "") for arm in running["arms"]] == ["", SHORTER]


def test_a_prompt_without_the_rules_about_other_peoples_words_is_blocked(world: World, own_prompts: Path) -> None:
    text = (own_prompts / "coaching.card.md").read_text("utf-8").replace("<untrusted_content_policy>", "<policy>")
    (own_prompts / "coaching.card.loose.md").write_text(text, "utf-8")
    row = replayed(world, "coaching.card.loose")
    assert row.state == "blocked"
    with scope(world.oakwood.pk), pytest.raises(Conflict, match="does not go live"):
        prompt_replays.require("coaching.card.loose")


def test_there_is_no_replay_of_what_is_no_prompt(world: World) -> None:
    with scope(world.oakwood.pk), pytest.raises(NotFound):
        prompt_replays.wish("coaching.card")


def test_with_claude_the_golden_words_are_answered_with_both(world: World, settings: Any) -> None:
    with playing_claude() as claude:
        settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "key-of-the-replay", claude.url
        row = replayed(world, SHORTER)
    assert row.golden >= 20
    assert row.done == row.total
    assert "answers held before" in row.note
    told = {request["system"][0]["text"] for request in claude.bodies}
    assert len(told) == 2
