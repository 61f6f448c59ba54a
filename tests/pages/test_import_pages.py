"""Does a person get from a file on their disk to leads in the list, and hear in words what stands in the way?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enterprisehub.tenants.scope import named, scope
from leads.importing import csvfile, taking_in
from leads.models import Lead, LeadImport
from tests.world import Person, World

As = Callable[[Person], Client]
FILE = "Full name,Email,Note\nPat Doe,pat@mail.example,hello\nKim Lee,not an address,\n"


def upload(client: Client, content: str | bytes = FILE, name: str = "people.csv") -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post("/leads/import/", {"file": SimpleUploadedFile(name, raw)}, follow=True)


def text(response: Any) -> str:
    return str(response.content.decode())


def path_of(response: Any) -> str:
    return str(response.redirect_chain[-1][0])


def test_a_file_is_looked_at_before_anybody_is_taken_in(world: World, as_: As) -> None:
    page = text(upload(as_(world.tess)))
    for told in ("Read as utf-8, a comma", "Full name", "Known already", "Refused", "This is not an e-mail address."):
        assert told in page
    assert "no consent" in page
    with scope(world.oakwood.pk):
        assert not Lead.objects.exists()


def test_columns_are_chosen_anew_then_the_people_are_taken_in(world: World, as_: As) -> None:
    client = as_(world.tess)
    where = path_of(upload(client))
    form = {"column-0": "name", "column-1": "", "column-2": "source", "policy": "fill", "do": "start"}
    page = text(client.post(where, form, follow=True))
    assert "these are the new figures" in page
    page = text(client.post(where, form, follow=True))
    assert "Waiting for the worker" in page
    assert 'hx-trigger="every 1s"' in page
    with named(world.oakwood.pk):
        taking_in.take_in(key(world))
    assert "Everything is in." in text(client.get(where))
    piece = client.get(f"{where}progress/", HTTP_HX_REQUEST="true")
    assert "hx-trigger" not in text(piece)
    assert client.get(f"{where}progress/").status_code == 302
    assert "Kim Lee" in text(client.get("/leads/?sort=newest"))


def key(world: World) -> Any:
    with scope(world.oakwood.pk):
        return LeadImport.objects.get().pk


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"\n\n", "empty"),
        (b"Name,Email\n", "only a header"),
        (b"PK\x03\x04xlsx", "workbook"),
        (b"\x00\x01\x02\x03" * 500, "not a file of text"),
        (b"x" * (csvfile.MAX_BYTES + 1), "10 MB"),
        (b"Name\n" + b"Pat\n" * (csvfile.MAX_ROWS + 1), "50,000 rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(world: World, as_: As, content: bytes, said: str) -> None:
    answer = upload(as_(world.tess), content)
    assert answer.status_code == 400
    assert said in text(answer)


HOSTILE = [
    "Name,Name,Name\nPat,Doe,X\n",
    "Name,Email\n=1+1,pat@mail.example\n@SUM(A1),\n",
    "Name\n<script>alert(1)</script>\n{{7*7}}\n",
    "Name\nمحمد علي\n🏡🏡\n\u202eevil\n",
    'Name,Email\n"Pat,pat@mail.example\n',
    "Name,Note\nPat," + "x" * 1_000_000 + "\n",
    "<b>Head</b>,Name\n1,Pat\n",
    "Name,Email\nPat\nKim,a,b,c\n",
    "Na\x00me\nPa\x00t\n",
]


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_hostile_files_are_shown_and_taken_in_as_words(world: World, as_: As, content: str, encoding: str) -> None:
    client = as_(world.tess)
    answer = upload(client, content.encode(encoding), "../<x>.csv")
    page = text(answer)
    assert answer.status_code == 200
    for markup in ("<script>alert", "<b>Head", ">49<", "<x>"):
        assert markup not in page
    form = {"do": "start", "policy": "fill"}
    with scope(world.oakwood.pk):
        fields = LeadImport.objects.get().columns["fields"]
    client.post(path_of(answer), {**form, **{f"column-{number}": field for number, field in fields.items()}})
    with named(world.oakwood.pk):
        taking_in.take_in(key(world))
    assert client.get("/leads/").status_code == client.get(path_of(answer)).status_code == 200


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"do": "nonsense"}, "Say what is to be done"),
        ({"do": "look", "policy": "fill"}, "which column"),
        ({"do": "look", "policy": "x", "column-0": "name"}, "Say who wins"),
        ({"do": "look", "policy": "fill", "column-0": "name", "column-1": "name"}, "Two columns"),
        ({"do": "look", "policy": "fill", "column-99": "name"}, "there is not"),
        ({"do": "look", "policy": "fill", "column-0": "password"}, "there is not"),
    ],
)
def test_a_choice_that_makes_no_sense_is_a_sentence_on_the_same_page(
    world: World, as_: As, form: dict[str, str], said: str
) -> None:
    client = as_(world.tess)
    answer = client.post(path_of(upload(client)), form)
    assert answer.status_code == 400
    assert said in text(answer)
    assert "Take them in" in text(answer)


def test_a_file_can_be_forgotten(world: World, as_: As) -> None:
    client = as_(world.tess)
    where = path_of(upload(client))
    assert client.post(where, {"do": "drop"}, follow=True).redirect_chain[-1][0] == "/leads/import/"
    assert client.get(where).status_code == 404


@pytest.mark.parametrize(("name", "status"), [("alice", 200), ("tess", 200), ("ada", 200), ("bob", 404), ("rita", 403)])
def test_a_file_is_seen_by_who_brought_it_and_by_who_looks_after_all(
    world: World, as_: As, name: str, status: int
) -> None:
    where = path_of(upload(as_(world.alice)))
    assert as_(getattr(world, name)).get(where).status_code == status


def test_the_page_says_what_an_agents_import_means(world: World, as_: As) -> None:
    assert "They become your leads." in text(as_(world.alice).get("/leads/import/"))
    assert "Leads find their agents" in text(as_(world.tess).get("/leads/import/"))
