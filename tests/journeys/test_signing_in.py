"""Does a person reach the sign-in page with a browser, under the strict content security policy?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_the_sign_in_page_asks_for_an_e_mail_address(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/login/")
    expect(page.locator("input[type=email]")).to_be_visible()
    expect(page.locator("input[type=password]")).to_be_visible()
