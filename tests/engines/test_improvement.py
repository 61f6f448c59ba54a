"""What was learned from a low score stays learned, whatever becomes of the worker while Claude is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from uuid import UUID

import pytest
from django.conf import settings as installed
from django.db import connection

from coaching import improvement
from coaching.models import Improvement
from coaching.services import feedback
from enterprisehub.engines.models import EngineCall
from enterprisehub.tenants.scope import named, scope
from tests.engines.test_gate import a_card
from tests.fakes import FakeClaude, eventually
from tests.world import World

WORK = """
import sys
from uuid import UUID
import django
django.setup()
from coaching.services import feedback
from enterprisehub.tenants.scope import named
with named(UUID(sys.argv[1])):
    feedback.improve(UUID(sys.argv[2]))
"""


def a_low_score(world: World) -> UUID:
    card = a_card(world)
    with scope(world.oakwood.pk):
        opinion = feedback.Opinion(f"f-{card.pk}", suggestion=card.pk, verdict="dismissed", score=2)
        return feedback.give(world.alice.agent, opinion).pk


def kept(world: World) -> list[Improvement]:
    with scope(world.oakwood.pk):
        return list(Improvement.objects.all())


def improve(world: World, low: UUID) -> Improvement | None:
    with named(world.oakwood.pk):
        return feedback.improve(low)


def worker(world: World, low: UUID, claude: FakeClaude) -> subprocess.Popen[bytes]:
    """A process of its own that does this work in the test's database."""
    place = connection.settings_dict
    return subprocess.Popen(
        [sys.executable, "-c", WORK, str(world.oakwood.pk), str(low)],
        cwd=installed.BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}",
            "ANTHROPIC_API_KEY": installed.ANTHROPIC_API_KEY,
            "ANTHROPIC_BASE_URL": claude.url,
        },
    )


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_while_claude_thinks_leaves_the_rules_finding(connected: FakeClaude) -> None:
    world = World()
    low = a_low_score(world)
    connected.always("hang")
    process = worker(world, low, connected)
    assert eventually(lambda: len(connected.requests) == 1)
    process.kill()
    process.wait()
    (found,) = kept(world)
    assert (found.source, found.theme in improvement.THEMES) == ("local", True)
    with scope(world.oakwood.pk):
        assert not EngineCall.objects.exists()

    connected.forget()  # the broker hands the work to another worker
    again = improve(world, low)
    assert again is not None
    assert (again.pk, again.source) == (found.pk, "claude")
    assert again.evidence["by_rule"] == found.theme
    assert len(kept(world)) == 1


@pytest.mark.django_db
def test_claude_is_asked_once_and_its_finding_is_never_overwritten(connected: FakeClaude) -> None:
    world = World()
    low = a_low_score(world)
    assert improve(world, low) is not None
    (found,) = kept(world)
    assert improve(world, low) is None
    with named(world.oakwood.pk):
        feedback.look_into(low)
    (after,) = kept(world)
    assert (after.source, after.finding, after.theme) == ("claude", found.finding, found.theme)
    assert len(connected.requests) == 1


@pytest.mark.django_db
def test_where_claude_had_no_answer_the_rules_finding_stands_and_nothing_is_asked_again(connected: FakeClaude) -> None:
    world = World()
    low = a_low_score(world)
    connected.always("529")
    found = improve(world, low)
    assert found is not None
    assert found.source == "local"
    connected.forget()
    assert improve(world, low) is None
    assert not connected.requests


@pytest.mark.django_db
def test_the_rule_alone_asks_nobody(connected: FakeClaude) -> None:
    world = World()
    low = a_low_score(world)
    with named(world.oakwood.pk):
        found = feedback.look_into(low)
    assert found is not None
    assert found.source == "local"
    assert not connected.requests
