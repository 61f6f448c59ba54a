"""Does the overview say what happened, to whom may see it, honestly where cases are few, and as a file that calculates nothing?"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils.timezone import localdate, now

from analytics.models import Event, EventKind, Watermark
from analytics.services import digest, rolling
from analytics.views import export
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import named, scope
from tests.world import Person, World


@pytest.fixture
def world(db: None) -> World:
    return World()


def page_of(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def happened(world: World, kind: str, count: int, *, days: int = 1, **facts: Any) -> None:
    """So many events of this kind, some days ago, counted."""
    at = now() - timedelta(days=days)
    with scope(world.oakwood.pk):
        given = {"agent": world.alice.agent, "team": world.team.pk, "told_by": "system", **facts}
        made = [Event(id=uuid4(), kind=kind, at=at, day=at.date(), conversation=uuid4(), **given) for _ in range(count)]
        Event.objects.bulk_create(made)
        rolling.of_days([at.date()])


async def read_all(response: Any) -> bytes:
    return b"".join([piece async for piece in response.streaming_content])


def text_of(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return " ".join(body.decode().split())


def test_shares_have_intervals_and_few_cases_have_no_percentage(world: World) -> None:
    happened(world, EventKind.CARD_SHOWN, 60, card_kind="rates")
    happened(world, EventKind.USE_SAID, 30, card_kind="rates")
    happened(world, EventKind.USE_NONE, 30, card_kind="rates")
    happened(world, EventKind.USE_SAID, 3, card_kind="stall", days=40)
    text = text_of(page_of(world.olivia).get("/results/"))
    assert "50 %" in text
    assert "(38 to 62 %)" in text
    assert "too few cases to compare" in text
    few = text_of(page_of(world.olivia).get("/results/?card_kind=stall&range=90d"))
    assert "3 of 3" in few
    assert "100 %</dd>" not in few


def test_an_empty_brokerage_reads_what_will_appear_and_why_it_is_not_there(world: World) -> None:
    text = text_of(page_of(world.olivia).get("/results/"))
    assert "Nothing has happened in these days." in text
    assert "The first conversation on Live begins it." in text


def test_a_holdout_is_compared_with_what_was_shown_and_says_so(world: World) -> None:
    for kind, arm, count in (("card.shown", "coached", 200), ("after.reply", "coached", 140), ("card.held", "held", 100), ("after.reply", "held", 40)):  # fmt: skip
        happened(world, kind, count, arm=arm)
    text = text_of(page_of(world.olivia).get("/results/"))
    assert "Shown against held back by chance" in text
    assert "+30.0 points" in text
    assert "140 of 200, 70 %" in text  # what followed the held ones is no credit of the shown


@pytest.mark.parametrize(
    ("who", "status"), [("olivia", 200), ("ada", 200), ("tess", 200), ("rita", 200), ("alice", 403)]
)
def test_who_may_see_it(world: World, who: str, status: int) -> None:
    response = page_of(getattr(world, who)).get("/results/")
    assert response.status_code == status
    door = '<a href="/results/">Results</a>'  # an agent's leads to their own page instead
    assert (door in page_of(getattr(world, who)).get("/leads/").content.decode()) == (status == 200)


def test_a_team_lead_narrows_it_to_their_own_team_alone(world: World) -> None:
    tess = page_of(world.tess)
    assert tess.get(f"/results/?agent={world.alice.agent.pk}").status_code == 404
    assert tess.get(f"/results/?team={world.team.pk}").status_code == 404
    with scope(world.oakwood.pk):
        world.team.lead_member = world.tess.membership
        world.team.save()
    assert tess.get(f"/results/?agent={world.alice.agent.pk}").status_code == 200
    assert tess.get(f"/results/?team={world.team.pk}").status_code == 200
    assert page_of(world.olivia).get(f"/results/?agent={world.charlie.agent.pk}").status_code == 404


@pytest.mark.parametrize("query", ["range=ever", "from=2026-13-01", "agent=x", "from=2026-02-02&to=2026-02-01"])
def test_nonsense_in_the_address_is_answered_in_words(world: World, query: str) -> None:
    assert page_of(world.olivia).get(f"/results/?{query}").status_code == 400


def test_the_days_leave_as_a_file_and_that_is_audited(world: World) -> None:
    happened(world, EventKind.CARD_SHOWN, 4)
    response = page_of(world.olivia).get("/results/?range=7d&format=csv")
    lines = asyncio.run(read_all(response)).decode().splitlines()
    assert lines[0] == "\ufeffFirst day,Card shown"
    assert len(lines) == 8
    assert [line for line in lines if line.endswith(",4")]
    with scope(world.oakwood.pk):
        row = AuditEvent.objects.get(verb="analytics.export")
        assert (row.target, row.facts["rows"]) == ("results", 7)


def test_a_file_holds_nothing_that_a_spreadsheet_would_calculate() -> None:
    cells = [export._cell(value) for value in ("=1+1", "+1", "-1", "@x", -3, -2.5, None, "plain", True)]
    assert cells == ["'=1+1", "'+1", "'-1", "'@x", "-3", "-2.5", "", "plain", "yes"]


def at_seven(tenant: Tenant) -> datetime:
    """Monday morning there."""
    return datetime.fromisoformat("2026-11-23T07:05:00-05:00")


def test_the_weekly_mail_goes_to_owners_and_admins_once(world: World) -> None:
    monday = digest.latest_monday(world.oakwood)
    happened(world, EventKind.CARD_SHOWN, 25, days=(localdate() - monday).days + 3)
    with named(world.oakwood.pk):
        assert digest.send(monday) == 2
        assert digest.send(monday) == 0
    assert sorted(message.to[0] for message in mail.outbox) == [
        "Ada <ada@oakwood.example>",
        "Olivia <olivia@oakwood.example>",
    ]
    assert "Cards shown" in str(mail.outbox[0].body)
    assert mail.outbox[0].alternatives


def test_a_mail_server_that_refuses_gets_it_again(world: World, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 9  # nobody listens
    monday = digest.latest_monday(world.oakwood)
    with named(world.oakwood.pk):
        assert digest.send(monday) == 0
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        assert digest.send(monday) == 2


def test_monday_comes_where_the_brokerage_is(world: World) -> None:
    moment = at_seven(world.oakwood)
    assert digest._is_due(world.oakwood, moment)
    assert not digest._is_due(world.oakwood, moment - timedelta(minutes=10))
    assert not digest._is_due(Tenant(timezone="America/Los_Angeles"), moment)
    assert not digest._is_due(world.oakwood, moment + timedelta(days=2))


def test_it_can_be_switched_off_and_previewed(world: World, capsys: Any) -> None:
    ada = page_of(world.ada)
    assert ada.post("/results/digest/", {"weekly": "off"}, follow=True).status_code == 200
    assert "It is switched off." in text_of(ada.get("/results/digest/"))
    monday = digest.latest_monday(world.oakwood)
    with named(world.oakwood.pk):
        assert digest.send(monday) == 0
    assert page_of(world.tess).get("/results/digest/").status_code == 403
    call_command("send_digest", tenant="oakwood", preview=True)
    assert "Oakwood Realty" in capsys.readouterr().out


def test_nobody_whom_we_speak_with_is_in_the_mail(world: World) -> None:
    lead = world.conversation(world.alice, "Pat Unmistakable").lead
    with scope(world.oakwood.pk):
        written = digest.compose(world.oakwood, localdate() + timedelta(days=1))
        assert lead.name not in written.text + written.html
        assert not Watermark.objects.filter(name__startswith="digest").exists()
