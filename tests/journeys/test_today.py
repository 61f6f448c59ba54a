"""An agent works through the day by keyboard: words are edited and sent, rows put off, done and dismissed; news comes in beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

if TYPE_CHECKING:
    from tests.world import World

pytestmark = pytest.mark.browser
LEASE = "Could you tell me more? Our lease ends on December 20."


@pytest.fixture
def world(transactional_db: None) -> World:
    from django.core.cache import cache

    from tests.world import World

    cache.clear()
    return World()


def planned(world: World, *names: str) -> dict[str, Any]:
    """Leads of Alice's who wrote, each with a plan that is due."""
    from datetime import timedelta

    from django.utils.timezone import now

    from enterprisehub.tenants.scope import scope
    from leads.models import Action
    from leads.services import planning

    made = {}
    for name in names:
        lead = world.conversation(world.alice, name=name).lead
        world.says(world.alice, lead, LEASE)
        with scope(world.oakwood.pk):
            planning.plan(lead)
            Action.objects.update(due_at=now() - timedelta(minutes=1))
        made[name] = lead
    return made


def row(page: Page, name: str) -> Any:
    return page.locator("#queue > .do").filter(has_text=name)


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:140]}" for one in found for node in one["nodes"]]


def test_the_day_is_worked_through_by_keyboard(page: Page, site: str, world: World) -> None:
    from enterprisehub.tenants.scope import scope
    from leads.models import Action
    from tests.journeys.desk import sign_in, watch

    planned(world, "Ada Bell", "Ben Cole", "Cyd Dorn")
    sign_in(page, site, world.alice)
    complaints = watch(page)
    page.get_by_role("link", name="Today").click()
    expect(page.locator("#queue > .do")).to_have_count(3)
    expect(page.locator("#line")).to_have_attribute("data-state", "live", timeout=10_000)
    page.keyboard.press("j")
    first = page.locator("#queue > .do").first
    expect(first.locator("[data-row]")).to_be_focused()
    who = first.locator(".do__who").inner_text()

    page.keyboard.press("e")
    expect(first.locator("textarea")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("It has 3 bedrooms. Shall we talk?")
    first.get_by_role("button", name="Keep the words").press("Enter")
    expect(row(page, who).locator("mark.claim")).to_have_text("3 bedrooms")
    expect(row(page, who).locator("[data-row]")).to_be_focused()
    page.keyboard.press("a")  # blocked: nobody knows where that is from
    expect(row(page, who).get_by_role("alert")).to_contain_text("Say where this is known from")
    row(page, who).locator("[data-row]").focus()
    page.keyboard.press("e")
    page.keyboard.press("Escape")
    expect(row(page, who).locator("[data-row]")).to_be_focused()

    page.keyboard.press("s")
    page.keyboard.press("Enter")  # the first choice: in an hour
    expect(page.locator("#queue > .do")).to_have_count(2)
    expect(page.locator("#announcer")).to_contain_text("Put off")
    second = page.locator("#queue > .do").first
    expect(second.locator("[data-row]")).to_be_focused()
    page.keyboard.press("d")
    second.get_by_role("button", name="Spoke with them").press("Enter")
    expect(page.locator("#queue > .do")).to_have_count(1)
    page.keyboard.press("x")
    expect(page.get_by_role("heading", name="Nothing is due today.")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    with scope(world.oakwood.pk):
        assert sorted(Action.objects.values_list("state", flat=True)) == ["dismissed", "done", "snoozed"]
    assert [one for one in complaints if "409" not in one] == []


def test_news_comes_in_without_taking_the_focus(page: Page, site: str, world: World) -> None:
    from tests.journeys.desk import sign_in

    planned(world, "Ada Bell")
    sign_in(page, site, world.alice)
    page.goto(f"{site}/today/")
    expect(page.locator("#line")).to_have_attribute("data-state", "live", timeout=10_000)
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.keyboard.type("Half a sentence ")
    planned(world, "Ben Cole")
    expect(page.locator("#queue > .do")).to_have_count(2, timeout=10_000)
    expect(row(page, "Ada Bell").locator("textarea")).to_be_focused()
    expect(row(page, "Ada Bell").locator("textarea")).to_have_value(
        "Half a sentence " + row(page, "Ada Bell").locator(".do__words").inner_text()
    )


def test_the_lead_page_hears_of_a_new_plan(page: Page, site: str, world: World) -> None:
    from enterprisehub.tenants.scope import scope
    from leads.services import planning
    from tests.journeys.desk import sign_in

    lead = planned(world, "Ada Bell")["Ada Bell"]
    sign_in(page, site, world.alice)
    page.goto(f"{site}/leads/{lead.pk}/")
    expect(page.locator("#plan")).to_contain_text("End of the lease")
    expect(page.locator("#line")).to_have_attribute("data-state", "live", timeout=10_000)
    world.says(world.alice, lead, "We are already pre-approved, and can we see it on Saturday?")
    with scope(world.oakwood.pk):
        planning.plan(lead)
    expect(page.locator("#plan")).to_contain_text("the agreement before the tour", timeout=10_000)
    expect(page.locator("#plan")).to_contain_text("They can pay")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_day_is_clean_at_every_width(chromium: Browser, site: str, world: World, theme: str, width: int) -> None:
    from enterprisehub.tenants.scope import scope
    from leads.models import Action, Lead
    from leads.services import deciding
    from leads.services.deciding import Decider, Words
    from tests.journeys.desk import another, sign_in, watch

    planned(world, "Ada Bell", "Ben Cole")
    with scope(world.oakwood.pk):
        Lead.objects.create(name="Kim Vale", phone="+12125550101", agent=world.alice.agent, source="website")
        action = Action.objects.first()
        by = Decider(world.alice.membership, world.alice.agent)
        deciding.edit(action.pk, by=by, words=Words("It has 3 bedrooms and a pool. Shall we talk?"))
        Action.objects.exclude(pk=action.pk).update(
            verdict={"allow": False, "text": "It is night where they live.", "next_at": "2026-12-01T14:00:00+00:00"}
        )
    with another(chromium, viewport={"width": width, "height": 800}, color_scheme=theme) as (_, page):
        complaints = watch(page)
        sign_in(page, site, world.alice)
        page.goto(f"{site}/today/")
        found = faults(page)
        for name in ("Edit", "Not now", "Done"):
            page.locator("#queue > .do").first.get_by_text(name, exact=False).first.click()
            found += faults(page)
        small = page.locator(".do__acts .button, .clock__link, .today__ways .button").evaluate_all(
            "all => all.filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 43.5).map(one => one.outerHTML.slice(0, 120))"
        )
        assert found == []
        assert small == []
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        page.goto(f"{site}/today/{action.pk}/")
        assert faults(page) == []
        page.goto(f"{site}/leads/{action.lead_id}/")
        assert faults(page) == []
        assert complaints == []
