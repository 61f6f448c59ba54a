"""Every page in light and in dark: axe finds nothing, the browser complains about nothing, nothing is wider than the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

if TYPE_CHECKING:
    from uuid import UUID

    from tests.world import World

pytestmark = pytest.mark.browser
OUTSIDE = ("/accounts/login/", "/accounts/password/reset/", "/accounts/signup/", "/nowhere/")
INSIDE = (
    "/", "/today/", "/leads/", "/leads/?q=nobody", "/leads/?stage=engaged&sort=name", "/leads/?stage=closed", "/leads/import/",
    "/leads/import/{file}/", "/leads/import/{running}/", "/leads/import/{done}/", "/leads/{lead}/", "/leads/{lead}/contact/", "/sessions/", "/sessions/{session}/", "/conversations/new/",
    "/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/logout/", "/accounts/2fa/totp/activate/",
)  # fmt: skip


@pytest.fixture
def world(transactional_db: None) -> World:
    from django.core.cache import cache

    from tests.world import World

    cache.clear()
    return World()


def lead_file(world: World, state: str) -> UUID:
    """A file of Alice's on its way in: looked at, being taken in, or done."""
    from enterprisehub.tenants.scope import named, scope
    from leads.importing import runs as imports
    from leads.importing import taking_in
    from leads.lists import saved
    from leads.lists.wanted import Wanted

    with scope(world.oakwood.pk):
        text = b"Name,Email,Phone,Stage\nPat Lee,pat@mail.example,305 555 0101,New\nKim,nowhere,,\n"
        row = imports.bring(world.alice.membership, f"people-{state}.csv", text)
        saved.save(world.alice.membership, "By name", Wanted(stage="engaged", sort="name"))
        if state != "file":
            imports.start(row)
    if state == "done":
        with named(world.oakwood.pk):
            taking_in.take_in(row.pk)
    return row.pk


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:140]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_page_is_clean(chromium: Browser, site: str, world: World, theme: str, width: int) -> None:
    from tests.journeys.desk import DEAR, another, sign_in, watch

    heard = world.says(world.alice, world.conversation(world.alice, price=485_000).lead, DEAR)
    world.says(world.alice, heard.session.conversation.lead, "What would help?", "agent")
    files = {name: lead_file(world, name) for name in ("file", "running", "done")}
    said: dict[str, list[str]] = {}
    with another(chromium, viewport={"width": width, "height": 800}, color_scheme=theme) as (_, page):
        complaints = watch(page)
        for path in OUTSIDE:
            page.goto(site + path)
            said[path] = faults(page)
        sign_in(page, site, world.alice)
        for path in INSIDE:
            page.goto(site + path.format(lead=heard.message.lead_id, session=heard.session.pk, **files))
            said[path] = faults(page)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                said[path].append("wider than the screen")
        page.goto(site)
        page.locator(".menu summary").click()
        page.locator(".card .score summary").click()
        page.locator(".card__details summary").click()
        said["opened"] = faults(page)
        assert {path: found for path, found in said.items() if found} == {}
        assert [one for one in complaints if "404" not in one] == []


def test_the_empty_desk_explains_itself(chromium: Browser, page: Page, site: str, world: World) -> None:
    from tests.journeys.desk import sign_in

    sign_in(page, site, world.bob)
    assert "How this works" in page.content()
    assert faults(page) == []


def test_the_theme_that_was_chosen_stays(page: Page, site: str, world: World) -> None:
    page.goto(f"{site}/accounts/login/")
    page.get_by_role("button", name="Dark theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.get_by_role("button", name="Dark theme").get_attribute("aria-pressed") == "true"
