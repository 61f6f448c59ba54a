"""An agent reads what is known of a lead: it grows while they listen, shows its words, and is settled by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.world import World

pytestmark = pytest.mark.browser
WISH = "We need a three bedroom in Oakland under $450k, with a yard."


@pytest.fixture
def world(transactional_db: None) -> World:
    from django.core.cache import cache

    from tests.world import World

    cache.clear()
    return World()


def test_facts_arrive_show_their_words_and_are_settled_by_keyboard(page: Page, site: str, world: World) -> None:
    from tests.journeys.desk import add, sign_in, watch

    complaints = watch(page)
    lead = world.conversation(world.alice, price=485_000).lead
    sign_in(page, site, world.alice)
    page.goto(f"{site}/leads/{lead.pk}/")
    expect(page.locator("#line")).to_have_attribute("data-state", "live")
    add(page, WISH)
    beds = page.locator('[data-fact="beds"]')
    expect(beds.locator(".fact__value")).to_have_text("3")
    beds.locator("[data-light]").click()
    expect(page.locator("#thread .lit").first).to_contain_text("three bedroom")
    page.keyboard.press("c")
    expect(beds.locator(".fact__sure")).to_be_visible()
    price = page.locator('[data-fact="price_max"]')
    price.locator("[data-light]").focus()
    page.keyboard.press("e")
    page.keyboard.type("$500,000")
    page.keyboard.press("Enter")
    expect(price.locator(".fact__value")).to_contain_text("$500,000")
    page.locator('[data-fact="location"] [data-light]').focus()
    page.keyboard.press("x")
    expect(page.locator('[data-fact="location"]')).to_have_count(0)
    page.reload()
    expect(page.locator('[data-fact="price_max"] .fact__value')).to_contain_text("$500,000")
    assert complaints == []


def test_a_value_that_cannot_be_is_refused_beside_the_fact(page: Page, site: str, world: World) -> None:
    from tests.journeys.desk import sign_in

    lead = world.conversation(world.alice).lead
    world.says(world.alice, lead, WISH)
    sign_in(page, site, world.alice)
    page.goto(f"{site}/leads/{lead.pk}/")
    beds = page.locator('[data-fact="beds"]')
    beds.locator("summary").click()
    beds.locator("input[name=value]").fill("many")
    beds.get_by_role("button", name="Save").click()
    expect(page.locator(".known__problem")).to_contain_text("must be")
    expect(beds.locator(".fact__value")).to_have_text("3")


def test_a_lead_is_moved_and_the_law_is_kept(page: Page, site: str, world: World) -> None:
    from tests.journeys.desk import sign_in

    lead = world.conversation(world.alice).lead
    sign_in(page, site, world.alice)
    page.goto(f"{site}/leads/{lead.pk}/")
    page.get_by_text("Move this lead").click()
    page.locator(".stage-form select[name=to]").select_option("active")
    page.get_by_role("textbox", name="Reason").fill("they want to see it")
    page.get_by_role("button", name="Move").click()
    expect(page.locator("body")).to_contain_text("Record the signed agreement first")
    page.goto(f"{site}/leads/{lead.pk}/")
    page.get_by_text("Record the agreement").click()
    page.get_by_label("Signed on").fill("2026-11-02")
    page.get_by_role("button", name="Record").click()
    expect(page.locator(".profile")).to_contain_text("Signed, 2 Nov 2026")
    page.get_by_text("How it came here").click()
    expect(page.locator(".history")).to_contain_text("It stands where it began")
