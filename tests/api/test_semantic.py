"""Words can be read without being recorded, and the API reads them as `manage.py think` does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from enterprisehub.capabilities import CAPABILITIES
from enterprisehub.tenants.scope import scope
from leads.models import Lead, Message
from tests.api.programs import LEADS_READ, LEADS_WRITE, WRITE, Caller, Program, browser
from tests.world import World

SETTING = {"now": "2026-11-25T12:00:00-06:00", "timezone": "America/Chicago", "country": "US"}
TALK = [
    {"speaker": "prospect", "text": "Hi! We love the house on Elm Street, can we see it on Saturday?"},
    {"speaker": "agent", "text": "Of course. How many bedrooms do you need?"},
    {"speaker": "prospect", "text": "Three. We must move by March 1, I got a new job. Budget is up to 450k."},
    {"speaker": "agent", "text": "Are you working with an agent?"},
    {
        "speaker": "prospect",
        "text": "No agent yet. Actually make it four bedrooms, and this is getting really annoying.",
    },
]
FACTS = [
    {"name": "beds", "value": 3, "confidence": 0.9, "at": "2026-11-20T10:00:00+00:00"},
    {"name": "price_max", "value": 450000.0},
    {"name": "preapproved", "value": True, "confirmed": True},
]


def think(capability: str, question: dict[str, Any]) -> dict[str, Any]:
    """What the command answers, without its clock."""
    asked = CAPABILITIES[capability]
    assert asked.parse is not None
    assert asked.render is not None
    told: dict[str, Any] = json.loads(json.dumps(asked.render(asked.local(asked.parse(question)))))
    return told


@pytest.fixture
def program(world: World) -> Program:
    return Program(world.alice, LEADS_READ)


def ask(caller: Caller, what: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = caller.post(f"/semantic/{what}", body)
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    assert told.pop("source") == "local"
    assert told.pop("processing_time_ms") > 0
    return told


def test_the_intents_language_and_mood_are_those_of_think(program: Program) -> None:
    body = {"message_text": TALK[-1]["text"], "conversation_history": TALK[:-1], **SETTING}
    found = ask(program, "intent", body)
    asked = {"conversation": TALK, **SETTING}
    assert found == {
        **think("leads.intent", asked),
        "language": think("leads.language", {"text": TALK[-1]["text"]}),
        "sentiment": think("leads.sentiment", asked),
    }
    assert found["motivation"] == "relocation"
    assert [mood["turn"] for mood in found["sentiment"]["turns"]] == [0, 2, 4]


@pytest.mark.parametrize(
    "body",
    [{"conversation": TALK}, {"message_text": TALK[-1]["text"], "conversation_history": TALK[:-1]}],
    ids=["whole", "in two"],
)
def test_the_wishes_are_those_of_think_and_show_their_words(program: Program, body: dict[str, Any]) -> None:
    found = ask(program, "preferences", {**body, **SETTING})["slots"]
    known = think("leads.preferences", {"conversation": TALK, **SETTING})["slots"]
    assert [{name: slot[name] for name in one} for slot, one in zip(found, known, strict=True)] == known
    for slot in found:
        assert TALK[slot["turn"]]["text"][slot["start"] : slot["end"]] == slot["quote"]
    values = {slot["name"]: slot for slot in found}
    assert values["deadline"]["value"] == "2027-03-01"
    assert (values["beds"]["value"], values["beds"]["earlier"]) == (4, 3)


def test_the_qualification_and_the_question_are_those_of_think(program: Program) -> None:
    lead = {"side": "buyer", "vertical": "first_time", "stage": "engaged", "facts": FACTS, "asked": ["motivation"]}
    lead["now"] = SETTING["now"]
    known = think("leads.qualification", lead)
    assert ask(program, "qualification", lead) == known
    asked = ask(program, "questions", lead)
    assert asked == {name: known[name] for name in ("next_question", "hand_off", "completeness")}
    assert asked["next_question"]["why"]


def test_without_facts_the_conversation_counts(program: Program) -> None:
    told = ask(program, "qualification", {"conversation": TALK, **SETTING})
    known = {part["slot"] for part in told["parts"] if part["known"]}
    assert {"timeframe", "motivation", "price_range", "agent_status"} <= known
    assert ask(program, "qualification", {"conversation": TALK, "facts": [], **SETTING})["completeness"] == 0
    assert ask(program, "questions", {"conversation": TALK, **SETTING})["next_question"]["slot"] not in known


def test_who_wants_a_person_is_asked_nothing(program: Program) -> None:
    stop = [{"speaker": "prospect", "text": "Please stop texting me."}]
    told = ask(program, "questions", {"conversation": stop})
    assert (told["next_question"], told["hand_off"]["reason"]) == (None, "opt_out")


def test_the_tenants_zone_holds_where_none_is_named(program: Program) -> None:
    said = {"message_text": "Can we visit the house tomorrow?", "now": "2026-11-26T03:00:00+00:00"}
    (here,) = [s["value"] for s in ask(program, "preferences", said)["slots"] if s["name"] == "visit_date"]
    (there,) = [
        s["value"]
        for s in ask(program, "preferences", {**said, "timezone": "Asia/Tokyo"})["slots"]
        if s["name"] == "visit_date"
    ]
    assert (here, there) == ("2026-11-26", "2026-11-27")


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("intent", {}, "message_text"),
        ("intent", {"message_text": " "}, "message_text"),
        ("intent", {"message_text": "x", "now": "soon"}, "now"),
        ("intent", {"message_text": "x", "timezone": "Mars/Base"}, "timezone"),
        ("intent", {"message_text": "x", "country": "USA"}, "country"),
        ("intent", {"message_text": "x", "conversation_history": [{"speaker": "lawyer", "text": "x"}]}, "conversation_history.0.speaker"),
        ("intent", {"message_text": "x", "tenant_id": "x"}, "tenant_id"),
        ("preferences", {}, "conversation"),
        ("preferences", {"conversation": [], "conversation_history": []}, "conversation_history"),
        ("qualification", {"side": "king"}, "side"),
        ("qualification", {"facts": [{"name": "beds"}]}, "facts.0.value"),
        ("qualification", {"facts": [{"name": "beds", "value": [3]}]}, "facts.0.value"),
        ("qualification", {"facts": [{"name": "beds", "value": 3, "confidence": 2}]}, "facts.0.confidence"),
        ("qualification", {"facts": [{"name": "beds", "value": 3, "at": "then"}]}, "facts[0].at"),
        ("questions", {"facts": [{"name": "beds", "value": 3}] * 101}, "facts"),
    ],
)  # fmt: skip
def test_bad_bodies_are_refused_by_name(program: Program, what: str, body: dict[str, Any], field: str) -> None:
    answer = program.post(f"/semantic/{what}", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field), answer.content


def test_nothing_is_recorded_and_who_may_not_is_turned_away(world: World, program: Program) -> None:
    bodies: dict[str, Any] = {"intent": {"message_text": "Hi"}, "preferences": {"conversation": TALK}, "questions": {}}
    for what, body in bodies.items():
        for caller in (program, Program(world.alice, LEADS_WRITE), browser(world.rita), browser(world.alice)):
            ask(caller, what, body)
        assert Program(world.alice, WRITE).post(f"/semantic/{what}", body).status_code == 403
    with scope(world.oakwood.pk):
        assert not Message.objects.exists()
        assert not Lead.objects.exists()
