"""A ticket from the API opens the agent's socket, once."""

from __future__ import annotations

import pytest

from enterprisehub.realtime import tickets
from enterprisehub.realtime.logins import NobodyThere
from tests.api.programs import READ, WRITE, Program, browser
from tests.world import World


def test_a_ticket_stands_for_the_keys_agent_once(world: World) -> None:
    answer = Program(world.alice, WRITE).post("tickets")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["expires_in"] == tickets.SECONDS
    assert told["url"] == f"ws://testserver/ws/coaching/?ticket={told['ticket']}"
    assert tickets.redeem(told["ticket"]).agent.pk == world.alice.agent.pk
    with pytest.raises(NobodyThere):
        tickets.redeem(told["ticket"])


def test_a_person_gets_their_own(world: World) -> None:
    alice = browser(world.alice).post("tickets", {"agent_id": str(world.alice.agent.pk)}).json()
    assert tickets.redeem(alice["ticket"]).agent.pk == world.alice.agent.pk
    assert browser(world.tess).post("tickets", {"agent_id": str(world.alice.agent.pk)}).status_code == 403
    assert browser(world.bob).post("tickets", {"agent_id": str(world.alice.agent.pk)}).status_code == 404


def test_foreign_agents_unknown_ones_and_narrow_keys_get_none(world: World) -> None:
    program = Program(world.alice, WRITE, of_all=True)
    assert program.post("tickets", {"agent_id": str(world.charlie.agent.pk)}).status_code == 404
    assert program.post("tickets", {"agent_id": str(world.bob.agent.pk)}).status_code == 201
    assert Program(world.alice, READ).post("tickets").status_code == 403
    assert browser(world.rita).post("tickets").status_code == 403


def test_a_ticket_is_never_given_twice(world: World) -> None:
    program = Program(world.alice, WRITE)
    first, second = (program.post("tickets", **{"Idempotency-Key": "same"}).json()["ticket"] for _ in range(2))
    assert first != second
