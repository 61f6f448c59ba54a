"""A program runs a qualification: begins it, hands in answers, looks at it, ends it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from enterprisehub.tenants.scope import scope
from leads.models import Flow, Lead, Message, Overlay
from tests.api.programs import LEADS_READ, LEADS_WRITE, WRITE, Caller, Program, browser
from tests.world import World

START = {
    "contact_id": "hl-8812",
    "contact_name": "Pat Doe",
    "initial_message": "Hi, we want to buy a house in Austin, 3 bedrooms.",
    "message_id": "sms-8812",
}


@pytest.fixture
def program(world: World) -> Program:
    return Program(world.alice, LEADS_WRITE, LEADS_READ)


def begun(caller: Caller, **more: Any) -> dict[str, Any]:
    answer = caller.post("/qualification/start", {**START, **more})
    assert answer.status_code == 201, answer.content
    told: dict[str, Any] = answer.json()
    return told


def test_it_begins_goes_on_and_ends(world: World, program: Program) -> None:
    flow = begun(program)
    assert flow["stage"] == "engaged"
    assert {fact["name"] for fact in flow["learned"]} >= {"beds", "location", "tenure"}
    (question,) = flow["next_questions"]
    assert question["question"]
    assert question["reason"]
    path = f"/qualification/{flow['flow_id']}"
    after = program.post(f"{path}/responses", {"user_message": "I got a new job.", "message_id": "sms-8813"}).json()
    assert after["completion_percentage"] > flow["completion_percentage"]
    assert program.get(path).json() == {**after, "learned": []}
    ended = program.post(f"{path}/end").json()
    assert (ended["ended"], ended["next_questions"]) == (True, [])
    assert program.post(f"{path}/end").json() == ended
    assert program.post(f"{path}/responses", {"user_message": "One more."}).status_code == 409
    with scope(world.oakwood.pk):
        assert Lead.objects.get().agent == world.alice.agent


def test_what_is_open_goes_on(program: Program) -> None:
    flow = begun(program)
    again = program.post("/qualification/start", {"contact_id": "hl-8812"})
    assert (again.status_code, again.json()["flow_id"]) == (200, flow["flow_id"])


def test_the_question_as_it_was_put_is_read_with_the_answer(program: Program) -> None:
    flow = begun(program, initial_message="Hi, I want to buy a house in Austin.")
    body = {"user_message": "four", "context": {"question": "How many bedrooms do you need?", "mood": "sunny"}}
    told = program.post(f"/qualification/{flow['flow_id']}/responses", body).json()
    assert {fact["name"]: fact["value"] for fact in told["learned"]}["beds"] == 4


def test_a_repeated_request_counts_once(world: World, program: Program) -> None:
    key = {"Idempotency-Key": "order-66"}
    first, again = (program.post("/qualification/start", {**START, "message_id": "m"}, **key) for _ in range(2))
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    path = f"/qualification/{first.json()['flow_id']}/responses"
    body = {"user_message": "Up to 450k."}
    first, again = (program.post(path, body, **{"Idempotency-Key": "r"}) for _ in range(2))
    assert first.json() == again.json()
    same = program.post(path, {"user_message": "Other words.", "message_id": "m"})
    assert (same.status_code, same.json()["errors"][0]["field"]) == (409, "message_id")
    with scope(world.oakwood.pk):
        assert Message.objects.count() == 2


def test_who_wants_out_is_let_out(world: World, program: Program) -> None:
    flow = begun(program)
    told = program.post(f"/qualification/{flow['flow_id']}/responses", {"user_message": "Stop texting me."}).json()
    assert (told["ended"], told["hand_off"]["reason"]) == (True, "opt_out")
    with scope(world.oakwood.pk):
        assert Lead.objects.get().overlay == Overlay.DNC


def test_for_whom_it_runs(world: World) -> None:
    office = Program(world.alice, LEADS_WRITE, LEADS_READ, of_all=True)
    begun(office, contact_id="hl-nobody", message_id="a")
    begun(office, contact_id="hl-bob", message_id="b", agent_id=str(world.bob.agent.pk))
    begun(browser(world.tess), contact_id="hl-alice", message_id="c", agent_id=str(world.alice.agent.pk))
    with scope(world.oakwood.pk):
        assert dict(Lead.objects.values_list("contact_id", "agent")) == {
            "hl-nobody": None,
            "hl-bob": world.bob.agent.pk,
            "hl-alice": world.alice.agent.pk,
        }
    for caller in (Program(world.alice, LEADS_WRITE), browser(world.alice)):
        for agent in (world.bob.agent.pk, world.charlie.agent.pk, uuid4()):
            answer = caller.post("/qualification/start", {**START, "agent_id": str(agent)})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (404, "agent_id")


def test_a_colleagues_and_a_neighbours_flow_look_like_none(world: World, program: Program) -> None:
    flow = begun(program)
    path = f"/qualification/{flow['flow_id']}"
    for caller in (browser(world.bob), browser(world.charlie), Program(world.charlie, LEADS_WRITE, LEADS_READ)):
        none = f"/qualification/{uuid4()}"
        assert caller.get(path).status_code == 404
        assert caller.get(path).json()["detail"] == caller.get(none).json()["detail"]
        assert caller.post(f"{path}/responses", {"user_message": "Hi"}).status_code == 404
        assert caller.post(f"{path}/end").status_code == 404
    for contact in ("hl-8812", flow["lead_id"]):
        assert browser(world.bob).post("/qualification/start", {"contact_id": contact}).status_code == 404
    assert browser(world.tess).get(path).status_code == 200
    assert browser(world.rita).get(path).status_code == 200
    with scope(world.oakwood.pk):
        assert Flow.objects.get().ended_at is None


def test_who_may_not_is_turned_away(world: World, program: Program) -> None:
    path = f"/qualification/{begun(program)['flow_id']}"
    for caller in (Program(world.alice, LEADS_READ), Program(world.alice, WRITE), browser(world.rita)):
        assert caller.post("/qualification/start", START).status_code == 403
        assert caller.post(f"{path}/responses", {"user_message": "Hi"}).status_code == 403
        assert caller.post(f"{path}/end").status_code == 403
    assert Program(world.alice, LEADS_WRITE).get(path).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "contact_id"),
        ({"contact_id": ""}, "contact_id"),
        ({"contact_id": "two words"}, "contact_id"),
        ({"contact_id": "x" * 65}, "contact_id"),
        ({"contact_id": "x", "side": "king"}, "side"),
        ({"contact_id": "x", "initial_message": "x" * 8_001}, "initial_message"),
        ({"contact_id": "x", "message_id": "x" * 81}, "message_id"),
        ({"contact_id": "x", "tenant_id": "x"}, "tenant_id"),
    ],
)
def test_bad_bodies_are_refused_by_name(program: Program, body: dict[str, Any], field: str) -> None:
    answer = program.post("/qualification/start", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field), answer.content
