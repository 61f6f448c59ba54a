"""What keeps a question to Claude within bounds: whose answer it gets, how long it may take, what it may cost."""

from __future__ import annotations

import json
from contextlib import ExitStack
from time import perf_counter
from typing import Any

import pytest

from coaching.services import refining
from coaching.suggestions import COACH
from enterprisehub.engines import budget, ledger, seats
from enterprisehub.engines.base import Outcome
from enterprisehub.engines.gate import ask
from enterprisehub.engines.models import EngineCall
from enterprisehub.tenants.scope import named, scope
from tests.engines.test_gate import a_card, refined
from tests.fakes import FakeClaude, eventually
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


def test_one_prospects_name_and_phone_never_reach_another_through_memory(world: World, connected: FakeClaude) -> None:
    told = []
    for name, phone in (("Penelope Quill", "212-555-0147"), ("Quentin Marsh", "415-555-0163")):
        lead = world.conversation(world.alice, name=name, price=485_000).lead
        first = name.split()[0]
        card = world.says(world.alice, lead, f"That is too expensive for {first}, call {phone}.").suggestion
        assert card is not None
        _, after, _ = refined(card)
        told.append(json.dumps([after.headline, after.say, after.ask, after.why, after.source]))
    said = [json.dumps(body["messages"][-1]) for body in connected.bodies]
    assert len(said) == 2  # the second was not answered with the first one's answer,
    assert len(set(said)) == 1  # though with placeholders both said the same
    assert "Penelope" in told[0]
    assert "Quentin" in told[1]
    assert "Penelope" not in told[1]
    assert "0147" not in told[1]


def test_an_answer_that_takes_too_long_is_dropped_at_the_deadline(world: World, connected: FakeClaude) -> None:
    connected.pace.tokens_per_second = 5
    card = a_card(world)
    with named(card.tenant_id):
        work = refining._load(card.pk)
        assert work is not None
        began = perf_counter()
        answer = ask(COACH, work.question, deadline=2.0, subject="late")
    assert perf_counter() - began < 15  # the whole answer would take longer
    assert (answer.outcome, answer.source) == (Outcome.TIMEOUT, "local")
    with scope(card.tenant_id):
        row = EngineCall.objects.get(subject="late")
    assert row.estimated
    assert 0 < row.cost <= row.reserved


def test_without_a_free_seat_nobody_waits(world: World, connected: FakeClaude) -> None:
    card = a_card(world)
    with ExitStack() as held:
        for _ in range(seats.PER_TENANT):
            assert held.enter_context(seats.seat(world.oakwood.pk))
        outcome, after, row = refined(card)
    assert (outcome, after.revision, row.cost) == (Outcome.BUSY, 0, 0)
    assert not connected.requests
    assert refined(a_card(world))[0] is Outcome.OK  # the seats are free again


def test_a_question_that_breaks_off_is_written_down_with_what_it_cost(world: World, connected: FakeClaude) -> None:
    connected.pace.tokens_per_second = 40
    card = a_card(world)

    def stop(_: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    with named(card.tenant_id):
        work = refining._load(card.pk)
        assert work is not None
        with pytest.raises(KeyboardInterrupt):
            ask(COACH, work.question, on_text=stop, subject="stopped")
    assert eventually(lambda: connected.requests[0]["ended"] == "client_left")
    with scope(card.tenant_id):
        row = EngineCall.objects.get(subject="stopped")
    assert (row.source, row.outcome) == ("local", "superseded")
    assert 0 < row.cost <= row.reserved
    with named(card.tenant_id):
        assert budget.spent(card.tenant_id, booked=ledger.booked).day == row.cost
