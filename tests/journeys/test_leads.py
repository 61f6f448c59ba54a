"""A team lead brings a file, sees its people in the list, narrows it, keeps that view, and gives them to an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

if TYPE_CHECKING:
    from tests.world import World

pytestmark = pytest.mark.browser
FILE = "Full name;E-Mail;Mobile;Status;Remarks\n" + "".join(
    f"Prospect {n};p{n}@mail.example;305 555 01{n:02d};{'Engaged' if n % 2 else 'New'};met at the fair\n"
    for n in range(9)
)


@pytest.fixture
def world(transactional_db: None) -> World:
    from django.core.cache import cache

    from tests.world import World

    cache.clear()
    return World()


def test_from_a_file_to_leads_that_belong_to_somebody(page: Page, site: str, world: World) -> None:
    from enterprisehub.tenants.scope import named, scope
    from leads.importing import taking_in
    from leads.models import Lead, LeadImport
    from tests.journeys.desk import sign_in, watch

    sign_in(page, site, world.tess)
    complaints = watch(page)
    page.goto(f"{site}/leads/")
    page.get_by_role("link", name="Import a file").first.click()
    content = (FILE + "Broken;nowhere;;;\n").encode()
    page.get_by_label("A file of people").set_input_files(
        {"name": "fair.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", name="fair.csv")).to_be_visible()
    expect(page.get_by_text("a semicolon between the cells")).to_be_visible()
    expect(page.get_by_role("cell", name="This is not an e-mail address.").first).to_be_visible()
    page.get_by_label("Remarks").select_option("source")
    page.get_by_role("button", name="Count again").click()
    page.get_by_role("button", name="Take them in").click()
    expect(page.get_by_text("Waiting for the worker.")).to_be_visible()
    with scope(world.oakwood.pk):
        key = LeadImport.objects.get().pk
    with named(world.oakwood.pk):
        taking_in.take_in(key)
    expect(page.get_by_text("Everything is in.")).to_be_visible()  # the page asked by itself

    page.get_by_role("link", name="See the leads").click()
    expect(page.locator("tbody tr")).to_have_count(9)
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Stage").select_option("engaged")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tbody tr")).to_have_count(4)
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill("From the fair")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="From the fair")).to_have_attribute("aria-current", "page")

    page.get_by_role("checkbox", name="Tick all on this page").check()
    expect(page.get_by_text("4 ticked")).to_be_visible()
    page.get_by_role("checkbox", name="Tick Prospect 1").uncheck()
    page.get_by_label("What to do").select_option(label="Bob")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("3 leads assigned.")).to_be_visible()
    with scope(world.oakwood.pk):
        assert Lead.objects.filter(agent=world.bob.agent).count() == 3
    with page.expect_download() as download:
        page.get_by_label("With which leads").select_option("all")
        page.get_by_label("What to do").select_option("export")
        page.get_by_role("button", name="Do it").click()
    saved = download.value.path().read_text("utf-8-sig")
    assert saved.count("\n") == 5
    assert "'+13055550101" in saved
    assert complaints == []


def test_a_colleagues_open_list_hears_once_of_many(chromium: Browser, site: str, world: World) -> None:
    from enterprisehub.tenants.scope import scope
    from leads.lists import bulk
    from leads.lists.bulk import Chosen
    from leads.lists.listing import Reader
    from leads.lists.wanted import Wanted
    from tests.journeys.desk import another, sign_in

    for number in range(3):
        world.conversation(world.alice, f"Prospect {number}")
    with another(chromium) as (_, page):
        sign_in(page, site, world.bob)
        page.goto(f"{site}/leads/")
        expect(page.locator("tbody tr")).to_have_count(0)
        with scope(world.oakwood.pk):
            reader = Reader.of(world.tess.membership, world.tess.agent)
            bulk.assign(reader, world.tess.membership, Chosen(Wanted()), world.bob.agent.pk)
        page.get_by_role("link", name="3 leads changed hands. Load this page anew").click()
        expect(page.locator("tbody tr")).to_have_count(3)
        expect(page.locator("#told")).to_be_hidden()
