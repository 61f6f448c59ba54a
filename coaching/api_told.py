"""What does the schema say about each coaching endpoint: its id, its shapes, and an example that works?"""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from coaching import serializers as shapes
from enterprisehub.tenants.api.schema import ONCE

TAGS = ["coaching"]
AGENT = "0198c7a2-55aa-7d0e-8f10-5b1f3a0c9d01"
LEAD = "0198c7a2-55ab-7aa3-9d62-0f6f7d1b2c02"
SESSION = "0198c7a2-6f01-7c55-a1b0-3c2d1e0f4a03"
CARD = "0198c7a2-6f0a-7b1c-8e3d-9a8b7c6d5e04"
SESSION_ID = OpenApiParameter("session_id", UUID, OpenApiParameter.PATH, description="The session's id.")


def _asks(value: object) -> OpenApiExample:
    return OpenApiExample("Example", value=value, request_only=True)


def _gives(value: object, status: int = 200) -> OpenApiExample:
    return OpenApiExample("Example", value=value, response_only=True, status_codes=[str(status)])


_SAID = {
    "headline": "Price feels high: find the gap first",
    "say": "That makes sense, it is a big number. What would make it feel right for you?",
    "ask": "What monthly payment would feel comfortable?",
    "why": "too expensive",
}
_SESSION = {
    "session_id": SESSION,
    "agent_id": AGENT,
    "lead_id": LEAD,
    "conversation_id": "0198c7a2-55ac-7e19-b5ce-111111111105",
    "medium": "sms",
    "started_at": "2026-11-24T15:04:05.123456Z",
    "ended_at": None,
}

real_time = extend_schema(
    operation_id="coaching_real_time",
    tags=TAGS,
    parameters=[ONCE],
    request=shapes.RealTimeRequest,
    responses=shapes.RealTimeAnswer,
    examples=[
        _asks(
            {
                "agent_id": AGENT,
                "conversation_context": {"stage": "engaged", "lead_id": LEAD},
                "prospect_message": "I like it, but that is too expensive for us.",
                "conversation_stage": "engaged",
                "message_id": "sms-8812",
            }
        ),
        _gives(
            {
                "objection_detected": True,
                "objection_type": "affordability",
                "suggestions": [_SAID],
                "next_question": _SAID["ask"],
                "urgency_level": "medium",
                "confidence": 0.93,
                "source": "local",
                "processing_time_ms": 9.412,
                "session_id": SESSION,
                "suggestion_id": CARD,
                "message_id": "sms-8812",
                "shown": True,
                "quiet_reason": "",
                "repeated": False,
            }
        ),
    ],
)
objections = extend_schema(
    operation_id="coaching_objections",
    tags=TAGS,
    request=shapes.ObjectionsRequest,
    responses=shapes.ObjectionsAnswer,
    examples=[
        _asks(
            {
                "message_text": "That is too expensive for us.",
                "conversation_history": [{"speaker": "agent", "text": "The list price is $485,000."}],
                "lead_context": {"listing_price": 485000, "language": "en"},
            }
        ),
        _gives(
            {
                "objections": [
                    {
                        "kind": "affordability",
                        "group": "price",
                        "confidence": 0.93,
                        "quote": "too expensive",
                        "start": 8,
                        "end": 21,
                        "overcomable": True,
                    }
                ],
                "overcomable": True,
                "unsure": False,
                "suggestions": [_SAID],
                "source": "local",
                "processing_time_ms": 2.731,
            }
        ),
    ],
)
fair_housing = extend_schema(
    operation_id="coaching_fair_housing",
    tags=TAGS,
    request=shapes.FairHousingRequest,
    responses=shapes.FairHousingAnswer,
    examples=[
        _asks({"text": "It is a very safe neighborhood.", "speaker": "agent", "jurisdiction": "US-CA"}),
        _gives(
            {
                "flags": [
                    {
                        "class": "safety",
                        "kind": "neighbourhood_quality",
                        "quote": "safe neighborhood",
                        "start": 13,
                        "end": 30,
                        "alternative": "I can't judge that for you. The local police department publishes its data.",
                        "law": "Fair Housing Act, 42 U.S.C. 3604(c)",
                    }
                ],
                "processing_time_ms": 0.412,
            }
        ),
    ],
)
next_question = extend_schema(
    operation_id="coaching_next_question",
    tags=TAGS,
    request=shapes.NextQuestionRequest,
    responses=shapes.NextQuestionAnswer,
    examples=[
        _asks({"stage": "engaged", "vertical": "first_time", "side": "buyer", "known": ["budget"], "language": "en"}),
        _gives(
            {
                "slot": "timeline",
                "question": "When would you like to be in your new home?",
                "why": "How soon decides what comes next.",
                "processing_time_ms": 0.812,
            }
        ),
    ],
)
sessions = extend_schema(
    operation_id="coaching_sessions",
    tags=TAGS,
    parameters=[shapes.SessionsQuery],
    responses=shapes.SessionsAnswer,
    examples=[_gives({"results": [_SESSION], "next": None})],
)
session_start = extend_schema(
    operation_id="coaching_session_start",
    tags=TAGS,
    parameters=[ONCE],
    request=shapes.SessionRequest,
    responses={
        200: OpenApiResponse(shapes.SessionAnswer, "The session was open already."),
        201: OpenApiResponse(shapes.SessionAnswer, "The session was begun."),
    },
    examples=[_asks({"agent_id": AGENT, "lead_id": LEAD, "medium": "sms"}), _gives(_SESSION, 201)],
)
session = extend_schema(
    operation_id="coaching_session",
    tags=TAGS,
    parameters=[SESSION_ID],
    responses=shapes.SessionDetail,
)
session_end = extend_schema(
    operation_id="coaching_session_end",
    tags=TAGS,
    parameters=[SESSION_ID, ONCE],
    request=None,
    responses=shapes.SessionAnswer,
    examples=[_gives({**_SESSION, "ended_at": "2026-11-24T15:19:40.000001Z"})],
)
feedback = extend_schema(
    operation_id="coaching_feedback",
    tags=TAGS,
    parameters=[ONCE],
    request=shapes.FeedbackRequest,
    responses={201: shapes.FeedbackAnswer},
    examples=[
        _asks(
            {
                "agent_id": AGENT,
                "session_id": SESSION,
                "suggestion_id": CARD,
                "score": 2,
                "comments": "Too stiff, I would not say it like this.",
            }
        ),
        _gives({"feedback_id": "api-1", "session_id": SESSION, "suggestion_id": CARD, "looked_into": True}, 201),
    ],
)
tickets = extend_schema(
    operation_id="coaching_ticket",
    tags=TAGS,
    request=shapes.TicketRequest,
    responses={201: shapes.TicketAnswer},
    examples=[
        _asks({"agent_id": AGENT}),
        _gives({"ticket": "eht_…", "expires_in": 60, "url": "wss://hub.example.com/ws/coaching/?ticket=eht_…"}, 201),
    ],
)
