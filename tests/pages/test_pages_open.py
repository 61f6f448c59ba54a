"""Every page opens for who may see it, says so to who may not, and costs few queries."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enterprisehub.tenants.models import User
from tests.world import Person, World

As = Callable[[Person], Client]
EVERYONE = ("olivia", "ada", "tess", "alice", "bob", "rita")


@pytest.mark.parametrize("name", EVERYONE)
@pytest.mark.parametrize("path", ["/", "/leads/", "/sessions/"])
def test_the_main_pages_open_for_every_role(world: World, as_: As, name: str, path: str) -> None:
    heard = world.says(world.alice, world.conversation(world.alice).lead, "It is too expensive for us.")
    page = as_(getattr(world, name)).get(path)
    assert page.status_code == 200
    assert (heard.session.conversation.lead.name in page.content.decode()) == (name != "bob")


def test_the_live_page_shows_the_card_beside_the_words(world: World, as_: As) -> None:
    heard = world.says(
        world.alice, world.conversation(world.alice, price=485000).lead, "485 is more than we can afford."
    )
    assert heard.suggestion is not None
    page = as_(world.alice).get("/").content.decode()
    assert f'id="turn-{heard.message.pk}"' in page
    assert f'id="card-{heard.suggestion.pk}"' in page
    assert "$485,000" in page


@pytest.mark.parametrize(
    "path", ["/leads/{lead}/", "/sessions/{session}/", "/?c={conversation}", "/conversations/{conversation}/earlier/"]
)
def test_what_belongs_to_another_tenant_looks_like_nothing(world: World, as_: As, path: str) -> None:
    heard = world.says(world.alice, world.conversation(world.alice).lead, "Let me think about it.")
    talk = heard.session.conversation
    known = path.format(lead=talk.lead_id, session=heard.session.pk, conversation=talk.pk)
    made_up = path.format(lead=uuid4(), session=uuid4(), conversation=uuid4())
    foreign, nothing = (as_(world.charlie).get(where) for where in (known, made_up))
    assert foreign.status_code == nothing.status_code == 404
    assert foreign.content == nothing.content
    assert as_(world.alice).get(known, HTTP_HX_REQUEST="true").status_code == 200


def test_an_agent_does_not_see_a_colleagues_lead_but_the_team_lead_does(world: World, as_: As) -> None:
    lead = world.conversation(world.alice).lead
    assert as_(world.bob).get(f"/leads/{lead.pk}/").status_code == 404
    assert as_(world.tess).get(f"/leads/{lead.pk}/").status_code == 200


def test_an_auditor_reads_but_has_no_box_to_write_in(world: World, as_: As) -> None:
    heard = world.says(world.alice, world.conversation(world.alice).lead, "Rates are crazy right now.")
    page = as_(world.rita).get(f"/leads/{heard.message.lead_id}/").content.decode()
    assert 'id="composer"' not in page
    assert "data-socket" not in page
    assert 'name="verdict"' not in page


def test_only_who_may_enter_sees_the_way_to_the_admin(world: World, as_: As) -> None:
    assert 'href="/admin/"' in as_(world.ada).get("/").content.decode()
    assert 'href="/admin/"' not in as_(world.alice).get("/").content.decode()


@pytest.mark.parametrize("path", ["/", "/leads/", "/leads/import/", "/sessions/", "/conversations/new/"])
def test_who_is_not_signed_in_is_led_to_the_sign_in(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")


def test_a_piece_of_a_page_sends_the_whole_browser_to_the_sign_in(world: World) -> None:
    answer = Client().post(f"/leads/{uuid4()}/words/", HTTP_HX_REQUEST="true")
    assert answer["HX-Redirect"] == "/accounts/login/"


@pytest.mark.parametrize(("path", "most"), [("/", 20), ("/leads/", 16), ("/sessions/", 15), ("/leads/{lead}/", 21)])
def test_a_page_costs_few_queries_however_much_was_said(world: World, as_: As, path: str, most: int) -> None:
    lead = world.conversation(world.alice).lead
    client, counts = as_(world.alice), []
    for _ in range(2):
        for number in range(4):
            world.says(world.alice, lead, f"That is too expensive for us, {number}.")
            world.conversation(world.alice, f"Somebody {number}")
        client.get(path.format(lead=lead.pk))
        with CaptureQueriesContext(connection) as seen:
            client.get(path.format(lead=lead.pk))
        counts.append(len(seen))
    assert counts[0] == counts[1] <= most, counts


def test_nobody_without_a_place_gets_further_than_a_sentence(world: World) -> None:
    client = Client()
    client.force_login(User.objects.create_user("lost@nowhere.example", "a long sentence for the tests"))
    page = client.get("/")
    assert page.status_code == 403
    assert "no brokerage has given you a place" in page.content.decode()
