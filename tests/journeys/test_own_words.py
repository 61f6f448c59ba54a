"""An agent writes what fair housing does not allow: warned while writing, told again once it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def world(transactional_db: None) -> World:
    from django.core.cache import cache

    from tests.world import World

    cache.clear()
    return World()


def test_the_lawful_line_comes_before_the_words_are_added_and_stays_beside_them(
    page: Page, site: str, world: World
) -> None:
    from tests.journeys.desk import sign_in, watch

    complaints = watch(page)
    world.conversation(world.alice)
    sign_in(page, site, world.alice)
    page.get_by_label("I said").check()
    box, note = page.get_by_label("The words"), page.locator("#composer-note")
    box.press_sequentially("It is a very safe neighborhood.")
    expect(note).to_contain_text("Fair housing")
    expect(note).to_contain_text("police")
    box.fill("The deck was rebuilt in 2021.")
    expect(note).not_to_contain_text("Fair housing")
    box.fill("It is a very safe neighborhood.")
    page.keyboard.press("Enter")
    care = page.locator("#thread .care")
    expect(care).to_contain_text("safe neighborhood")
    expect(page.locator("#announcer")).to_contain_text("Stop and read")
    page.reload()
    expect(care).to_contain_text("police")
    assert complaints == []
