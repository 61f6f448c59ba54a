"""Does a brokerage get its own line and nobody else's, from both sides and in either order, and lose it when it should?"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection as line_of_db
from django.test import Client as Browser
from django.utils.timezone import now

from enterprisehub.errors import Conflict
from enterprisehub.ghl import connecting, installs, oauth, outbox, wire
from enterprisehub.ghl.models import Agency, Connection, Kind, Source, Standing, State, UnmappedEvent
from enterprisehub.ghl.sandbox.remote import Remote
from enterprisehub.ghl.schemas import Event
from enterprisehub.privacy.crypto import unseal_from
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.models import Membership, Tenant
from enterprisehub.tenants.scope import named, scope, unscoped
from tests.doors import signed_in
from tests.ghl.lines import BACK, COMPANY, LOCATION, installed, line, private
from tests.ghl.lines import outbox as promised
from tests.world import Person, World


def consent(browser: Browser, highlevel: Remote, **how: Any) -> str:
    """There and back: the path with which HighLevel sends the browser back to us."""
    away = browser.get("/highlevel/connect/")
    assert away.status_code == 302
    assert away["Location"].startswith(f"{highlevel.url}/v2/oauth/chooselocation?")
    back = highlevel.consent(away["Location"], **how)
    assert back.startswith("http://testserver/highlevel/callback/")
    return back.removeprefix("http://testserver")


def connection(tenant: Tenant) -> Connection | None:
    with scope(tenant.pk):
        return Connection.objects.first()


def refusals(tenant: Tenant) -> list[str]:
    with scope(tenant.pk):
        rows = AuditEvent.objects.filter(verb="highlevel.connect_refused").order_by("at")
        return [row.facts["code"] for row in rows]


def event(kind: str, *, at: Any = None) -> Event:
    return Event(
        id=uuid4(), type=kind, source=Source.APP, external_id=str(uuid4()), subject="", occurred_at=at or now(),
        location_id=LOCATION, body={},
    )  # fmt: skip


def elm_admin(world: World) -> Person:
    return world.person(world.elm, "edna", "admin")


def test_an_administrator_connects_with_the_app(world: World, highlevel: Remote) -> None:
    browser = signed_in(world.ada)
    page = browser.get(consent(browser, highlevel), follow=True)
    assert "Connected with HighLevel." in page.content.decode()
    row = connection(world.oakwood)
    assert row is not None
    assert (row.kind, row.standing, row.location_id) == (Kind.OAUTH, Standing.ACTIVE, LOCATION)
    assert line(world.oakwood).call("location.get")["location"]["id"] == LOCATION
    with scope(world.oakwood.pk):
        assert AuditEvent.objects.filter(verb="highlevel.connect", actor=world.ada.user).exists()


def test_a_state_is_good_once(world: World, highlevel: Remote) -> None:
    browser = signed_in(world.ada)
    back = consent(browser, highlevel)
    browser.get(back)
    assert browser.get(back).status_code == 400
    assert refusals(world.oakwood) == ["bad_state"]


def test_a_state_is_good_for_the_session_that_began_only(world: World, highlevel: Remote) -> None:
    back = consent(signed_in(world.ada), highlevel)
    assert signed_in(world.olivia).get(back).status_code == 400
    assert signed_in(elm_admin(world)).get(back).status_code == 400
    assert connection(world.oakwood) is None
    assert connection(world.elm) is None
    assert refusals(world.elm) == ["bad_state"]


def test_a_state_is_good_for_the_tenant_for_which_it_was_begun_only(world: World, highlevel: Remote) -> None:
    with scope(world.elm.pk):
        Membership.objects.create(user=world.ada.user, role="admin")
    browser = signed_in(world.ada)
    back = consent(browser, highlevel)
    browser.post("/switch/", {"tenant": str(world.elm.pk)})
    assert browser.get(back).status_code == 400
    assert connection(world.elm) is None


def test_a_state_does_not_last(world: World, highlevel: Remote) -> None:
    browser = signed_in(world.ada)
    back = consent(browser, highlevel)
    session: Any = browser.session
    session["highlevel_states"] = {k: {**v, "at": v["at"] - 601} for k, v in session["highlevel_states"].items()}
    session.save()
    assert browser.get(back).status_code == 400


def test_an_invented_state_or_code_connects_nothing(world: World, highlevel: Remote) -> None:
    browser = signed_in(world.ada)
    assert browser.get("/highlevel/callback/?code=x&state=invented").status_code == 400
    back = consent(browser, highlevel)
    page = browser.get(back.replace("code=", "code=0"), follow=True)
    assert "does not know this code" in page.content.decode()
    assert refusals(world.oakwood) == ["bad_state", "code_refused"]


def test_saying_no_at_highlevel_is_told(world: World, highlevel: Remote) -> None:
    browser = signed_in(world.ada)
    back = consent(browser, highlevel)
    state = back.partition("state=")[2].partition("&")[0]
    page = browser.get(f"/highlevel/callback/?error=access_denied&state={state}", follow=True)
    assert "was not allowed" in page.content.decode()


def test_a_location_is_one_brokerages(world: World, highlevel: Remote) -> None:
    with unscoped("the test sets both free"):
        Tenant.objects.filter(pk=world.elm.pk).update(location_id=None)
    browser = signed_in(elm_admin(world))
    page = browser.get(consent(browser, highlevel), follow=True)
    assert "belongs to another brokerage" in page.content.decode()
    assert connection(world.elm) is None
    assert refusals(world.elm) == ["conflict"]
    with scope(world.elm.pk):
        assert Tenant.objects.get().location_id is None


def test_a_brokerage_does_not_change_its_location_by_connecting(world: World, highlevel: Remote) -> None:
    highlevel.location("loc-other")
    browser = signed_in(world.ada)
    page = browser.get(consent(browser, highlevel, location="loc-other"), follow=True)
    assert "belongs to another HighLevel location" in page.content.decode()
    assert connection(world.oakwood) is None


def test_an_installation_begun_at_highlevel_is_confirmed_by_somebody_who_may(world: World, highlevel: Remote) -> None:
    back = highlevel.consent(oauth.choose_location(state="", back="http://testserver/highlevel/callback/"))
    path = back.removeprefix("http://testserver").partition("&state")[0]
    browser = Browser()
    assert browser.get(path)["Location"] == "/highlevel/confirm/"
    assert "/accounts/login/" in browser.get("/highlevel/confirm/")["Location"]
    assert len(highlevel.asked("POST", "/oauth/token")) == 0, "nothing is exchanged for somebody unknown"
    browser.force_login(world.ada.user)
    page = browser.get("/highlevel/confirm/").content.decode()
    assert "Connect Oakwood Realty?" in page
    assert LOCATION in page
    assert connection(world.oakwood) is None
    assert browser.post("/highlevel/confirm/", {"location": "loc-invented"}, follow=True).status_code == 200
    assert connection(world.oakwood) is None


def test_once_confirmed_it_is_connected(world: World, highlevel: Remote) -> None:
    back = highlevel.consent(oauth.choose_location(state="", back="http://testserver/highlevel/callback/"))
    browser = signed_in(world.ada)
    browser.get(back.removeprefix("http://testserver").partition("&state")[0], follow=True)
    browser.post("/highlevel/confirm/", {"location": LOCATION})
    row = connection(world.oakwood)
    assert row is not None
    assert row.standing == Standing.ACTIVE
    assert browser.get("/highlevel/confirm/")["Location"] == "/highlevel/"


def test_an_agents_browser_connects_nothing(world: World, highlevel: Remote) -> None:
    for person in (world.alice, world.tess, world.rita):
        browser = signed_in(person)
        assert browser.get("/highlevel/connect/").status_code == 403
        assert browser.get("/highlevel/callback/?code=x").status_code == 403
        assert browser.post("/highlevel/token/", {"token": "pit-12345678"}).status_code == 403


def test_an_agencys_installation_asks_which_location_it_is_and_mints_its_token(world: World, highlevel: Remote) -> None:
    highlevel.location("loc-third", name="Third Street Homes", installed=True)
    browser = signed_in(world.ada)
    page = browser.get(consent(browser, highlevel, as_="Company"), follow=True).content.decode()
    assert "Which location is Oakwood Realty?" in page
    assert "Third Street Homes" in page
    browser.post("/highlevel/confirm/", {"location": LOCATION})
    row = connection(world.oakwood)
    assert row is not None
    assert row.company_id == COMPANY
    assert line(world.oakwood).call("pipeline.list")["pipelines"]
    assert Agency.objects.get().company_id == COMPANY


def test_a_private_token_must_answer_for_the_location(world: World, highlevel: Remote) -> None:
    browser = signed_in(world.ada)
    for given, said in (
        ({"location_id": LOCATION, "token": "eyJ"}, "begins with pit-"),
        ({"location_id": "../x", "token": "pit-1234567890"}, "letters and digits"),
        ({"location_id": LOCATION, "token": "pit-unknown-to-highlevel"}, "does not know this token"),
        ({"location_id": LOCATION, "token": highlevel.private_token(company=COMPANY)}, "agency"),
    ):
        page = browser.post("/highlevel/token/", given, follow=True).content.decode()
        assert said in page, given
        assert given["token"] not in page
    assert connection(world.oakwood) is None
    token = highlevel.private_token()
    page = browser.post("/highlevel/token/", {"location_id": LOCATION, "token": token}, follow=True).content.decode()
    assert "Connected." in page
    assert token not in page
    row = connection(world.oakwood)
    assert row is not None
    assert (row.kind, row.company_id) == (Kind.PIT, COMPANY)


def test_what_a_private_token_may_read_is_looked_at(world: World, highlevel: Remote) -> None:
    private(world.oakwood, highlevel, scopes=["locations.readonly", "contacts.readonly"])
    with named(world.oakwood.pk):
        assert connecting.look(world.oakwood.pk) == ["contacts.readonly", "locations.readonly"]
    page = signed_in(world.ada).get("/highlevel/").content.decode()
    assert "were not granted" in page
    assert "opportunities.readonly" in page


def test_nothing_is_held_while_highlevel_is_waited_for(world: World, highlevel: Remote) -> None:
    """No transaction, and no connection either: a slow HighLevel keeps nobody from the database."""
    held: list[bool] = []
    hooks = wire._http(os.getpid()).event_hooks
    told = [*hooks["request"], lambda _: held.append(line_of_db.in_atomic_block or line_of_db.connection is not None)]
    wire._http(os.getpid()).event_hooks = {**hooks, "request": told}
    browser = signed_in(world.ada)
    browser.post("/highlevel/token/", {"location_id": LOCATION, "token": highlevel.private_token()})
    browser.post("/highlevel/token/", {"rotate": "1", "token": highlevel.private_token()})
    browser.get(consent(browser, highlevel))
    browser.get(consent(browser, highlevel, as_="Company"), follow=True)
    browser.post("/highlevel/confirm/", {"location": LOCATION})
    row = connection(world.oakwood)
    assert row is not None
    assert row.kind == Kind.OAUTH
    assert len(held) >= 9
    assert not any(held)


def test_of_two_who_rotate_at_once_one_is_told(world: World, highlevel: Remote) -> None:
    row = private(world.oakwood, highlevel)
    hooks = wire._http(os.getpid()).event_hooks

    def meanwhile(_: Any) -> None:
        with scope(world.oakwood.pk):
            Connection.objects.filter(pk=row.pk).update(version=row.version + 1)

    wire._http(os.getpid()).event_hooks = {**hooks, "request": [*hooks["request"], meanwhile]}
    browser = signed_in(world.ada)
    page = browser.post("/highlevel/token/", {"rotate": "1", "token": highlevel.private_token()}, follow=True)
    assert "Somebody changed the connection" in page.content.decode()
    assert refusals(world.oakwood) == ["conflict"]


def test_a_form_without_its_secret_is_refused_and_noted_for_the_brokerage(world: World) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(world.ada.user)
    assert browser.post("/highlevel/token/", {"token": "pit-12345678"}).status_code == 403
    with scope(world.oakwood.pk):
        assert AuditEvent.objects.filter(verb="permission.denied", actor=world.ada.user).exists()


def test_a_private_token_is_rotated_with_the_former_one_at_hand(world: World, highlevel: Remote) -> None:
    row = private(world.oakwood, highlevel)
    before = unseal_from(row, "access_sealed")
    browser = signed_in(world.ada)
    page = browser.post("/highlevel/token/", {"rotate": "1", "token": "pit-unknown-to-highlevel"}, follow=True)
    assert "does not know this token" in page.content.decode()
    browser.post("/highlevel/token/", {"rotate": "1", "token": highlevel.private_token()})
    after = connection(world.oakwood)
    assert after is not None
    assert unseal_from(after, "former_sealed") == before
    assert after.former_until is not None
    assert timedelta(days=6) < after.former_until - now() <= timedelta(days=7)
    assert unseal_from(after, "access_sealed") != before


def test_disconnecting_asks_then_forgets_the_tokens_and_gives_up_what_waits(
    world: World, highlevel: Remote, tables: Any
) -> None:
    installed(world.oakwood, highlevel)
    with scope(world.oakwood.pk):
        outbox.write("note.create", contact_id="c1", key="1", body="x")
    browser = signed_in(world.ada)
    asked = browser.get("/highlevel/disconnect/").content.decode()
    assert "1 write that waits is given up" in asked
    browser.post("/highlevel/disconnect/")
    row = connection(world.oakwood)
    assert row is not None
    assert row.standing == Standing.DISCONNECTED
    assert row.access_sealed is row.refresh_sealed is None
    assert [(call.state, call.reason) for call in promised(world.oakwood)] == [(State.DEAD, "disconnected")]
    assert "Not connected" in browser.get("/highlevel/").content.decode()


def test_thrown_out_at_highlevel_the_tokens_are_forgotten(world: World, highlevel: Remote, tables: Any) -> None:
    installed(world.oakwood, highlevel)
    with scope(world.oakwood.pk):
        outbox.write("note.create", contact_id="c1", key="1", body="x")
        installs.uninstalled(event("UNINSTALL"))
    row = connection(world.oakwood)
    assert row is not None
    assert (row.standing, row.access_sealed) == (Standing.UNINSTALLED, None)
    assert promised(world.oakwood)[0].reason == "uninstalled"


def test_an_old_event_ends_no_newer_connection(world: World, highlevel: Remote) -> None:
    installed(world.oakwood, highlevel)
    with scope(world.oakwood.pk):
        installs.uninstalled(event("UNINSTALL", at=now() - timedelta(hours=2)))
    row = connection(world.oakwood)
    assert row is not None
    assert row.standing == Standing.ACTIVE


def test_told_of_the_installation_before_or_after_the_tokens_it_stays_connected(
    world: World, highlevel: Remote
) -> None:
    with scope(world.oakwood.pk):
        installs.installed(event("INSTALL"))
    installed(world.oakwood, highlevel)
    with scope(world.oakwood.pk):
        installs.installed(event("INSTALL"))
    row = connection(world.oakwood)
    assert row is not None
    assert (row.standing, row.trouble) == (Standing.ACTIVE, "")


def test_installed_again_an_agencys_location_comes_back_by_itself(world: World, highlevel: Remote) -> None:
    browser = signed_in(world.ada)
    browser.get(consent(browser, highlevel, as_="Company"))
    browser.post("/highlevel/confirm/", {"location": LOCATION})
    highlevel.uninstall()
    with scope(world.oakwood.pk):
        installs.uninstalled(event("UNINSTALL"))
    highlevel.install()
    with scope(world.oakwood.pk):
        installs.installed(event("INSTALL", at=now() - timedelta(hours=1)))
        assert Connection.objects.get().trouble == "", "an older one says nothing"
        installs.installed(event("INSTALL"))
    with named(world.oakwood.pk):
        installs.mint()
    row = connection(world.oakwood)
    assert row is not None
    assert (row.standing, row.trouble) == (Standing.ACTIVE, "")
    assert line(world.oakwood).call("location.get")


def test_an_agency_that_throws_the_app_out_ends_all_of_its_locations(world: World, highlevel: Remote) -> None:
    installed(world.oakwood, highlevel)
    UnmappedEvent.objects.create(
        type="UNINSTALL", company_id=COMPANY, external_id="u1", occurred_at=now() + timedelta(seconds=1), body=b"{}"
    )
    assert installs.agencies_gone() == 1
    assert installs.agencies_gone() == 0
    row = connection(world.oakwood)
    assert row is not None
    assert row.standing == Standing.UNINSTALLED


def test_connecting_again_lets_what_waited_go_on(world: World, highlevel: Remote, tables: Any) -> None:
    row = installed(world.oakwood, highlevel)
    with scope(world.oakwood.pk):
        Connection.objects.filter(pk=row.pk).update(standing=Standing.NEEDS_REAUTH)
        call = outbox.write("note.create", contact_id="c1", key="1", body="x")
        type(call).objects.update(next_at=now() + timedelta(hours=1))
    back = highlevel.consent(oauth.choose_location(state="s", back=BACK))
    pair = oauth.exchange(back.partition("code=")[2].partition("&")[0], back=BACK)
    with scope(world.oakwood.pk):
        connecting.by_app(pair)
    assert promised(world.oakwood)[0].next_at <= now()
    with scope(world.elm.pk), pytest.raises(Conflict):
        connecting.by_app(pair)
