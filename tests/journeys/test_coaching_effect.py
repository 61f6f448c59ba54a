"""An owner reads what worked, decides about a proposal and looks at a file of benchmarks; every page in light and dark, wide and narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

if TYPE_CHECKING:
    from tests.world import World

pytestmark = pytest.mark.browser
PAGES = ("/results/coaching/", "/results/coaching/themes/", "/results/coaching/proposals/", "/results/value/")
FILE = b"metric,value,unit,segment,source,date\nclosing_rate,2.4,percent,,Some survey,2025-01-31\ncharm,9,points,,Nobody,soon\n"


@pytest.fixture
def world(transactional_db: None) -> World:
    from django.core.cache import cache

    from tests.world import World

    cache.clear()
    return World()


def with_a_past(world: World) -> None:
    from enterprisehub import seeded_analytics_effect, seeded_analytics_events
    from enterprisehub.seeding import Made

    agents = [world.alice.agent, world.bob.agent]
    seeded_analytics_events.history(world.oakwood, agents, seed="journey")
    seeded_analytics_effect.keep(Made(world.oakwood, "oak", [], agents, []))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_of_coaching_and_value_are_clean(
    chromium: Browser, site: str, world: World, theme: str, width: int
) -> None:
    from tests.journeys.desk import another, sign_in, watch
    from tests.journeys.test_everybody_can_read_it import faults

    said: dict[str, list[str]] = {}
    with another(chromium, viewport={"width": width, "height": 800}, color_scheme=theme) as (_, page):
        complaints = watch(page)
        sign_in(page, site, world.olivia)
        for state in ("empty", "full"):
            for path in PAGES:
                page.goto(site + path)
                for summary in page.locator("main details:not([open]) > summary").all():
                    summary.click()
                said[f"{state} {path}"] = faults(page)
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    said[f"{state} {path}"].append("wider than the screen")
            if state == "empty":
                with_a_past(world)
        assert {path: found for path, found in said.items() if found} == {}
        assert complaints == []


def test_an_owner_accepts_a_proposal_and_looks_at_a_file_first(chromium: Browser, site: str, world: World) -> None:
    from enterprisehub.tenants.scope import scope
    from tests.journeys.desk import another, sign_in

    with_a_past(world)
    with another(chromium, viewport={"width": 1440, "height": 900}) as (_, page):
        sign_in(page, site, world.olivia)
        page.goto(f"{site}/results/coaching/")
        page.get_by_role("link", name="Proposed changes").click()
        page.get_by_role("button", name="Accept as a draft").first.click()
        expect(page.get_by_text("publish it in the playbook")).to_be_visible()
        with scope(world.oakwood.pk):
            from coaching.models import PlaybookVersion

            assert [one.status for one in PlaybookVersion.objects.all()] == ["draft"]
        page.goto(f"{site}/results/value/")
        page.set_input_files("#file", {"name": "m.csv", "mimeType": "text/csv", "buffer": FILE})
        page.get_by_role("button", name="Look at it first").click()
        expect(page.get_by_text("1 row can be taken in; 1 refused.")).to_be_visible()
