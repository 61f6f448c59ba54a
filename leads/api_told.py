"""What does the schema say about each endpoint of leads: its id, its shapes, and an example that works?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from enterprisehub.tenants.api.schema import ONCE
from leads import serializers as shapes

FLOWS, LEADS = ["qualification"], ["leads"]
LEAD = "0198c7a2-55ab-7aa3-9d62-0f6f7d1b2c02"
FLOW = "0198c7a2-7011-7c55-a1b0-3c2d1e0f4a06"
LEAD_ID = OpenApiParameter("lead_id", UUID, OpenApiParameter.PATH, description="The lead's id.")
FLOW_ID = OpenApiParameter("flow_id", UUID, OpenApiParameter.PATH, description="The qualification's id.")


def asks(value: object) -> OpenApiExample:
    return OpenApiExample("Example", value=value, request_only=True)


def gives(value: object, status: int = 200) -> OpenApiExample:
    return OpenApiExample("Example", value=value, response_only=True, status_codes=[str(status)])


NEXT = {
    "slot": "motivation",
    "text": "What's making now the right moment to look?",
    "why": "Motivation tells you what matters before any listing does.",
}
_HAND_OFF = {
    "reason": "opt_out",
    "text": "They asked not to be contacted. Confirm once if the rules of the medium allow it, and ask nothing more.",
}
BEDS = {
    "name": "beds",
    "value": 3,
    "unit": "",
    "quote": "3 bedrooms",
    "start": 38,
    "end": 48,
    "confidence": 0.9,
    "offered": False,
    "earlier": None,
    "contradiction": False,
}
_FACT = {
    **BEDS,
    "message_id": "0198c7a2-7012-7b1c-8e3d-9a8b7c6d5e07",
    "extractor": "local",
    "at": "2026-11-25T20:15:00.123456+00:00",
    "confirmed_by": None,
}
_FLOW: dict[str, Any] = {
    "flow_id": FLOW,
    "lead_id": LEAD,
    "contact_id": "hl-8812",
    "completion_percentage": 16.2,
    "stage": "engaged",
    "next_questions": [{"slot": NEXT["slot"], "question": NEXT["text"], "reason": NEXT["why"]}],
    "hand_off": None,
    "learned": [{**_FACT, "change": "said"}],
    "fell_because": [],
    "ended": False,
}
_LEAD = {
    "lead_id": LEAD,
    "contact_id": "hl-8812",
    "name": "Pat Doe",
    "email": "",
    "phone": "",
    "language": "en",
    "timezone": "America/Chicago",
    "source": "qualification",
    "side": "buyer",
    "vertical": "any",
    "stage": "engaged",
    "stage_since": "2026-11-25T20:15:00.123456Z",
    "overlay": "none",
    "overlay_reason": "",
    "agreement": "",
    "agreement_on": None,
    "agent_id": "0198c7a2-55aa-7d0e-8f10-5b1f3a0c9d01",
    "completeness": 0.162,
    "score": None,
    "hand_off": "",
    "created_at": "2026-11-25T20:15:00.123456Z",
    "spoken_at": "2026-11-25T20:15:00.123456Z",
}
_SCORE = {
    "probability": None,
    "low": None,
    "high": None,
    "outcome": "closes a sale, a purchase or a lease with this team within a year",
    "decided": "abstain",
    "abstains": "Too little to go on: fewer than two of timeframe, financing, agent, appointment, motivation and price are known.",
    "speaks_for": [],
    "speaks_against": [{"words": "Kept warm for later", "points": -0.6}],
    "would_change": [{"words": "agree on a meeting", "probability": 0.0474}],
    "version": "rules-0123456789ab",
    "by": "rules",
    "note": "",
}
_PART = {
    "slot": "motivation",
    "title": "Motivation",
    "weight": 0.18,
    "gained": 0.0,
    "confidence": 0.0,
    "freshness": 0.0,
    "known": False,
    "short": "Not known yet.",
    "why": "Motivation tells you what matters before any listing does.",
}
_DETAIL = {
    **_LEAD,
    "facts": [_FACT],
    "parts": [_PART],
    "qualified": False,
    "next_question": NEXT,
    "told_score": _SCORE,
}

start = extend_schema(
    operation_id="qualification_start",
    tags=FLOWS,
    parameters=[ONCE],
    request=shapes.StartRequest,
    responses={201: shapes.FlowAnswer, 200: shapes.FlowAnswer},
    examples=[
        asks(
            {
                "contact_id": "hl-8812",
                "contact_name": "Pat Doe",
                "initial_message": "Hi, we want to buy a house in Austin, 3 bedrooms.",
                "message_id": "sms-8812",
            }
        ),
        gives(_FLOW, 201),
    ],
)
respond = extend_schema(
    operation_id="qualification_respond",
    tags=FLOWS,
    parameters=[FLOW_ID, ONCE],
    request=shapes.ResponseRequest,
    responses=shapes.FlowAnswer,
    examples=[
        asks({"user_message": "In the next three months.", "message_id": "sms-8813"}),
        gives({**_FLOW, "next_questions": [], "hand_off": _HAND_OFF, "learned": [], "ended": True}),
    ],
)
flow = extend_schema(
    operation_id="qualification_read",
    tags=FLOWS,
    parameters=[FLOW_ID],
    responses=shapes.FlowAnswer,
    examples=[gives({**_FLOW, "learned": []})],
)
end = extend_schema(
    operation_id="qualification_end",
    tags=FLOWS,
    parameters=[FLOW_ID, ONCE],
    request=None,
    responses=shapes.FlowAnswer,
    examples=[gives({**_FLOW, "next_questions": [], "learned": [], "ended": True})],
)
leads = extend_schema(
    operation_id="leads_list",
    tags=LEADS,
    parameters=[shapes.LeadsQuery],
    responses=shapes.LeadsAnswer,
    examples=[gives({"results": [_LEAD], "next": "/api/v1/claude/leads?limit=50&cursor=WyIyMDI2"})],
)
lead = extend_schema(
    operation_id="leads_read",
    tags=LEADS,
    parameters=[LEAD_ID],
    responses=shapes.LeadDetail,
    examples=[gives(_DETAIL)],
)
lead_change = extend_schema(
    operation_id="leads_change",
    tags=LEADS,
    parameters=[LEAD_ID, ONCE],
    request=shapes.LeadChange,
    responses=shapes.LeadAnswer,
    examples=[
        asks({"phone": "+1 512 555 0100", "overlay": "nurture", "reason": "Waits for the spring."}),
        gives({**_LEAD, "phone": "+1 512 555 0100", "overlay": "nurture", "overlay_reason": "Waits for the spring."}),
    ],
)
lead_facts = extend_schema(
    operation_id="leads_facts",
    tags=LEADS,
    parameters=[LEAD_ID, ONCE],
    request=shapes.FactChange,
    responses=shapes.LeadDetail,
    examples=[asks({"do": "correct", "name": "beds", "value": 4}), gives(_DETAIL)],
)
lead_score = extend_schema(
    operation_id="leads_score",
    tags=LEADS,
    parameters=[LEAD_ID],
    responses=shapes.ScoreAnswer,
    examples=[gives(_SCORE)],
)
