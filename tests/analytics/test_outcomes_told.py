"""Do outcomes come in through the form and the API, once, for leads that one may see, and does the list read them page by page?"""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from analytics.models import Event, EventKind, Outcome
from enterprisehub.tenants import api_keys
from enterprisehub.tenants.models import ApiKey
from enterprisehub.tenants.scope import scope
from tests.world import Person, World

EVENTS = "/api/v1/claude/analytics/events"


@pytest.fixture
def world(db: None) -> World:
    cache.clear()
    return World()


def page_of(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


class Program:
    def __init__(self, world: World, *scopes: str, agent: Person | None = None) -> None:
        with scope(world.oakwood.pk):
            key = ApiKey(name="P", scopes=list(scopes), agent=agent.agent if agent else None)
            self.headers = {"authorization": f"Bearer {api_keys.issue(key)}"}

    def tell(self, body: dict[str, Any], **headers: str) -> Any:
        return Client().post(EVENTS, json.dumps(body), "application/json", headers={**self.headers, **headers})

    def read(self, query: str = "") -> Any:
        return Client().get(query if query.startswith("/") else EVENTS + query, headers=self.headers)


def test_a_program_tells_a_closing_once(world: World) -> None:
    lead = world.conversation(world.alice).lead
    program = Program(world, "analytics:write")
    body = {"lead_id": str(lead.pk), "kind": "closing", "event_id": "deal-1", "amount": "12500.00", "currency": "USD"}
    first, again = program.tell(body), program.tell(body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["outcome_id"] == again.json()["outcome_id"]
    with scope(world.oakwood.pk):
        assert Event.objects.filter(kind=EventKind.CLOSING).count() == 1
    assert program.tell({**body, "kind": "offer"}).status_code == 409


def test_the_same_idempotency_key_gets_the_same_answer(world: World) -> None:
    lead = world.conversation(world.alice).lead
    program = Program(world, "analytics:write")
    told = [program.tell({"lead_id": str(lead.pk), "kind": "offer"}, **{"idempotency-key": "k1"}) for _ in range(2)]
    assert told[0].json() == told[1].json()
    with scope(world.oakwood.pk):
        assert Outcome.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "applause"}, "kind"),
        ({"kind": "reply", "amount": "3"}, "amount"),
        ({"kind": "closing", "amount": "-3"}, "amount"),
        ({"kind": "closing", "amount": "3", "currency": "US1"}, "currency"),
        ({"kind": "closing", "reason": "price"}, "reason"),
        ({"kind": "closing", "at": "2099-01-01T00:00:00Z"}, "at"),
        ({"kind": "closing", "mood": "good"}, "mood"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(world: World, wrong: dict[str, Any], field: str) -> None:
    lead = world.conversation(world.alice).lead
    answer = Program(world, "analytics:write").tell({"lead_id": str(lead.pk), **wrong})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_scopes_and_whose_leads_they_are(world: World) -> None:
    mine, bobs = world.conversation(world.alice).lead, world.conversation(world.bob, "Jo Ray").lead
    theirs = world.conversation(world.charlie, "Elm's own").lead
    assert Program(world, "analytics:read").tell({"lead_id": str(mine.pk), "kind": "offer"}).status_code == 403
    bound = Program(world, "analytics:write", "analytics:read", "leads:read", agent=world.alice)
    assert bound.tell({"lead_id": str(mine.pk), "kind": "offer"}).status_code == 201
    assert bound.tell({"lead_id": str(bobs.pk), "kind": "offer"}).status_code == 404
    free = Program(world, "analytics:write", "analytics:read")
    assert free.tell({"lead_id": str(bobs.pk), "kind": "offer"}).status_code == 201
    assert free.tell({"lead_id": str(theirs.pk), "kind": "offer"}).status_code == 404
    seen = {row["lead_id"] for row in bound.read("?kind=outcome.offer").json()["results"]}
    assert seen == {str(mine.pk)}
    assert {row["lead_id"] for row in free.read("?kind=outcome.offer").json()["results"]} == {
        str(mine.pk),
        str(bobs.pk),
    }


def test_the_list_leads_from_page_to_page_and_loses_nothing(world: World) -> None:
    talk = world.conversation(world.alice)
    program = Program(world, "analytics:write", "analytics:read")
    for number in range(7):
        program.tell({"lead_id": str(talk.lead.pk), "kind": "reply", "event_id": f"r{number}"})
    seen: list[str] = []
    where = "?limit=3"
    while where:
        answer = program.read(where).json()
        seen += [row["event_id"] for row in answer["results"]]
        where = answer["next"]
    with scope(world.oakwood.pk):
        assert sorted(seen) == sorted(str(pk) for pk in Event.objects.values_list("pk", flat=True))
    assert program.read("?cursor=nonsense").status_code == 400
    assert program.read("?cursor=1e400_00").status_code == 400


def test_a_person_records_an_offer_and_takes_it_back(world: World) -> None:
    lead = world.conversation(world.alice).lead
    alice, address = page_of(world.alice), f"/leads/{lead.pk}/outcomes/"
    form = {"kind": "offer", "on": "2026-11-20", "amount": "$412,500", "currency": "USD", "id": f"form-{uuid4()}"}
    for _ in range(2):
        assert alice.post(address, form, follow=True).status_code == 200
    text = alice.get(address).content.decode()
    assert "412,500" in text
    with scope(world.oakwood.pk):
        outcome = Outcome.objects.get()
        assert (outcome.told_by, outcome.by) == ("dashboard", world.alice.membership)
    alice.post(f"{address}{outcome.pk}/take-back/")
    with scope(world.oakwood.pk):
        assert not Event.objects.filter(kind=EventKind.OFFER).exists()
    assert "taken back" in alice.get(address).content.decode()


def test_the_lead_page_leads_to_its_outcomes(world: World) -> None:
    lead = world.conversation(world.alice).lead
    assert f"/leads/{lead.pk}/outcomes/" in page_of(world.alice).get(f"/leads/{lead.pk}/").content.decode()


def test_who_only_reads_sees_no_form_and_may_not_post(world: World) -> None:
    lead = world.conversation(world.alice).lead
    rita, address = page_of(world.rita), f"/leads/{lead.pk}/outcomes/"
    assert "Record an outcome" not in rita.get(address).content.decode()
    assert rita.post(address, {"kind": "offer"}).status_code == 403
    assert page_of(world.bob).get(address).status_code == 404


@pytest.mark.parametrize("form", [{"kind": "x"}, {"kind": "offer", "amount": "many"}, {"kind": "offer", "on": "soon"}])
def test_a_form_that_cannot_be_read_is_answered_in_words(world: World, form: dict[str, str]) -> None:
    lead = world.conversation(world.alice).lead
    assert page_of(world.alice).post(f"/leads/{lead.pk}/outcomes/", form).status_code == 400
