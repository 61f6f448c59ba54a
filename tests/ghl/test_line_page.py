"""Does the page tell how the line is, show what is stuck without anybody's words, and let only those act who may?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.utils.timezone import now

from enterprisehub.ghl.models import Connection, InboundEvent, OutboundCall, Standing, State
from enterprisehub.privacy.crypto import seal_into
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants import api_keys
from enterprisehub.tenants.models import ApiKey
from enterprisehub.tenants.scope import scope
from tests.doors import signed_in
from tests.world import Person, World


@pytest.fixture
def oakwood(db: None) -> World:
    """Connected, with something stuck in both boxes."""
    cache.clear()
    world = World()
    with scope(world.oakwood.pk):
        row = Connection(kind="oauth", location_id="loc-oakwood", scopes=["contacts.readonly"])
        seal_into(row, "access_sealed", "eyJ-secret")
        row.save()
        InboundEvent.objects.create(
            source="app", external_id="w1", type="ContactUpdate", subject="contact-abcd", state=State.DEAD, attempts=6,
            reason="KeyError", body=b'{"phone":"+15125550123"}',
        )  # fmt: skip
        InboundEvent.objects.create(
            source="app", external_id="w2", type="InboundMessage", received_at=now() - timedelta(minutes=5), body=b"{}"
        )
        OutboundCall.objects.create(
            operation="message.send", contact_id="contact-abcd", key="k1", state=State.DEAD, attempts=1,
            reason="unknown_whether_sent", arguments={"type": "SMS", "message": "Secret words for +15125550123"},
        )  # fmt: skip
        OutboundCall.objects.create(
            operation="note.create", contact_id="contact-abcd", key="k2", state=State.DEAD, attempts=14,
            reason="gave_up:server_fault", arguments={"body": "Secret words"},
        )  # fmt: skip
    return world


def text(person: Person, path: str = "/highlevel/") -> str:
    answer = signed_in(person).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_owner_and_administrator_read_and_act_the_auditor_reads(oakwood: World) -> None:
    for person, acts in ((oakwood.olivia, True), (oakwood.ada, True), (oakwood.rita, False)):
        page = text(person)
        assert "loc-oakwood" in page
        assert ("Try all again" in page) is acts
        assert ("Disconnect…" in page) is acts
    for person in (oakwood.alice, oakwood.tess):
        assert signed_in(person).get("/highlevel/").status_code == 403
        assert 'href="/highlevel/"' not in signed_in(person).get("/").content.decode()
    assert 'href="/highlevel/"' in signed_in(oakwood.ada).get("/").content.decode()


def test_it_tells_what_is_stuck_and_nobodys_words(oakwood: World) -> None:
    page = text(oakwood.ada)
    for told in ("Contact update", "Message", "Nobody knows whether it was sent.", "…abcd", "oldest 5 min"):
        assert told in page, told
    for secret in ("Secret words", "5550123", "eyJ-secret"):
        assert secret not in page


def test_the_last_event_is_the_inboxs_newest(oakwood: World) -> None:
    assert text(oakwood.ada).count("None yet") == 1  # the last call, but not the last event
    with scope(oakwood.oakwood.pk):
        InboundEvent.objects.all().delete()
    assert text(oakwood.ada).count("None yet") == 2


def test_a_highlevel_that_does_not_answer_is_told(oakwood: World) -> None:
    sentence = "It is tried again by itself; nothing is lost."
    assert sentence not in text(oakwood.ada)
    with scope(oakwood.oakwood.pk):
        OutboundCall.objects.create(
            operation="note.create", contact_id="contact-abcd", key="k3", attempts=2, reason="server_fault"
        )
    assert sentence in text(oakwood.ada)


def test_its_three_pages_lead_to_each_other(oakwood: World) -> None:
    places = ("/highlevel/", "/highlevel/gaps/", "/highlevel/workflows/")
    for path in places:
        page = text(oakwood.ada, path)
        for other in places:
            assert f'href="{other}"' in page, (path, other)
    assert 'href="/highlevel/workflows/"' not in text(oakwood.rita)


def test_a_letter_shows_its_shape_without_values(oakwood: World) -> None:
    page = text(oakwood.ada)
    assert "<dt>phone</dt><dd>text, 12 characters</dd>" in page
    assert "<dt>message</dt><dd>text, " in page


def test_what_workflows_sent_in_vain_is_listed_without_a_connection_too(db: None) -> None:
    world = World()
    with scope(world.oakwood.pk):
        letter = InboundEvent.objects.create(
            source="app", external_id="e1", type="ContactCreate", state="dead", attempts=6, reason="LookupError",
            body=b'{"type": "ContactCreate", "firstName": "Canaria", "tags": ["x"]}',
        )  # fmt: skip
    assert signed_in(world.ada).get("/highlevel/inbox/").headers["Location"] == "/highlevel/#inbox"
    page = text(world.ada)
    assert "Canaria" not in page
    assert "text, 7 characters" in page
    signed_in(world.ada).post("/highlevel/requeue/", {"box": "inbox", "id": str(letter.pk)})
    assert "Events that were given up" not in text(world.ada)


def test_more_than_fit_are_counted(oakwood: World) -> None:
    with scope(oakwood.oakwood.pk):
        InboundEvent.objects.bulk_create(
            InboundEvent(source="app", external_id=f"many{n}", type="ContactUpdate", state=State.DEAD, body=b"{}")
            for n in range(50)
        )
    assert "The newest 50 of 51 are listed." in text(oakwood.ada)


@pytest.mark.parametrize("path", ["token", "check", "write-back", "requeue", "disconnect"])
def test_the_auditor_changes_nothing(oakwood: World, path: str) -> None:
    assert signed_in(oakwood.rita).post(f"/highlevel/{path}/", {"box": "outbox"}).status_code == 403


def test_dead_letters_are_tried_again_one_or_all(oakwood: World) -> None:
    browser = signed_in(oakwood.ada)
    with scope(oakwood.oakwood.pk):
        message = OutboundCall.objects.get(key="k1")
    browser.post("/highlevel/requeue/", {"box": "outbox"})
    browser.post("/highlevel/requeue/", {"box": "inbox"})
    with scope(oakwood.oakwood.pk):
        assert OutboundCall.objects.get(key="k2").state == State.WAITING
        assert OutboundCall.objects.get(key="k1").state == State.DEAD
        assert InboundEvent.objects.filter(state=State.DEAD).count() == 0
    browser.post("/highlevel/requeue/", {"box": "outbox", "id": str(message.pk)})
    with scope(oakwood.oakwood.pk):
        assert OutboundCall.objects.get(key="k1").state == State.WAITING
        assert AuditEvent.objects.filter(verb__contains="requeue").count() == 3
    assert browser.post("/highlevel/requeue/", {"box": "outbox", "id": str(message.pk)}).status_code == 404
    assert browser.post("/highlevel/requeue/", {"box": "letterbox"}).status_code == 400


def test_writing_back_is_switched_and_recorded(oakwood: World) -> None:
    signed_in(oakwood.ada).post("/highlevel/write-back/", {"on": "0"})
    with scope(oakwood.oakwood.pk):
        assert Connection.objects.get().write_back is False
        assert AuditEvent.objects.filter(verb="highlevel.write_back").exists()


@pytest.mark.parametrize("standing", Standing.values)
def test_every_standing_has_a_page(oakwood: World, standing: str) -> None:
    with scope(oakwood.oakwood.pk):
        Connection.objects.update(standing=standing, trouble="grant_lost")
    for person in (oakwood.ada, oakwood.rita):
        assert "HighLevel" in text(person)


def test_a_brokerage_without_a_line_is_shown_the_ways_to_one(db: None, settings: Any) -> None:
    cache.clear()
    world = World()
    assert "Connect with the token" in text(world.ada)
    assert "Connect with HighLevel" not in text(world.ada)
    settings.GHL_CLIENT_ID = settings.GHL_CLIENT_SECRET = "app-1"
    assert "Connect with HighLevel" in text(world.ada)
    assert "An owner or administrator connects it." in text(world.rita)


def test_programs_read_the_same(oakwood: World) -> None:
    with scope(oakwood.oakwood.pk):
        key = api_keys.issue(ApiKey(name="Watch", scopes=["highlevel:read"]))
        other = api_keys.issue(ApiKey(name="Leads", scopes=["leads:read"]))

    def ask(path: str, secret: str = key) -> Any:
        return Browser().get(f"/api/v1/highlevel/{path}", headers={"authorization": f"Bearer {secret}"})

    told = ask("status").json()
    assert (told["health"], told["kind"], told["outbox"]["dead"]) == ("limited", "oauth", 2)
    assert told["inbox"]["lag"] >= 299
    assert "contacts.write" in told["missing"]
    rows = ask("outbox").json()["results"]
    assert {row["type"]: row["holds"] for row in rows} == {"message.send": ["message", "type"], "note.create": ["body"]}
    assert ask("inbox").json()["results"][0]["subject"] == "…abcd"
    first = ask("outbox?limit=1").json()
    assert ask(f"outbox?limit=1&before={first['next']}").json()["results"][0]["id"] != first["results"][0]["id"]
    assert ask("outbox?state=waiting").json() == {"results": [], "next": None}
    assert ask("outbox?state=lost").status_code == 400
    assert ask("status", other).status_code == 403
    assert "Secret" not in ask("outbox").content.decode() + ask("status").content.decode()
