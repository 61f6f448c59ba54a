"""What does the schema say about the endpoints of events: ids, shapes, and examples that work?"""

from __future__ import annotations

from drf_spectacular.utils import extend_schema

from analytics.api import shapes_events as shapes
from enterprisehub.tenants.api.schema import ONCE
from leads.api_told import LEAD, asks, gives

TAGS = ["analytics"]
_OUTCOME = {
    "outcome_id": "0198c7a2-7c10-7a11-9c7e-2b1a0c9d8e01",
    "lead_id": LEAD,
    "kind": "closing",
    "at": "2026-11-20T17:00:00Z",
    "amount": "12500.00",
    "currency": "USD",
    "reason": "",
    "told_by": "api",
    "recorded_at": "2026-11-25T20:15:00.123456Z",
}
_EVENT = {
    "event_id": "5b0f4b4e-6c0b-5b52-8f0e-0d6c2b7a9f11",
    "kind": "outcome.closing",
    "at": "2026-11-20T17:00:00Z",
    "day": "2026-11-20",
    "lead_id": LEAD,
    "agent_id": "0198c7a2-5512-7d3e-8b0a-6f5e4d3c2b01",
    "team_id": None,
    "conversation_id": None,
    "suggestion_id": None,
    "value": None,
    "amount": "12500.00",
    "currency": "USD",
    "reason": "",
    "told_by": "api",
    "card_kind": "",
    "playbook_version": "",
    "prompt_version": "",
    "vertical": "any",
    "language": "en",
    "engine": "",
    "medium": "sms",
    "arm": "",
    "variant": "",
}

tell = extend_schema(
    operation_id="analytics_events_tell",
    tags=TAGS,
    parameters=[ONCE],
    request=shapes.OutcomeRequest,
    responses={201: shapes.OutcomeAnswer, 200: shapes.OutcomeAnswer},
    examples=[
        asks(
            {
                "lead_id": LEAD,
                "kind": "closing",
                "event_id": "deal-8812",
                "at": "2026-11-20T17:00:00Z",
                "amount": 12500.0,
                "currency": "USD",
            }
        ),
        gives(_OUTCOME, 201),
        gives(_OUTCOME, 200),
    ],
)
events = extend_schema(
    operation_id="analytics_events_list",
    tags=TAGS,
    parameters=[shapes.EventsQuery],
    responses=shapes.EventsAnswer,
    examples=[gives({"results": [_EVENT], "next": None})],
)
