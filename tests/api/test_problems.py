"""Every error has one shape, names its field, and tells nothing about the inside."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from structlog.contextvars import bound_contextvars

from coaching.services import hearing
from enterprisehub.errors import Conflict, EngineDown, HubError, Invalid, NotAllowed, NotFound, TooMany
from enterprisehub.tenants.scope import scope
from leads.models import Message
from tests.api.programs import READ, ROOT, WRITE, Program, message
from tests.world import World

MEMBERS = {"type", "title", "status", "code", "detail", "request_id", "errors"}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("real-time", {}, 400),
        ("sessions", {"lead_id": "nobody"}, 404),
        ("real-time", message("nobody"), 404),
        ("sessions/x/end", {}, 400),
        ("nowhere", {}, 404),
    ],
)
def test_an_error_is_a_problem_with_the_requests_id(world: World, path: str, body: Any, status: int) -> None:
    with bound_contextvars(request_id="r-12345678"):
        answer = Program(world.alice, WRITE).post(path, body)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told.keys() == MEMBERS
    assert (told["status"], told["request_id"]) == (status, "r-12345678")
    assert told["type"] == f"urn:enterprisehub:problem:{told['code']}"


def test_each_field_at_fault_is_named(world: World) -> None:
    body = {"prospect_message": 7, "conversation_context": {"lead_id": None}, "wat": 1}
    first = Program(world.alice, WRITE).post("real-time", body).json()["errors"]
    assert first == [{"field": "wat", "code": "unknown_field", "detail": "There is no such field."}]
    del body["wat"]
    told = Program(world.alice, WRITE).post("real-time", body).json()["errors"]
    assert {one["field"] for one in told} == {"prospect_message", "conversation_context.lead_id"}
    turns = {"message_text": "x", "conversation_history": [{"speaker": "prospect", "text": ""}, {"speaker": "dog"}]}
    (one, two) = Program(world.alice, READ).post("objections", turns).json()["errors"]
    assert {one["field"], two["field"]} == {"conversation_history.1.speaker", "conversation_history.1.text"}


@pytest.mark.parametrize(
    ("kind", "status"),
    [(Invalid, 400), (NotAllowed, 403), (NotFound, 404), (Conflict, 409), (TooMany, 429), (EngineDown, 503)],
)
def test_what_a_service_raises_has_one_status_and_leaves_nothing_behind(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: type[HubError], status: int
) -> None:
    heard = hearing.hear

    def hear_and_fail(*args: Any, **kwargs: Any) -> Any:
        heard(*args, **kwargs)
        raise kind("A sentence.", field="text")

    monkeypatch.setattr(hearing, "hear", hear_and_fail)
    lead = world.conversation(world.alice).lead.pk
    answer = Program(world.alice, WRITE).post("real-time", message(lead))
    assert (answer.status_code, answer.json()["detail"]) == (status, "A sentence.")
    assert answer.json()["errors"][0]["field"] == "prospect_message"
    assert ("Retry-After" in answer) == (status in (429, 503))
    with scope(world.oakwood.pk):
        assert not Message.objects.exists()


def test_a_fault_of_ours_tells_its_request_id_and_nothing_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("SELECT secret FROM /work/inside WHERE host=10.0.0.1")

    monkeypatch.setattr(hearing, "hear", fail)
    lead = world.conversation(world.alice).lead.pk
    with bound_contextvars(request_id="r-12345678"):
        answer = Program(world.alice, WRITE).post("real-time", message(lead))
    assert (answer.status_code, answer.json()["code"], answer.json()["request_id"]) == (
        500,
        "server_error",
        "r-12345678",
    )
    assert not {b"SELECT", b"inside", b"10.0.0.1", b"RuntimeError", b"hear"} & set(answer.content.split())
    assert b"secret" not in answer.content


def test_paths_that_lead_nowhere_are_told_alike_to_everybody(db: None) -> None:
    for path in ("/api/", "/api/v2/", "/api/v1/claude/", "/api/v1/claude/coaching", ROOT + "real-time/"):
        for method in ("GET", "POST", "PUT"):
            answer = Client().generic(method, path)
            assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json"), path


def test_answers_are_json_whatever_the_caller_would_rather_have_and_are_not_kept(world: World) -> None:
    program = Program(world.alice, READ)
    for accept in ("text/html", "application/xml", "nonsense"):
        answer = program.client.get(ROOT + "sessions", headers={**program.headers, "Accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert program.client.get(ROOT + "sessions?format=api", headers=program.headers).status_code == 200
