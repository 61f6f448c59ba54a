"""Sessions over the API: begun once, ended once, listed page by page, read with their cards."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from coaching.models import Session
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.scope import scope
from tests.api.programs import READ, ROOT, WRITE, Program, browser
from tests.world import Person, World


def begun(world: World, person: Person, name: str = "Pat Doe") -> str:
    lead = world.conversation(person, name).lead
    answer = Program(person, WRITE).post("sessions", {"lead_id": str(lead.pk)})
    assert answer.status_code == 201, answer.content
    return str(answer.json()["session_id"])


def test_a_session_is_started_once_and_ended_once(world: World) -> None:
    lead = world.conversation(world.alice).lead
    program = Program(world.alice, WRITE)
    first = program.post("sessions", {"lead_id": str(lead.pk), "medium": "chat"})
    again = program.post("sessions", {"lead_id": str(lead.pk)})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["lead_id"] == str(lead.pk)
    ended, twice = (program.post(f"sessions/{first.json()['session_id']}/end").json() for _ in range(2))
    assert ended["ended_at"] is not None
    assert ended == twice


def test_the_list_goes_page_by_page_and_never_repeats(world: World) -> None:
    made = [begun(world, world.alice, f"Lead {n}") for n in range(5)]
    program = Program(world.alice, READ)
    seen: list[str] = []
    answer = program.get("sessions", limit=2).json()
    while True:
        seen += [one["session_id"] for one in answer["results"]]
        if answer["next"] is None:
            break
        answer = program.client.get(answer["next"], headers=program.headers).json()
    assert seen == made[::-1]


def test_an_agent_sees_their_own_and_a_team_lead_or_auditor_all(world: World) -> None:
    own, bobs = begun(world, world.alice), begun(world, world.bob)
    begun(world, world.charlie)

    def seen(caller: Any, **query: Any) -> set[str]:
        return {one["session_id"] for one in caller.get("sessions", **query).json()["results"]}

    assert seen(browser(world.alice)) == {own}
    assert seen(browser(world.tess)) == {own, bobs}
    assert seen(browser(world.rita)) == {own, bobs}
    assert seen(Program(world.alice, READ)) == {own}, "a bound key sees its agent's"
    assert seen(Program(world.alice, READ, of_all=True)) == {own, bobs}
    assert seen(browser(world.tess), agent_id=world.bob.agent.pk) == {bobs}
    assert seen(browser(world.tess), agent_id=world.charlie.agent.pk) == set()


def test_a_session_is_read_with_its_cards_and_that_is_written_down(world: World) -> None:
    heard = world.says(world.alice, world.conversation(world.alice).lead, "That is too expensive for us.")
    answer = Program(world.alice, READ).get(f"sessions/{heard.session.pk}").json()
    (card,) = answer["cards"]
    assert (card["kind"], card["source"], card["revision"]) == ("affordability", "local", 0)
    with scope(world.oakwood.pk):
        event = AuditEvent.objects.get(verb="coaching.session.read")
        assert event.target.endswith(str(heard.session.pk))


def test_foreign_colleagues_and_unknown_sessions_look_the_same(world: World) -> None:
    foreign, bobs = begun(world, world.charlie), begun(world, world.bob)
    for caller in (browser(world.alice), Program(world.alice, READ, WRITE)):
        read = [caller.get(f"sessions/{one}") for one in (foreign, bobs, uuid4())]
        ended = [caller.post(f"sessions/{one}/end") for one in (foreign, bobs, uuid4())]
        assert {answer.status_code for answer in (*read, *ended)} == {404}
        assert len({answer.content for answer in (*read, *ended)}) == 1
    with scope(world.elm.pk):
        assert Session.objects.get(pk=foreign).ended_at is None
    assert Program(world.charlie, READ).get(f"sessions/{foreign}").status_code == 200, "the positive control"


def test_an_auditor_reads_but_ends_nothing(world: World) -> None:
    session = begun(world, world.alice)
    rita = browser(world.rita)
    assert rita.get(f"sessions/{session}").status_code == 200
    assert rita.post(f"sessions/{session}/end").status_code == 403


@pytest.mark.parametrize("path", ["sessions/7", "sessions/x y", "sessions/00000000-0000-0000-0000-00000000000g"])
def test_what_is_no_id_is_refused(world: World, path: str) -> None:
    answer = Program(world.alice, READ).get(path)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "session_id")


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 1_000_000}, {"limit": "many"}, {"limit": -1}, {"limit": "9" * 5_000},
        {"before": "cD0yMDI2"}, {"before": "1' OR '1'='1"}, {"agent_id": "7"},
    ],
)  # fmt: skip
def test_a_forged_page_is_refused(world: World, query: dict[str, Any]) -> None:
    assert Program(world.alice, READ).get("sessions", **query).status_code == 400


def test_a_lists_methods_are_what_the_schema_says(world: World) -> None:
    program = Program(world.alice, READ, WRITE)

    def status(method: str) -> int:
        return int(program.client.generic(method, ROOT + "sessions", headers=program.headers).status_code)

    assert [status(method) for method in ("PUT", "PATCH", "DELETE", "TRACE", "PURGE")] == [405] * 5
    assert (status("HEAD"), status("OPTIONS")) == (200, 204)
    told = program.client.options(ROOT + "sessions", headers=program.headers)
    assert set(told["Allow"].split(", ")) == {"GET", "POST", "HEAD", "OPTIONS"}
    disguised = program.client.post(ROOT + "sessions", headers={**program.headers, "X-HTTP-Method-Override": "GET"})
    assert disguised.status_code in (400, 415)
