"""Does the leads page show, keep, change and hand out what was asked for, and say in words what it cannot do?"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.scope import scope
from leads.models import Lead, SavedFilter
from tests.world import Person, World

As = Callable[[Person], Client]


def some(world: World, count: int, **values: Any) -> list[Lead]:
    with scope(world.oakwood.pk):
        rows = [Lead(name=f"Lead {number:03d}", contact_id=f"hl-{number}", **values) for number in range(count)]
        return Lead.objects.bulk_create(rows)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_row_tells_what_is_known_and_says_when_it_is_too_little(world: World, as_: As) -> None:
    some(world, 1, stage="qualified", overlay="nurture", completeness=0.6, score=0.42, agent=world.bob.agent)
    some_more = {"completeness": 0.1, "hand_off": "asked_for_a_person", "contact_id": "x", "name": "Silent"}
    with scope(world.oakwood.pk):
        Lead.objects.create(**some_more)
    page = text(as_(world.tess).get("/leads/"))
    for told in (
        "Qualified",
        "Nurture",
        "60 %",
        "42 %",
        "Bob",
        "Too little known",
        "Hand-off",
        "Nobody yet",
        "Nothing yet",
    ):
        assert told in page


@pytest.mark.parametrize("sort", ["spoken", "score", "completeness", "newest", "name"])
def test_pages_go_on_and_back(world: World, as_: As, sort: str) -> None:
    some(world, 120)
    client, seen = as_(world.tess), []
    link = f"/leads/?sort={sort}"
    for _ in range(3):
        page = text(client.get(link))
        seen.append(page.count("<tr role"))
        found = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        link = f"/leads/{found}"
    assert seen == [51, 51, 21]
    assert found == ""
    back = page.partition('rel="prev" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert text(client.get(f"/leads/{back}")).count("<tr role") == 51


@pytest.mark.parametrize(
    "query", ["cursor=forged", "cursor=%00", "sort=nonsense", "stage=x", "agent=x", "days=-1", "score=5"]
)
def test_what_the_list_does_not_know_is_a_clear_sentence(world: World, as_: As, query: str) -> None:
    answer = as_(world.tess).get(f"/leads/?{query}")
    assert answer.status_code == 400
    assert "That did not work." in text(answer)


@pytest.mark.parametrize(
    ("query", "said"),
    [("", "No leads yet."), ("q=zzz", "Nobody here answers to “zzz”."), ("stage=closed", "No lead fits all of that.")],
)
def test_an_empty_list_says_why(world: World, as_: As, query: str, said: str) -> None:
    assert said in text(as_(world.alice).get(f"/leads/?{query}"))


def test_the_list_costs_the_same_few_queries_however_long_it_is(world: World, as_: As) -> None:
    client, counts = as_(world.tess), []
    for number in (1, 2):
        with scope(world.oakwood.pk):
            Lead.objects.bulk_create([Lead(name=f"P{number}", agent=world.alice.agent) for _ in range(40 * number)])
            SavedFilter.objects.create(owner=world.tess.membership, name=f"F{number}", query={"stage": "new"})
        with CaptureQueriesContext(connection) as seen:
            client.get("/leads/?q=p&stage=new")
        counts.append(len([one for one in seen if "leads_" in one["sql"] or "tenants_agent" in one["sql"]]))
    assert counts[0] == counts[1] <= 6


def test_a_view_is_saved_opened_and_deleted(world: World, as_: As) -> None:
    client = as_(world.alice)
    answer = client.post("/leads/filters/", {"name": "New ones", "query": "stage=new&sort=name"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/leads/?stage=new&sort=name"
    assert "Saved as “New ones”." in text(answer)
    with scope(world.oakwood.pk):
        row = SavedFilter.objects.get()
    assert "New ones" not in text(as_(world.bob).get("/leads/"))
    assert as_(world.bob).post(f"/leads/filters/{row.pk}/delete/").status_code == 404
    assert "New ones" not in text(client.post(f"/leads/filters/{row.pk}/delete/", follow=True))


def test_many_leads_are_given_to_an_agent_and_the_page_counts(world: World, as_: As) -> None:
    rows = some(world, 3)
    form = {
        "do": f"assign:{world.bob.agent.pk}",
        "whose": "ticked",
        "lead": [rows[0].pk, rows[1].pk],
        "query": "stage=new",
    }
    answer = as_(world.tess).post("/leads/actions/", form, follow=True)
    assert answer.redirect_chain[-1][0] == "/leads/?stage=new"
    assert "2 leads assigned." in text(answer)
    with scope(world.oakwood.pk):
        assert Lead.objects.filter(agent=world.bob.agent).count() == 2


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Say what is to be done"),
        ({"do": "erase"}, "Say what is to be done"),
        ({"do": "assign:"}, "no id"),
        ({"do": "assign:nobody", "whose": "ticked"}, "Tick at least one lead."),
        ({"do": "overlay:dnc", "whose": "all"}, "cannot be laid over many"),
        ({"do": "overlay:nurture", "lead": "x"}, "no id"),
        ({"do": "overlay:nurture", "whose": "all", "query": "stage=nonsense"}, "cannot be narrowed"),
    ],
)
def test_what_cannot_be_done_is_a_clear_sentence(world: World, as_: As, form: dict[str, str], said: str) -> None:
    some(world, 1)
    answer = as_(world.tess).post("/leads/actions/", form)
    assert answer.status_code == 400
    assert said in text(answer)


def test_an_auditor_may_take_leads_along_but_change_none(world: World, as_: As) -> None:
    (lead,) = some(world, 1)
    assert as_(world.rita).post("/leads/actions/", {"do": "overlay:nurture", "lead": lead.pk}).status_code == 403
    page = text(as_(world.rita).get("/leads/"))
    assert 'value="export"' in page
    assert "overlay:nurture" not in page
    assert "Import a file" not in page


@pytest.mark.django_db(transaction=True)
class TestExport:
    """The file is sent after the request's transaction, so its rows have to be committed."""

    def rows(self, answer: Any) -> list[list[str]]:
        body = b"".join(answer).decode()
        assert body.startswith("\ufeff")
        return list(csv.reader(io.StringIO(body[1:])))

    @pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
    def test_all_that_the_list_finds_leaves_as_a_file(self, transactional_db: None) -> None:
        world = World()
        some(world, 1_203, agent=world.bob.agent)
        some_name = '=HYPERLINK("http://evil.example")'
        with scope(world.oakwood.pk):
            Lead.objects.create(name=some_name, phone="+13055550100")
            Lead.objects.create(name="Alice's own", agent=world.alice.agent)
        with scope(world.elm.pk):
            Lead.objects.create(name="Elm's own")
        client = Client()
        client.force_login(world.tess.user)
        answer = client.post("/leads/actions/", {"do": "export", "whose": "all", "query": "sort=name"})
        assert answer["Content-Disposition"].startswith('attachment; filename="leads-')
        rows = self.rows(answer)
        names = [row[0] for row in rows[1:]]
        assert len(names) == len(set(names)) == 1_205
        assert f"'{some_name}" in names
        assert "Elm's own" not in names
        assert next(row for row in rows if row[0].startswith("'="))[2] == "'+13055550100"
        with scope(world.oakwood.pk):
            trail = dict(AuditEvent.objects.filter(verb__startswith="leads.export").values_list("verb", "facts"))
            assert trail["leads.export.done"]["rows"] == 1_205
            assert trail["leads.export"]["parameters"] == ["sort"]

    @pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
    def test_an_agent_takes_along_only_what_they_see(self, transactional_db: None) -> None:
        world = World()
        theirs, free = some(world, 2)
        with scope(world.oakwood.pk):
            Lead.objects.filter(pk=theirs.pk).update(agent=world.bob.agent)
        client = Client()
        client.force_login(world.alice.user)
        answer = client.post("/leads/actions/", {"do": "export", "whose": "ticked", "lead": [theirs.pk, free.pk]})
        assert [row[0] for row in self.rows(answer)[1:]] == [free.name]
