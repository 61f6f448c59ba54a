"""Objections and the next question are asked without a conversation: nothing is recorded, nothing changes."""

from __future__ import annotations

from typing import Any

import pytest

from coaching.models import Session
from coaching.services import playbooks
from enterprisehub.tenants.scope import scope
from tests.api.programs import READ, WRITE, Program, browser
from tests.world import World


@pytest.fixture
def program(world: World) -> Program:
    return Program(world.alice, READ)


def ask(program: Program, text: str, **more: Any) -> Any:
    answer = program.post("objections", {"message_text": text, **more})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_an_objection_comes_with_its_evidence_and_what_to_say(program: Program) -> None:
    text = "I need to talk to my partner first."
    found = ask(program, text)
    (one,) = found["objections"]
    assert (one["kind"], one["group"], one["overcomable"]) == ("authority", "authority", True)
    assert text[one["start"] : one["end"]] == one["quote"]
    assert found["overcomable"] is True
    assert found["suggestions"][0]["say"]
    assert found["processing_time_ms"] > 0


def test_no_objection_is_an_empty_list(program: Program) -> None:
    found = ask(program, "Thanks, see you on Friday!")
    assert (found["objections"], found["suggestions"], found["overcomable"]) == ([], [], True)


def test_what_must_not_be_argued_with_says_so(program: Program) -> None:
    found = ask(program, "Stop texting me. Remove my number from your list.")
    assert found["objections"][0]["kind"] == "opt_out"
    assert (found["overcomable"], found["objections"][0]["overcomable"]) == (False, False)


def test_an_offer_below_the_listed_price_needs_the_price_to_be_known(program: Program) -> None:
    history = [{"speaker": "agent", "text": "It is listed at $485,000."}]
    known = ask(program, "Would they take 440k?", conversation_history=history, lead_context={"listing_price": 485_000})
    assert known["objections"][0]["kind"] == "affordability"


def test_the_context_may_hold_more_than_is_read(program: Program) -> None:
    context = {"lead_id": "x", "budget": {"max": 1}, "language": "es-MX", "listing_price": None}
    assert ask(program, "Es muy caro para nosotros.", lead_context=context)["objections"]


def test_a_tenants_own_playbook_is_used(world: World) -> None:
    line = "Oakwood says it its own way."
    with scope(world.oakwood.pk):
        playbooks.publish(playbooks.draft({"entries": {"en": {"authority": {"any": {"say": [line]}}}}}))
    text = "I need to talk to my partner first."
    assert ask(Program(world.alice, READ), text)["suggestions"][0]["say"] == line
    assert ask(Program(world.charlie, READ), text)["suggestions"][0]["say"] != line


def test_the_next_question_is_never_about_what_is_known(program: Program) -> None:
    known: list[str] = []
    for _ in range(4):
        asked = program.post("next-question", {"stage": "engaged", "known": known}).json()
        assert asked["slot"] not in known
        assert asked["question"].rstrip().endswith("?")
        known.append(asked["slot"])


def test_it_speaks_spanish(program: Program) -> None:
    english, spanish = (program.post("next-question", {"language": one}).json() for one in ("en", "es"))
    assert english["slot"] == spanish["slot"]
    assert english["question"] != spanish["question"]


def test_nothing_is_recorded(world: World, program: Program) -> None:
    ask(program, "That is too expensive.")
    program.post("next-question", {})
    with scope(world.oakwood.pk):
        assert not Session.objects.exists()


def test_either_scope_opens_them_and_an_auditor_may_ask(world: World) -> None:
    for caller in (Program(world.alice, WRITE), browser(world.rita)):
        assert caller.post("objections", {"message_text": "That is too expensive."}).status_code == 200
    assert Program(world.alice, "leads:read").post("next-question", {}).status_code == 403
