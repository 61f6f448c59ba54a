"""The endpoints that tell of the line to HighLevel: parse, ask, render."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from enterprisehub.ghl import serializers as shapes
from enterprisehub.ghl import status
from enterprisehub.tenants.api.door import Door

READ = ("highlevel.read",)
_ROW = ("kind", "location_id", "trouble", "connected_at", "expires_at", "last_call_at", "write_back")
_PARTS = ("health", "granted", "missing", "headroom", "inbox", "outbox", "last_event_at")
_NOBODY = {"kind": "", "location_id": "", "trouble": "", "write_back": False}
_BOX = {"waiting": 3, "done": 1204, "ignored": 12, "dead": 0, "lag": 0.4}
_STATUS = OpenApiExample(
    "Example",
    value={
        "health": "good", "kind": "oauth", "location_id": "ve9EPM428h8vShlRW1KT", "trouble": "",
        "connected_at": "2026-11-20T09:00:00Z", "expires_at": "2026-11-25T09:00:00Z",
        "last_event_at": "2026-11-24T17:03:11Z", "last_call_at": "2026-11-24T17:03:12Z", "write_back": True,
        "granted": ["contacts.readonly", "contacts.write"], "missing": [],
        "headroom": {"allowed": 80, "left": 77, "day_left": 198_112, "rest": 0.0}, "inbox": _BOX, "outbox": _BOX,
    },
    response_only=True,
)  # fmt: skip
_LETTERS = OpenApiExample(
    "Example",
    value={
        "results": [
            {
                "id": "0198c7a2-7011-7c55-a1b0-3c2d1e0f4a06", "type": "note.create", "subject": "…1KT9",
                "external_id": "plan:0198c7a2:note", "state": "dead", "attempts": 1, "reason": "missing",
                "at": "2026-11-24T17:03:11Z", "next_at": "2026-11-24T17:03:11Z", "holds": ["body"],
            }
        ],
        "next": None,
    },
    response_only=True,
)  # fmt: skip


class StatusOf(Door):
    operations = {"GET": READ}

    @extend_schema(
        operation_id="highlevel_status", tags=["highlevel"], responses=shapes.StatusAnswer, examples=[_STATUS]
    )
    def get(self, request: Request) -> Response:
        """How the line to HighLevel is: health, rights, limits, and what waits in both boxes."""
        found = status.of(self.caller.tenant.pk)
        row = found.connection
        known = {name: getattr(row, name) for name in _ROW} if row else {name: _NOBODY.get(name) for name in _ROW}
        parts = {name: getattr(found, name) for name in _PARTS}
        return Response(shapes.StatusAnswer({**known, **parts}).data)


class Inbox(Door):
    operations = {"GET": READ}

    @extend_schema(
        operation_id="highlevel_inbox", tags=["highlevel"], parameters=[shapes.LettersQuery],
        responses=shapes.LettersAnswer, examples=[_LETTERS],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Events of HighLevel in one state, newest first; dead ones unless another state is asked for. Without their words."""
        return Response(_page("inbox", request))


class Outbox(Door):
    operations = {"GET": READ}

    @extend_schema(
        operation_id="highlevel_outbox", tags=["highlevel"], parameters=[shapes.LettersQuery],
        responses=shapes.LettersAnswer, examples=[_LETTERS],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Writes to HighLevel in one state, newest first; dead ones unless another state is asked for. Without their words."""
        return Response(_page("outbox", request))


def _page(box: str, request: Request) -> Any:
    asked = shapes.LettersQuery(data=request.query_params)
    asked.is_valid(raise_exception=True)
    given = asked.validated_data
    rows = status.letters(box, state=given["state"], before=given.get("before"), most=given["limit"] + 1)
    more = len(rows) > given["limit"]
    shown = rows[: given["limit"]]
    return shapes.LettersAnswer({"results": shown, "next": shown[-1].id if more else None}).data
