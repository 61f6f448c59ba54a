"""An agent at work: signs in, hears a prospect, reads the card, judges it by keyboard, loses the line and misses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

if TYPE_CHECKING:
    from tests.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def world(transactional_db: None) -> World:
    from django.core.cache import cache

    from tests.world import World

    cache.clear()
    return World()


def test_from_sign_in_to_a_judged_card_by_keyboard_alone(page: Page, site: str, world: World) -> None:
    from tests.journeys.desk import DEAR, add, cards, sign_in, watch

    complaints = watch(page)
    world.conversation(world.alice, price=485_000)
    sign_in(page, site, world.alice)
    add(page, DEAR)
    card = cards(page).last
    expect(card.locator("[data-say]")).not_to_be_empty()
    expect(page.locator("#thread mark.evidence")).to_have_count(1)
    expect(page.get_by_label("The words")).to_have_value("")
    expect(page.get_by_label("The words")).to_be_focused()  # the card did not take the focus
    expect(page.locator("#announcer")).to_contain_text("New card")
    page.keyboard.press("Escape")
    expect(card).to_be_focused()
    page.keyboard.press("1")
    expect(card.get_by_role("button", name="Use")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("s")
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(card.locator(".score summary")).to_contain_text("4 of 5")
    page.reload()
    expect(cards(page).last.locator(".score summary")).to_contain_text("4 of 5")
    assert complaints == []


def test_the_edited_line_is_told_with_what_was_really_said(page: Page, site: str, world: World) -> None:
    from coaching.models import Feedback
    from enterprisehub.tenants.scope import scope
    from tests.journeys.desk import DEAR, cards, sign_in

    world.says(world.alice, world.conversation(world.alice).lead, DEAR)
    sign_in(page, site, world.alice)
    page.keyboard.press("2")
    box = page.get_by_label("The words")
    expect(box).to_be_focused()
    assert box.input_value().strip()
    box.fill("Shall we look at the monthly payment together?")
    page.keyboard.press("Enter")
    expect(page.locator("#thread .message--agent")).to_contain_text("monthly payment together")
    expect(cards(page).last.get_by_role("button", name="Edit")).to_have_attribute("aria-pressed", "true")
    with scope(world.oakwood.pk):
        given = Feedback.objects.get()
        assert (given.verdict, given.said) == ("edited", "Shall we look at the monthly payment together?")


def test_after_a_drop_the_missed_cards_come_once_and_are_announced(page: Page, site: str, world: World) -> None:
    from tests.journeys.desk import DEAR, LATER, cards, sign_in

    lead = world.conversation(world.alice).lead
    sign_in(page, site, world.alice)
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.locator("#line")).to_have_attribute("data-state", "down")
    expect(page.locator("#offline")).to_be_visible()
    first, second = world.says(world.alice, lead, DEAR), world.says(world.alice, lead, LATER)
    shown = [heard for heard in (first, second) if heard.suggestion is not None and heard.suggestion.shown]
    assert len(shown) == 2
    page.context.set_offline(False)
    expect(page.locator("#line")).to_have_attribute("data-state", "live")
    expect(cards(page)).to_have_count(2)
    expect(page.locator("#missed")).to_contain_text("You missed 2 cards while the line was down")
    page.get_by_role("button", name="Show").click()
    expect(cards(page).first).to_be_focused()
    expect(page.locator("#missed")).to_be_hidden()


def test_only_the_thread_scrolls_on_a_desktop_screen(page: Page, site: str, world: World) -> None:
    from tests.journeys.desk import DEAR, sign_in

    lead = world.conversation(world.alice).lead
    for _ in range(12):
        world.says(world.alice, lead, DEAR)
        world.says(world.alice, lead, "What would help you decide?", "agent")
    sign_in(page, site, world.alice)
    assert page.evaluate("document.getElementById('thread-scroll').scrollHeight > 900")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_words_get_through_when_there_is_no_socket(page: Page, site: str, world: World) -> None:
    from tests.journeys.desk import DEAR, add, cards, sign_in

    world.conversation(world.alice)
    sign_in(page, site, world.alice)
    page.evaluate("WebSocket.prototype.send = () => {}")  # an open line that carries nothing
    add(page, DEAR)
    expect(cards(page)).to_have_count(1)
    expect(page.locator("#thread .turn")).to_have_count(1)


def test_what_cannot_be_sent_stays_in_the_box(page: Page, site: str, world: World) -> None:
    from tests.journeys.desk import DEAR, add, sign_in

    world.conversation(world.alice)
    sign_in(page, site, world.alice)
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    add(page, DEAR)
    expect(page.locator("#composer-note")).to_contain_text("Your words are still here")
    expect(page.get_by_label("The words")).to_have_value(DEAR)


def test_two_tabs_of_one_agent_agree(chromium: Browser, page: Page, site: str, world: World) -> None:
    from tests.journeys.desk import DEAR, add, cards, sign_in

    world.conversation(world.alice)
    sign_in(page, site, world.alice)
    second = page.context.new_page()
    second.goto(site)
    expect(second.locator("#line")).to_have_attribute("data-state", "live")
    add(page, DEAR)
    expect(cards(second)).to_have_count(1)
    second.get_by_role("button", name="Dismiss").click()
    expect(cards(page).get_by_role("button", name="Dismiss")).to_have_attribute("aria-pressed", "true")


def test_two_tenants_side_by_side_see_nothing_of_each_other(
    chromium: Browser, page: Page, site: str, world: World
) -> None:
    from tests.journeys.desk import DEAR, LATER, add, another, cards, sign_in

    world.conversation(world.alice, "Pat of Oakwood")
    world.conversation(world.charlie, "Kim of Elm")
    sign_in(page, site, world.alice)
    with another(chromium) as (_, elm):
        sign_in(elm, site, world.charlie)
        add(page, DEAR)
        expect(cards(page)).to_have_count(1)
        add(elm, LATER)
        expect(cards(elm)).to_have_count(1)
        elm.wait_for_timeout(400)
        assert "Oakwood" not in elm.content()
        assert DEAR not in elm.content()
        assert "Kim of Elm" not in page.content()
        assert LATER not in page.content()
        foreign = page.locator("#pane").get_attribute("data-lead")
        answer = elm.goto(f"{site}/leads/{foreign}/")
        assert answer is not None
        assert answer.status == 404


def test_on_a_phone_nothing_sticks_out_and_every_target_is_large_enough(
    chromium: Browser, site: str, world: World
) -> None:
    from tests.journeys.desk import DEAR, add, another, cards, sign_in

    world.conversation(world.alice, price=485_000)
    with another(chromium, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as (_, phone):
        sign_in(phone, site, world.alice)
        add(phone, DEAR)
        expect(cards(phone)).to_have_count(1)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
        small = phone.evaluate(
            """() => [...document.querySelectorAll("button, summary, select, .card a, nav a, .talks__new, .mode-choice")]
            .filter((e) => e.offsetParent && (e.getBoundingClientRect().height < 43.5 || e.getBoundingClientRect().width < 43.5))
            .map((e) => e.outerHTML.slice(0, 80))"""
        )
        assert small == []
        cards(phone).get_by_role("button", name="Wrong").tap()
        expect(cards(phone).get_by_role("button", name="Wrong")).to_have_attribute("aria-pressed", "true")
