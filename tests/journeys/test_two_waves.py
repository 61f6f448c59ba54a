"""The better card arrives: it replaces the first in place, unless somebody is reading, touching or using that one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from coaching.models import Suggestion
    from tests.world import World

pytestmark = pytest.mark.browser
BETTER = "Let us look at what it costs a month, not at the price."


@pytest.fixture
def world(transactional_db: None) -> World:
    from django.core.cache import cache

    from tests.world import World

    cache.clear()
    return World()


@pytest.fixture
def card(world: World) -> Suggestion:
    from tests.journeys.desk import DEAR

    found = world.says(world.alice, world.conversation(world.alice).lead, DEAR).suggestion
    assert found is not None
    return found


def improve(world: World, card: Suggestion, change: str, **fields: Any) -> None:
    """What the worker does once Claude has answered: the row changes, and the screen is told."""
    from coaching.wire import card_payload
    from enterprisehub.realtime.push import tell
    from enterprisehub.tenants.scope import scope

    with scope(world.oakwood.pk):
        values = {"say": BETTER, "revision": 1, "source": "claude", "change": change, "refine_ms": 1200.0, **fields}
        for name, value in values.items():
            setattr(card, name, value)
        card.save()
        tell(card.agent_id, ("suggestion", {"card": card_payload(card)}))


def test_a_card_that_nobody_touches_is_replaced_where_it_stands(
    page: Page, site: str, world: World, card: Suggestion
) -> None:
    from tests.journeys.desk import cards, sign_in

    sign_in(page, site, world.alice)
    page.mouse.move(5, 5)
    before = cards(page).bounding_box()
    improve(world, card, "replaces")
    expect(cards(page).locator("[data-say]")).to_have_text(BETTER)
    expect(cards(page).locator(".source--claude")).to_be_visible()
    after = cards(page).bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 30
    assert after["height"] >= before["height"] - 1


@pytest.mark.parametrize("how", ["hovered", "focused", "copied"])
def test_a_card_in_use_keeps_its_words_and_shows_the_better_ones_beneath(
    page: Page, site: str, world: World, card: Suggestion, how: str
) -> None:
    from tests.journeys.desk import cards, sign_in

    sign_in(page, site, world.alice)
    first = cards(page).locator("[data-say]").first.inner_text()
    if how == "hovered":
        cards(page).locator(".card__headline").hover()
    elif how == "focused":
        cards(page).focus()
    else:
        cards(page).get_by_role("button", name="Copy").click()
        page.mouse.move(5, 5)
        page.evaluate("document.activeElement.blur()")
    improve(world, card, "extends")
    expect(cards(page).locator(".card__refined")).to_contain_text("Refined")
    expect(cards(page).locator(".card__refined [data-say]")).to_have_text(BETTER)
    assert cards(page).locator("[data-say]").first.inner_text() == first


def test_a_confirmed_card_keeps_its_words_and_says_so(page: Page, site: str, world: World, card: Suggestion) -> None:
    from tests.journeys.desk import cards, sign_in

    sign_in(page, site, world.alice)
    first = cards(page).locator("[data-say]").inner_text()
    improve(world, card, "confirms", say=card.say)
    expect(cards(page).locator(".card__change")).to_have_text("confirmed")
    assert cards(page).locator("[data-say]").inner_text() == first


def test_the_words_that_are_coming_move_nothing(page: Page, site: str, world: World, card: Suggestion) -> None:
    from enterprisehub.realtime.push import tell
    from enterprisehub.tenants.scope import scope
    from tests.journeys.desk import cards, sign_in

    sign_in(page, site, world.alice)
    before = cards(page).bounding_box()
    with scope(world.oakwood.pk):
        tell(card.agent_id, ("suggestion.delta", {"card": str(card.pk), "revision": 1, "say": BETTER}))
    expect(cards(page).locator(".coming")).to_have_text(BETTER)
    assert cards(page).bounding_box() == before
