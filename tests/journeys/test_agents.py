"""The pages of agents in a real browser: readable by everybody, and a role-play that needs no mouse."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

if TYPE_CHECKING:
    from uuid import UUID

    from tests.world import World

pytestmark = pytest.mark.browser
PLACES = (
    "/results/agents/", "/results/agents/{agent}/", "/results/scorecards/{talk}/", "/results/practice/{drill}/",
    "/results/agents/{other}/", "/results/me/",
)  # fmt: skip


@pytest.fixture
def world(transactional_db: None) -> World:
    from django.core.cache import cache

    from tests.world import World

    cache.clear()
    return World()


def past(world: World) -> dict[str, UUID]:
    """Alice with two dozen scored conversations, a plan, a role-play that was finished and a leaderboard that is on."""
    from django.utils.timezone import now

    from analytics.services import plans, practising, ranking, reviewing
    from enterprisehub.tenants.scope import scope
    from tests.analytics.test_scorecard import BAD, GOOD
    from tests.analytics.test_scoring import many, score_due, talk

    many(world, world.alice, GOOD, 22, first=now() - timedelta(days=9))
    many(world, world.bob, BAD, 22, first=now() - timedelta(days=9))
    found = talk(world, world.alice, BAD)
    score_due(world)
    with scope(world.oakwood.pk):
        ranking.opt(world.oakwood, on=True)
        card = reviewing.card_of(world.olivia.membership, found)
        reviewing.review(
            world.olivia.membership, card, item="next_step", points=5, reason="They named a day on the phone."
        )
        plan = plans.begin(world.alice.agent, skill="objection.stall")
        assert plan is not None
        drill = plan.drills.first()
        assert drill is not None
        practising.begin(world.alice.agent, drill)
        practising.say(world.alice.agent, drill, "When? Why? Actually, you should decide now.", turn=1)
        practising.finish(world.alice.agent, drill)
        return {"agent": world.alice.agent.pk, "other": world.bob.agent.pk, "talk": found, "drill": drill.pk}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_are_clean(chromium: Browser, site: str, world: World, theme: str, width: int) -> None:
    from tests.journeys.desk import another, sign_in, watch
    from tests.journeys.test_everybody_can_read_it import faults

    ids = past(world)
    said: dict[str, list[str]] = {}
    with another(chromium, viewport={"width": width, "height": 800}, color_scheme=theme) as (_, page):
        complaints = watch(page)
        sign_in(page, site, world.olivia)
        for path in PLACES:
            page.goto(site + path.format(**ids))
            said[path] = faults(page)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                said[path].append("wider than the screen")
    assert {path: found for path, found in said.items() if found} == {}
    assert complaints == []


def test_a_role_play_is_played_by_keyboard(page: Page, site: str, world: World) -> None:
    from tests.journeys.desk import sign_in

    ids = past(world)
    sign_in(page, site, world.alice)
    page.goto(f"{site}/results/practice/{ids['drill']}/")
    page.get_by_role("button", name="Again").press("Enter")
    box = page.get_by_label("Your answer")
    expect(box).to_be_focused()
    page.keyboard.type("Of course. What would you want to be sure of first?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Heard, then one question.")).to_be_visible()
    expect(box).to_be_focused()
    page.keyboard.type("Thank you. Shall we look at it together on Thursday at 5?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Passed: 100 of 100")).to_be_visible()
    expect(page.locator("#verdict")).to_be_focused()
