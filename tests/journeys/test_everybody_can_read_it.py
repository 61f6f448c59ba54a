"""Every page in light and in dark: axe finds nothing, the browser complains about nothing, nothing is wider than the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

if TYPE_CHECKING:
    from uuid import UUID

    from leads.models import Lead
    from tests.world import World

pytestmark = pytest.mark.browser
MODELS = "/admin/leads/scoringmodel/"
OWNERS = (
    "/today/?team=1", "/today/{action}/", "/leads/{lead}/history/",
    "/highlevel/", "/highlevel/disconnect/", "/highlevel/gaps/", "/highlevel/workflows/", "/leads/{lead}/", "/leads/{lead}/highlevel/",
    "/board/", "/board/{talk}/", "/results/", "/results/cost/", "/results/predictions/", "/results/predictions/{lead}/",
    "/results/digest/", "/leads/{lead}/outcomes/",
)  # fmt: skip
FRAME = (
    "landmark-one-main",
    "region",
)  # of the frame that the admin's theme puts around every page, without a main in it
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


def line(world: World, lead: Lead) -> None:
    """Oakwood connected with HighLevel, an event given up, a workflow's secret in use and one that is revoked, a gap, and what
    people wrote there about this lead."""
    from django.utils.timezone import now

    from enterprisehub.ghl import workflows
    from enterprisehub.ghl.models import Connection, InboundEvent, Reconciliation, State, WorkflowSecret
    from enterprisehub.tenants.scope import scope
    from leads.models import CrmRecord, Lead

    with scope(world.oakwood.pk):
        Connection.objects.create(kind="oauth", location_id="loc-oakwood", scopes=["contacts.readonly"])
        InboundEvent.objects.create(
            source="app", external_id="w1", type="ContactUpdate", subject="contact-1", state=State.DEAD, attempts=6,
            reason="KeyError", body=b'{"type":"ContactUpdate","id":"contact-1","phone":"+15125550123"}',
        )  # fmt: skip
        workflows.make("Old form")
        WorkflowSecret.objects.update(revoked_at=now())
        workflows.make("Form on the website")
        gap = {"kind": "message", "id": "msg7hd82hdhHD82", "at": now().isoformat(), "repaired": True}
        Reconciliation.objects.create(ended_at=now(), looked=412, missing=1, repaired=1, gaps=[gap])
        Lead.objects.filter(pk=lead.pk).update(contact_id="contact-1")
        CrmRecord.objects.create(lead=lead, kind="note", remote_id="n1", body="Wants to see it again with her sister.")
        CrmRecord.objects.create(
            lead=lead, kind="task", remote_id="t1", title="Send comparables", standing="open", at=now()
        )


def action(world: World, lead: Lead) -> UUID:
    """The next thing to do for this lead, which the planner proposes."""
    from enterprisehub.tenants.scope import scope
    from leads.models import Action
    from leads.services import planning

    with scope(world.oakwood.pk):
        planning.plan(lead)
        return Action.objects.filter(lead=lead).latest("due_at").pk


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_of_the_line_and_of_the_day_are_clean(
    chromium: Browser, site: str, world: World, theme: str, width: int
) -> None:
    from tests.journeys.desk import DEAR, another, sign_in, watch

    talk = world.says(world.alice, world.conversation(world.alice, price=485_000).lead, DEAR).session.conversation
    lead, found = talk.lead, action(world, talk.lead)
    said: dict[str, list[str]] = {}
    with another(chromium, viewport={"width": width, "height": 800}, color_scheme=theme) as (_, page):
        complaints = watch(page)
        sign_in(page, site, world.olivia)
        page.goto(f"{site}/highlevel/")
        said["not connected"] = faults(page)
        line(world, lead)
        for path in OWNERS:
            page.goto(site + path.format(lead=lead.pk, action=found, talk=talk.pk))
            for summary in page.locator("main details:not([open]) > summary").all():
                if summary.is_visible():
                    summary.click()
            said[path] = faults(page)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                said[path].append("wider than the screen")
            crowded = page.evaluate(
                "[...document.querySelectorAll('.places a')].some((a, n, all) => n && a.getBoundingClientRect().left < all[n - 1].getBoundingClientRect().right - 0.5)"
            )
            if crowded:
                said[path].append("the places lie on each other")
        assert {path: found for path, found in said.items() if found} == {}
        assert [one for one in complaints if "404" not in one] == []


def models(world: World) -> dict[str, str]:
    """Scoring models of Oakwood in every state, and the addresses of their pages."""
    from celery import current_app

    from enterprisehub.tenants.scope import scope
    from leads.models import ScoringModel
    from leads.services import scorecards
    from tests.leads.past import past_deals, past_leads

    rows = {}
    for name, content, outcome in (
        ("live", past_deals(), "Won"),
        ("ready", past_leads(), "won"),
        ("failed", past_deals(60), "Won"),
        ("training", past_deals(), "Won"),
    ):
        with scope(world.oakwood.pk):
            rows[name] = scorecards.hand_in(scorecards.Past(name, content, outcome), by=world.ada.membership)
        if name != "training":
            current_app.tasks["leads.train_scoring"](tenant=str(world.oakwood.pk), model=str(rows[name].pk))
    with scope(world.oakwood.pk):
        scorecards.promote(rows["live"], acknowledged=[])
        ScoringModel.objects.filter(pk=rows["training"].pk).update(state="training", progress=40)
    live, ready = rows["live"].pk, rows["ready"].pk
    pages = {name: f"{MODELS}{row.pk}/change/" for name, row in rows.items()}
    return {
        **pages,
        "list": MODELS,
        "promote": f"{MODELS}promote/?m={ready}",
        "compare": f"{MODELS}compare/?m={live}&m={ready}",
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_of_scoring_models_are_clean(
    chromium: Browser, site: str, world: World, theme: str, width: int
) -> None:
    from tests.doors import staff
    from tests.journeys.desk import another, watch

    session = staff(world.ada).cookies["sessionid"].value
    said: dict[str, list[str]] = {}
    with another(chromium, viewport={"width": width, "height": 800}, color_scheme=theme) as (context, page):
        context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        complaints = watch(page)
        empty = {"empty": MODELS, "add": f"{MODELS}add/"}
        for name, path in [*empty.items(), *models(world).items()]:
            page.goto(site + path)
            for summary in page.locator(".model summary").all():
                summary.click()
            said[name] = [one for one in faults(page) if not one.startswith(FRAME)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                said[name].append("wider than the screen")
        assert {name: found for name, found in said.items() if found} == {}
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
