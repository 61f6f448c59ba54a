"""Can a person play the prospect on the sandbox's page, and let the app in on its consent page?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from enterprisehub.ghl.sandbox.remote import Remote
from enterprisehub.ghl.sandbox.running import on_a_thread
from tests.ghl.caller import HERE, Caller
from tests.ghl.receiver import Receiver, receiving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def played() -> Iterator[Remote]:
    with on_a_thread() as url:
        remote = Remote(url)
        yield remote
        remote.close()


@pytest.fixture
def sandbox(played: Remote) -> Remote:
    played.reset(lag=0)
    return played


@pytest.fixture
def told(sandbox: Remote) -> Iterator[Receiver]:
    with receiving() as receiver:
        sandbox.set(webhook_url=receiver.url)
        yield receiver
        sandbox.reset()


def furnish(sandbox: Remote) -> str:
    """Pat, with something of every kind."""
    pat = str(sandbox.contact(firstName="Pat", lastName="Doyle", phone="+15125550142", email="pat@example.com")["id"])
    call = Caller(sandbox, sandbox.private_token())
    sandbox.say(pat, "Is it still available?")
    call("POST", "/conversations/messages", {"type": "SMS", "contactId": pat, "message": "It is. Thursday?"})
    sandbox.answer(pat, "Call her first", medium="comment")
    sandbox.say(pat, "<p>The plan,<br>please</p>", medium="email", subject="Plan")
    value = [{"key": "preferred_area", "field_value": "Maple Heights"}]
    call("PUT", f"/contacts/{pat}", {"customFields": value, "dndSettings": {"Email": {"status": "active"}}})
    call("POST", f"/contacts/{pat}/tags", {"tags": ["hot"]})
    sandbox.note(pat, "Wants a yard. " * 40)
    sandbox.task(pat, "Call Pat", assignedTo=f"{HERE}-user-1")
    sandbox.opportunity(pat, monetaryValue=410_000)
    sandbox.appointment(pat, "2026-12-01T10:00:00-05:00")
    return pat


def test_a_person_makes_a_contact_and_speaks_as_it(page: Page, sandbox: Remote, told: Receiver) -> None:
    page.goto(sandbox.url)
    expect(page.get_by_text("Nobody real is written to")).to_be_visible()
    page.get_by_label("First name").fill("Pat")
    page.get_by_role("textbox", name="Phone").fill("5125550142")
    page.get_by_role("button", name="Make contact").click()
    expect(page.get_by_role("heading", name="Pat")).to_be_visible()
    words = page.get_by_label("Say something as Pat")
    expect(words).to_be_focused()
    words.fill("We can't afford that much.")
    words.press("Control+Enter")
    expect(page.get_by_role("log").get_by_text("We can't afford that much.")).to_be_visible()
    expect(words).to_have_value("")
    expect(page.get_by_role("row", name="InboundMessage Pat delivered")).to_be_visible()
    assert told.types() == ["ContactCreate", "InboundMessage"]
    assert told.told[-1].is_signed_by(sandbox.public_key)


def test_what_the_api_writes_is_seen_without_loading_again(page: Page, sandbox: Remote) -> None:
    pat = str(sandbox.contact(firstName="Pat", phone="+15125550142")["id"])
    page.goto(sandbox.url)
    expect(page.get_by_text("No note.")).to_be_visible()
    call = Caller(sandbox, sandbox.private_token())
    call("POST", f"/contacts/{pat}/notes", {"body": "Budget: way over"})
    call("POST", f"/contacts/{pat}/tags", {"tags": ["budget objection"]})
    due = {"title": "Call Pat", "dueDate": "2026-12-01T15:00:00Z", "completed": False}
    call("POST", f"/contacts/{pat}/tasks", due)
    call("POST", "/conversations/messages", {"type": "SMS", "contactId": pat, "message": "Hello Pat"})
    for text in ("Budget: way over", "budget objection", "Call Pat", "Hello Pat", "EnterpriseHub, through the API"):
        expect(page.get_by_text(text).first).to_be_visible()


def test_what_a_prospect_writes_is_text(page: Page, sandbox: Remote) -> None:
    pat = str(sandbox.contact(firstName="<img src=x onerror=alert(1)>", phone="+15125550142")["id"])
    sandbox.say(pat, "<script>alert(1)</script>")
    page.goto(sandbox.url)
    expect(page.get_by_role("log").get_by_text("<script>alert(1)</script>")).to_be_visible()
    assert page.locator("img").count() == 0


def test_a_refusal_is_told_beside_the_form(page: Page, sandbox: Remote) -> None:
    sandbox.contact(firstName="Pat", phone="+15125550142")
    page.goto(sandbox.url)
    expect(page.get_by_role("heading", name="Pat")).to_be_visible()
    refusal = {"message": ["text must be a string"]}
    page.route("**/_sandbox/say", lambda route: route.fulfill(status=422, json=refusal))
    page.get_by_label("Say something as Pat").fill("Hello")
    page.get_by_role("button", name="Say it").click()
    expect(page.get_by_text("text must be a string")).to_be_visible()
    expect(page.get_by_label("Say something as Pat")).to_have_value("Hello")


@pytest.mark.parametrize("path", ["/", "consent", "broken"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1360])
def test_everybody_can_read_it(chromium: Browser, sandbox: Remote, path: str, scheme: str, width: int) -> None:
    furnish(sandbox)
    consent = "/v2/oauth/chooselocation?" + Caller(sandbox).authorize_url().partition("?")[2]
    where = {"consent": consent, "broken": "/v2/oauth/chooselocation"}.get(path, path)
    phone = width < 600
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme="dark" if scheme == "dark" else "light",
        has_touch=phone, is_mobile=phone,
    )  # fmt: skip
    page = context.new_page()
    page.goto(sandbox.url + where)
    if path == "/":
        expect(page.get_by_role("log").get_by_text("Is it still available?")).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if phone:
        low = "[...document.querySelectorAll('button, select, textarea, summary, .pick')].map(e => e.getBoundingClientRect().height)"
        assert [height for height in page.evaluate(low) if 0 < height < 44] == []
    context.close()


def test_a_person_lets_the_app_in(page: Page, sandbox: Remote) -> None:
    app = Caller(sandbox)
    with page.expect_request("https://app.example/**") as sent:
        page.route("https://app.example/**", lambda route: route.fulfill(body="back"))
        page.goto(app.authorize_url(state="s-42"))
        page.get_by_role("button", name="Allow and go back").click()
    asked = dict(pair.split("=") for pair in sent.value.url.partition("?")[2].split("&"))
    assert asked["state"] == "s-42"
    assert app.exchange("authorization_code", code=asked["code"]).json()["locationId"] == HERE
