"""The page of the connection in light, dark and on a phone: axe finds nothing, and an administrator gets something stuck moving."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

if TYPE_CHECKING:
    from tests.world import World

pytestmark = pytest.mark.browser
# Where to leave pictures for who wants to look at them; none are made otherwise.
PICTURES = os.environ.get("PICTURES", "")
CHANGES = {
    "broken": {"standing": "needs_reauth", "trouble": "grant_lost"},
    "private": {"kind": "pit", "standing": "active", "trouble": ""},
}


@pytest.fixture
def world(transactional_db: None, settings: object) -> World:
    from django.core.cache import cache

    from tests.world import World

    cache.clear()
    settings.GHL_CLIENT_ID = settings.GHL_CLIENT_SECRET = "app-1"  # type: ignore[attr-defined]
    return World()


def connect(world: World) -> None:
    """With something missing, something waiting and something stuck."""
    from django.utils.timezone import now

    from enterprisehub.ghl.models import Connection, InboundEvent, OutboundCall, State
    from enterprisehub.ghl.oauth import SCOPES
    from enterprisehub.privacy.crypto import seal_into
    from enterprisehub.tenants.scope import scope

    with scope(world.oakwood.pk):
        row = Connection(
            kind="oauth", location_id="ve9EPM428h8vShlRW1KT", scopes=list(SCOPES[:-2]),
            last_call_at=now() - timedelta(minutes=3), expires_at=now() + timedelta(hours=20),
        )  # fmt: skip
        seal_into(row, "access_sealed", "x")
        row.save()
        for number in range(3):
            InboundEvent.objects.create(
                source="app", external_id=f"w{number}", type="ContactUpdate", subject=f"contact-ab{number}7", attempts=6,
                state=State.DEAD, reason="KeyError", body=b"{}",
            )  # fmt: skip
        for key, reason in (("a", "unknown_whether_sent"), ("b", "unprocessable:dueDate"), ("c", "missing")):
            OutboundCall.objects.create(
                operation="message.send" if key == "a" else "task.create", contact_id="contact-ab17", key=key,
                state=State.DEAD, attempts=1, reason=reason,
                arguments={"type": "SMS", "message": "x"} if key == "a" else {"title": "x", "dueDate": "y"},
            )  # fmt: skip


def faults(page: Page, name: str) -> list[str]:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
    found = Axe().run(page).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    small = page.evaluate(
        "innerWidth > 700 ? [] : [...document.querySelectorAll('main :is(button, .button, summary, input:not([type=hidden]))')]"
        ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44 && !e.closest('label'))"
        ".map(e => e.outerHTML.slice(0, 80))"
    )
    return [
        *(f"{one['id']}: {node['html'][:140]}" for one in found for node in one["nodes"]),
        *(["wider than the screen"] if wide else []),
        *(f"too small to touch: {one}" for one in small),
    ]


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")])
def test_the_page_is_clean_in_every_state(chromium: Browser, site: str, world: World, width: int, theme: str) -> None:
    from enterprisehub.ghl.models import Connection
    from enterprisehub.tenants.scope import scope
    from tests.journeys.desk import another, sign_in

    said: dict[str, list[str]] = {}
    with another(chromium, viewport={"width": width, "height": 900}, color_scheme=theme) as (_, page):
        sign_in(page, site, world.ada)
        for name in ("none", "stuck", "broken", "private"):
            if name == "stuck":
                connect(world)
            if name in CHANGES:
                with scope(world.oakwood.pk):
                    Connection.objects.update(**CHANGES[name])
            page.goto(f"{site}/highlevel/")
            said[name] = faults(page, f"{name}-{width}-{theme}")
        for name in ("disconnect", "gaps", "workflows"):
            page.goto(f"{site}/highlevel/{name}/")
            for summary in page.locator("main details:not([open]) > summary").all():
                summary.click()
            said[name] = faults(page, f"{name}-{width}-{theme}")
    assert {name: found for name, found in said.items() if found} == {}


def test_what_is_stuck_is_tried_again_by_keyboard(chromium: Browser, site: str, world: World) -> None:
    from tests.journeys.desk import another, sign_in

    connect(world)
    with another(chromium) as (_, page):
        sign_in(page, site, world.ada)
        page.get_by_role("link", name="HighLevel").click()
        page.get_by_role("button", name="Try again: Message, …ab17").focus()
        page.keyboard.press("Enter")
        page.get_by_text("1 is tried again.").wait_for()
        assert page.get_by_role("button", name="Try again: Message").count() == 0
