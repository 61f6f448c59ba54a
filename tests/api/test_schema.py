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
    assert {(method, path.removeprefix("/api/v1/claude/coaching/")) for path, method, _ in operations(schema)} == {
        ("post", "real-time"),
        ("post", "objections"),
        ("post", "next-question"),
        ("post", "fair-housing"),
        ("get", "sessions"),
        ("post", "sessions"),
        ("get", "sessions/{session_id}"),
        ("post", "sessions/{session_id}/end"),
        ("post", "feedback"),
        ("post", "tickets"),
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
        if method == "post" and "requestBody" in told:
            (body,) = told["requestBody"]["content"].items()
            assert body[0] == "application/json"
            assert body[1]["examples"], path


def test_ids_are_ids_and_bodies_are_closed(schema: Any) -> None:
    shapes = schema["components"]["schemas"]
    for name in ("RealTimeRequestRequest", "FeedbackRequestRequest", "TicketRequestRequest"):
        assert shapes[name]["additionalProperties"] is False
        assert shapes[name]["properties"]["agent_id"]["format"] == "uuid"


def test_the_docs_page_runs_no_inline_script(db: None) -> None:
    page = Client().get("/api/docs/")
    assert page.status_code == 200
    assert "unsafe" not in page["Content-Security-Policy"].split("style-src")[0]
    assert "<script>" not in page.content.decode()
    script = Client().get("/api/docs/?script=")
    assert "javascript" in script["Content-Type"]
