"""The schema tells the truth: every operation, its shapes and errors; and its page runs under the strict policy."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

ERRORS = {"401", "403", "429", "500"}


@pytest.fixture
def schema(db: None) -> Any:
    return Client().get("/api/schema/?format=json").json()


def operations(schema: Any) -> list[tuple[str, str, Any]]:
    return [
        (path, method, told)
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
        if method != "parameters"
    ]


def test_it_names_every_door(schema: Any) -> None:
    assert {(method, path.removeprefix("/api/v1/claude/")) for path, method, _ in operations(schema)} == {
        ("get", "analytics/effectiveness"),
        ("post", "analytics/effectiveness"),
        ("get", "analytics/competition"),
        ("get", "analytics/events"),
        ("post", "analytics/events"),
        ("get", "analytics/experiments"),
        ("post", "analytics/experiments"),
        ("get", "analytics/experiments/{experiment_id}"),
        ("post", "analytics/experiments/{experiment_id}/start"),
        ("post", "analytics/experiments/{experiment_id}/stop"),
        ("post", "analytics/experiments/{experiment_id}/roll-back"),
        ("get", "analytics/roi"),
        ("get", "analytics/predictions/{lead_id}"),
        ("get", "analytics/agents/{agent_id}"),
        ("get", "analytics/agents/{agent_id}/plan"),
        ("post", "coaching/real-time"),
        ("post", "coaching/objections"),
        ("post", "coaching/next-question"),
        ("post", "coaching/fair-housing"),
        ("get", "coaching/sessions"),
        ("post", "coaching/sessions"),
        ("get", "coaching/sessions/{session_id}"),
        ("post", "coaching/sessions/{session_id}/end"),
        ("post", "coaching/feedback"),
        ("post", "coaching/tickets"),
        ("post", "semantic/intent"),
        ("post", "semantic/preferences"),
        ("post", "semantic/qualification"),
        ("post", "semantic/questions"),
        ("post", "qualification/start"),
        ("get", "qualification/{flow_id}"),
        ("post", "qualification/{flow_id}/responses"),
        ("post", "qualification/{flow_id}/end"),
        ("get", "leads"),
        ("get", "leads/{lead_id}"),
        ("patch", "leads/{lead_id}"),
        ("post", "leads/{lead_id}/facts"),
        ("get", "leads/{lead_id}/score"),
        ("get", "leads/{lead_id}/may-contact"),
        ("get", "leads/{lead_id}/consents"),
        ("post", "leads/{lead_id}/consents"),
        ("post", "leads/{lead_id}/opt-out"),
        ("get", "actions"),
        ("post", "actions/plan"),
        ("post", "actions/urgency"),
        ("post", "actions/follow-up"),
        ("get", "actions/{action_id}"),
        ("patch", "actions/{action_id}"),
        ("post", "actions/{action_id}/approve"),
        ("post", "actions/{action_id}/snooze"),
        ("post", "actions/{action_id}/complete"),
        ("post", "actions/{action_id}/dismiss"),
        ("get", "/api/v1/highlevel/status"),
        ("get", "/api/v1/highlevel/inbox"),
        ("get", "/api/v1/highlevel/outbox"),
    }


def test_every_operation_is_described_with_its_errors_and_ways_in(schema: Any) -> None:
    for path, method, told in operations(schema):
        assert told["description"], path
        assert {"apiKey": []} in told["security"], path
        assert {"session": []} in told["security"], path
        assert told["responses"].keys() >= ERRORS, path
        for status, answer in told["responses"].items():
            kinds = set(answer["content"])
            assert kinds == ({"application/problem+json"} if int(status) >= 400 else {"application/json"}), (
                path,
                status,
            )
            assert {"RateLimit-Limit", "RateLimit-Remaining"} <= answer["headers"].keys(), (path, status)
        if method in ("post", "patch") and "requestBody" in told:
            (body,) = told["requestBody"]["content"].items()
            assert body[0] == "application/json"
            assert body[1]["examples"], path


def test_ids_are_ids_and_bodies_are_closed(schema: Any) -> None:
    shapes = schema["components"]["schemas"]
    for name in ("RealTimeRequestRequest", "FeedbackRequestRequest", "TicketRequestRequest"):
        assert shapes[name]["additionalProperties"] is False
        assert shapes[name]["properties"]["agent_id"]["format"] == "uuid"
    for name in ("StartRequestRequest", "ResponseRequestRequest", "PatchedLeadChangeRequest", "FactChangeRequest"):
        assert shapes[name]["additionalProperties"] is False
    assert shapes["PatchedLeadChangeRequest"]["properties"]["agent_id"]["format"] == "uuid"


def test_the_docs_page_runs_no_inline_script(db: None) -> None:
    page = Client().get("/api/docs/")
    assert page.status_code == 200
    assert "unsafe" not in page["Content-Security-Policy"].split("style-src")[0]
    assert "<script>" not in page.content.decode()
    script = Client().get("/api/docs/?script=")
    assert "javascript" in script["Content-Type"]
