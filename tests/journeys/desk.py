"""How does a person use the dashboard in a real browser? Small verbs for the journeys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.world import PASSWORD, Person

DEAR = "That is too expensive for us."
LATER = "I have to talk to my wife before we decide."


def sign_in(page: Page, site: str, person: Person) -> None:
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Email").fill(person.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#line")).to_have_attribute("data-state", "live")


def add(page: Page, text: str) -> None:
    """Add what the prospect said, by keyboard."""
    page.get_by_label("The words").fill(text)
    page.keyboard.press("Enter")


def cards(page: Page) -> Locator:
    return page.locator("#thread .card")


def watch(page: Page) -> list[str]:
    """What the browser complains about from now on: scripts that fail, and what the content security policy stopped."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    return found


@contextmanager
def another(chromium: Browser, **options: Any) -> Iterator[tuple[BrowserContext, Page]]:
    context = chromium.new_context(locale="en-US", **{"viewport": {"width": 1280, "height": 800}, **options})
    yield context, context.new_page()
    context.close()
