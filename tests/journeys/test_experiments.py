"""Experiments, replays and the return in a browser: axe finds nothing, nothing is wider than the screen, and a regression does not go live."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.test_everybody_can_read_it import faults

if TYPE_CHECKING:
    from uuid import UUID

    from tests.world import World

pytestmark = pytest.mark.browser
GONE: dict[str, Any] = {"entries": {"en": {"opt_out": None}}}


@pytest.fixture
def world(transactional_db: None) -> World:
    from django.core.cache import cache

    from tests.world import World

    cache.clear()
    return World()


def experiment(world: World) -> UUID:
    """A holdout whose cases are in."""
    from uuid import uuid4

    from django.utils.timezone import now

    from analytics.models import Assignment
    from analytics.services import trial_life
    from analytics.services.trial_life import Wanted
    from enterprisehub.tenants.scope import scope

    lead = world.conversation(world.alice).lead
    with scope(world.oakwood.pk):
        wanted = Wanted("Do cards lead to appointments?", "holdout", "outcome.appointment", share=50, effect=0.6)
        row = trial_life.start(trial_life.plan(wanted, by=world.olivia.membership))
        for arm, share in (("held", 0.2), ("coached", 0.4)):
            Assignment.objects.bulk_create(
                Assignment(
                    tenant=world.oakwood,
                    experiment=row,
                    agent=world.alice.agent,
                    lead=lead,
                    conversation=uuid4(),
                    arm=arm,
                    at=now() - timedelta(days=30),
                    followed=["outcome.appointment"] if n < share * row.per_arm else [],
                )
                for n in range(row.per_arm)
            )
    return row.pk


def draft(world: World, content: dict[str, Any]) -> UUID:
    from coaching.services import playbooks
    from enterprisehub.tenants.scope import scope

    with scope(world.oakwood.pk):
        return playbooks.draft(content).pk


def played(world: World) -> None:
    """What the worker would do."""
    from coaching.models import Replay
    from coaching.services import replays
    from enterprisehub.tenants.scope import named, scope

    with scope(world.oakwood.pk):
        keys = list(Replay.objects.values_list("pk", flat=True))
    with named(world.oakwood.pk):
        for key in keys:
            replays.run(key)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_page_is_clean(chromium: Browser, site: str, world: World, theme: str, width: int) -> None:
    from tests.journeys.desk import another, sign_in

    row, version = experiment(world), draft(world, GONE)
    paths = (
        "/results/experiments/", "/results/experiments/new/", f"/results/experiments/{row}/",
        f"/results/replays/{version}/", "/results/prompts/coaching.card.shorter/", "/results/return/",
        "/results/return/terms/",
    )  # fmt: skip
    said: dict[str, list[str]] = {}
    with another(chromium, viewport={"width": width, "height": 800}, color_scheme=theme) as (_, page):
        sign_in(page, site, world.olivia)
        for path in paths:
            page.goto(site + path)
            said[path] = faults(page)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                said[path].append("wider than the screen")
    assert {path: found for path, found in said.items() if found} == {}


def test_a_deliberate_regression_is_shown_and_does_not_go_live(chromium: Browser, site: str, world: World) -> None:
    from coaching.models import PlaybookVersion
    from enterprisehub.tenants.scope import scope
    from tests.journeys.desk import another, sign_in

    version = draft(world, GONE)
    with another(chromium) as (_, page):
        sign_in(page, site, world.olivia)
        page.goto(f"{site}/results/experiments/")
        page.get_by_role("link", name="Playbook version 1").click()
        page.get_by_role("button", name="Replay").click()
        expect(page.get_by_text("Waiting for the worker")).to_be_visible()
        played(world)
        expect(page.get_by_text("It cannot go live")).to_be_visible()
        expect(page.get_by_text("Stop texting me.").first).to_be_visible()
        assert page.get_by_role("button", name="Publish").count() == 0
    with scope(world.oakwood.pk):
        assert PlaybookVersion.objects.get(pk=version).status == "draft"
