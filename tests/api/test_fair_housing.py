"""A composer can ask whether words may be said before they are sent; nothing is recorded."""

from __future__ import annotations

from typing import Any

import pytest

from enterprisehub.tenants.scope import scope
from leads.models import Message
from tests.api.programs import READ, WRITE, Program, browser, settings_of
from tests.world import World

VOUCHERS = "The owner does not accept housing vouchers."


@pytest.fixture
def program(world: World) -> Program:
    return Program(world.alice, READ)


def ask(program: Program, text: str, **more: Any) -> Any:
    answer = program.post("fair-housing", {"text": text, **more})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_flag_comes_with_its_evidence_the_law_and_a_lawful_line(program: Program) -> None:
    text = "Honestly, the schools there are terrible."
    (flag,) = ask(program, text)["flags"]
    assert (flag["class"], flag["kind"]) == ("schools", "neighbourhood_quality")
    assert text[flag["start"] : flag["end"]] == flag["quote"]
    assert "district" in flag["alternative"]
    assert "Fair Housing Act" in flag["law"]


def test_lawful_words_have_no_flags(program: Program) -> None:
    assert ask(program, "The family room is within walking distance of nothing.")["flags"] == []


def test_the_speaker_decides_what_is_read(program: Program) -> None:
    text = "We are a Muslim family with two kids."
    assert ask(program, text, speaker="prospect")["flags"] == []


def test_the_tenants_place_counts_unless_another_is_named(world: World, program: Program) -> None:
    settings_of(world.oakwood, jurisdiction="US-TX")
    assert ask(program, VOUCHERS)["flags"] == []
    assert ask(program, VOUCHERS, jurisdiction="US-CA")["flags"]
    assert ask(program, VOUCHERS, speaker="engine")["flags"], "an engine is held to the strictest law"


@pytest.mark.parametrize(
    "body",
    [{}, {"text": " "}, {"text": 3}, {"text": "x", "speaker": "lawyer"}, {"text": "x", "jurisdiction": "C" * 21}, {"text": "x", "more": 1}],
)  # fmt: skip
def test_bad_bodies_are_refused(program: Program, body: dict[str, Any]) -> None:
    assert program.post("fair-housing", body).status_code == 400


def test_nothing_is_recorded_and_who_may_not_is_turned_away(world: World, program: Program) -> None:
    ask(program, VOUCHERS)
    with scope(world.oakwood.pk):
        assert not Message.objects.exists()
    for caller in (Program(world.alice, WRITE), browser(world.rita)):
        assert caller.post("fair-housing", {"text": VOUCHERS}).status_code == 200
    assert Program(world.alice, "leads:read").post("fair-housing", {"text": VOUCHERS}).status_code == 403
