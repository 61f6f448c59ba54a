"""Every coaching endpoint does what it says for those who may, and looks empty to everybody else."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from coaching.models import Feedback, Session
from enterprisehub.tenants import api_keys
from enterprisehub.tenants.models import ApiKey
from enterprisehub.tenants.scope import scope
from tests.world import Person, World

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/claude/coaching/"


class Program:
    """A program with a key; `scopes` empty = a key that opens nothing."""

    def __init__(self, person: Person, scopes: list[str]) -> None:
        self.client = Client()
        with scope(person.agent.tenant_id):
            self.key = ApiKey(name="program", scopes=scopes, agent=person.agent)
            self.text = api_keys.issue(self.key)

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(
            ROOT + path, body, content_type="application/json", headers={"Authorization": f"Bearer {self.text}"}
        )


@pytest.fixture
def world() -> World:
    return World()


def real_time(lead: Any, text: str = "That is too expensive for us.", **more: Any) -> dict[str, Any]:
    return {"conversation_context": {"lead_id": str(lead), "stage": "engaged"}, "prospect_message": text, **more}


def test_a_message_comes_back_as_coaching(world: World) -> None:
    lead = world.conversation(world.alice, price=485_000).lead
    answer = Program(world.alice, ["coaching:write"]).post("real-time", real_time(lead.pk, message_id="m1"))
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert said["objection_detected"] is True
    assert said["objection_type"] == "affordability"
    assert said["suggestions"][0]["say"]
    assert said["source"] == "local"
    assert said["processing_time_ms"] > 0
    again = Program(world.alice, ["coaching:write"]).post("real-time", real_time(lead.pk, message_id="m1"))
    assert again.json()["suggestion_id"] == said["suggestion_id"]


def test_objections_and_questions_record_nothing(world: World) -> None:
    program = Program(world.alice, ["coaching:read"])
    found = program.post(
        "objections", {"message_text": "I would have to talk to my wife before deciding anything."}
    ).json()
    assert "authority" in [one["kind"] for one in found["objections"]]
    asked = program.post("next-question", {"known": ["motivation"]}).json()
    assert asked["slot"] not in (None, "motivation")
    with scope(world.oakwood.pk):
        assert not Session.objects.exists()


def test_a_session_is_started_once_and_ended_once(world: World) -> None:
    lead = world.conversation(world.alice).lead
    program = Program(world.alice, ["coaching:write"])
    first = program.post("sessions", {"lead_id": str(lead.pk)})
    assert first.status_code == 201, first.content
    assert program.post("sessions", {"lead_id": str(lead.pk)}).json() == first.json()
    ended = program.post(f"sessions/{first.json()['session_id']}/end", {}).json()
    assert ended["ended_at"] is not None
    assert program.post(f"sessions/{first.json()['session_id']}/end", {}).json() == ended


def test_feedback_from_a_program_counts_once(world: World) -> None:
    heard = world.says(world.alice, world.conversation(world.alice).lead, "That is too expensive for us.")
    program = Program(world.alice, ["coaching:write"])
    body = {"session_id": str(heard.session.pk), "score": 2, "comments": "stiff", "feedback_id": "f1"}
    first = program.post("feedback", body)
    assert (first.status_code, first.json()["looked_into"]) == (201, True)
    assert program.post("feedback", body).json()["feedback_id"] == first.json()["feedback_id"]
    with scope(world.oakwood.pk):
        assert Feedback.objects.count() == 1


@pytest.mark.parametrize("path", ["real-time", "sessions"])
def test_foreign_and_unknown_leads_and_agents_look_the_same(world: World, path: str) -> None:
    foreign = world.conversation(world.charlie).lead.pk
    program = Program(world.alice, ["coaching:write"])
    own = world.conversation(world.alice).lead.pk

    def body(lead: Any, **more: Any) -> dict[str, Any]:
        return real_time(lead, **more) if path == "real-time" else {"lead_id": str(lead), **more}

    answers = [program.post(path, body(lead)) for lead in (foreign, uuid4())]
    answers += [program.post(path, body(own, agent_id=str(a))) for a in (world.charlie.agent.pk, uuid4())]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content
    assert answers[2].content == answers[3].content


def test_keys_open_only_what_their_scopes_name_and_only_while_they_are_valid(world: World) -> None:
    lead = world.conversation(world.alice).lead.pk
    assert Program(world.alice, ["coaching:read"]).post("real-time", real_time(lead)).status_code == 403
    assert Program(world.alice, []).post("objections", {"message_text": "x"}).status_code == 403
    program = Program(world.alice, ["coaching:write"])
    program.text = program.text[:-1] + ("a" if program.text[-1] != "a" else "b")
    assert program.post("real-time", real_time(lead)).status_code == 401
    assert Client().post(ROOT + "real-time", real_time(lead), content_type="application/json").status_code in (401, 403)


def test_a_person_needs_the_csrf_token_and_an_auditor_may_not_speak(world: World) -> None:
    lead = world.conversation(world.alice).lead.pk
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.alice.user)
    assert browser.post(ROOT + "real-time", real_time(lead), content_type="application/json").status_code == 403
    auditor = Client()
    auditor.force_login(world.rita.user)
    assert auditor.post(ROOT + "real-time", real_time(lead), content_type="application/json").status_code == 403
    alice = Client()
    alice.force_login(world.alice.user)
    assert alice.post(ROOT + "real-time", real_time(lead), content_type="application/json").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "words",
        {"prospect_message": "x"},
        {"prospect_message": "", "conversation_context": {"lead_id": "x"}},
        {"prospect_message": "x" * 8_001, "conversation_context": {"lead_id": "x"}},
        {"prospect_message": "x", "conversation_context": {"lead_id": "x"}, "agent_id": "7"},
        {"prospect_message": "x", "conversation_context": {"lead_id": "x"}, "tenant": "elm"},
        {"prospect_message": {"a": 1}, "conversation_context": []},
    ],
)
def test_what_cannot_be_read_is_refused_with_the_field(world: World, body: Any) -> None:
    answer = Program(world.alice, ["coaching:write"]).post("real-time", body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800 lone", "{{7*7}}", "<script>alert(1)</script>", "🛑" * 300, "‮", "%s %n"]
)
def test_hostile_text_never_breaks_it(world: World, text: str) -> None:
    lead = world.conversation(world.alice).lead.pk
    answer = Program(world.alice, ["coaching:write"]).post("real-time", real_time(lead, text))
    assert answer.status_code in (200, 400)


def test_the_schema_names_every_door(world: World) -> None:
    schema = Client().get("/api/schema/?format=json").json()
    paths = {path for path in schema["paths"] if path.startswith("/api/v1/claude/")}
    assert len(paths) >= 7


def test_a_ticket_is_for_ones_own_agent(world: World) -> None:
    program = Program(world.alice, ["coaching:write"])
    answer = program.post("tickets", {})
    assert (answer.status_code, answer.json()["expires_in"]) == (201, 60)
    assert program.post("tickets", {"agent_id": str(world.bob.agent.pk)}).status_code == 404
