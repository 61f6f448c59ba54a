"""What does the schema say about each endpoint that reads words without recording them, with an example that works?"""

from __future__ import annotations

from drf_spectacular.utils import extend_schema

from leads import serializers_semantic as semantic
from leads.api_told import BEDS, NEXT, asks, gives

SEMANTIC = ["semantic"]

_TALK = [
    {"speaker": "agent", "text": "How many bedrooms do you need?"},
    {"speaker": "prospect", "text": "Three, and we must move by March 1 for a new job."},
]
intent = extend_schema(
    operation_id="semantic_intent",
    tags=SEMANTIC,
    request=semantic.IntentRequest,
    responses=semantic.IntentAnswer,
    examples=[
        asks(
            {
                "message_text": "Can we see the house on Saturday? I got a new job and must move soon.",
                "conversation_history": [_TALK[0]],
            }
        ),
        gives(
            {
                "source": "local",
                "processing_time_ms": 4.102,
                "intents": [{"name": "book_tour", "confidence": 0.89}],
                "motivation": "relocation",
                "urgency": "medium",
                "language": {"language": "en", "confidence": 1.0},
                "sentiment": {
                    "turns": [{"turn": 1, "valence": 0.0, "confidence": 0.0}],
                    "trend": "steady",
                    "turning_points": [],
                },
            }
        ),
    ],
)
preferences = extend_schema(
    operation_id="semantic_preferences",
    tags=SEMANTIC,
    request=semantic.PreferencesRequest,
    responses=semantic.PreferencesAnswer,
    examples=[
        asks({"conversation": _TALK, "now": "2026-11-25T12:00:00-06:00", "timezone": "America/Chicago"}),
        gives(
            {
                "source": "local",
                "processing_time_ms": 3.514,
                "slots": [{**BEDS, "quote": "Three", "turn": 1, "start": 0, "end": 5, "confidence": 0.8}],
            }
        ),
    ],
)
_KNOWN = {
    "side": "buyer",
    "vertical": "first_time",
    "stage": "engaged",
    "facts": [{"name": "beds", "value": 3, "confidence": 0.9, "at": "2026-11-25T12:00:00-06:00"}],
    "asked": ["motivation"],
}
qualification = extend_schema(
    operation_id="semantic_qualification",
    tags=SEMANTIC,
    request=semantic.QualificationRequest,
    responses=semantic.QualificationRead,
    examples=[
        asks(_KNOWN),
        gives(
            {
                "source": "local",
                "processing_time_ms": 1.204,
                "completeness": 0.0425,
                "parts": [
                    {
                        "slot": "property_type",
                        "weight": 0.06,
                        "confidence": 0.9,
                        "freshness": 1.0,
                        "gained": 0.9,
                        "fact": "beds",
                        "reason": "unsure",
                        "known": True,
                    }
                ],
                "missing": [{"slot": "motivation", "why": NEXT["why"], "reason": "Not known yet."}],
                "open_topics": ["timeframe", "motivation", "finance_path", "agent_status"],
                "qualified": False,
                "next_question": NEXT,
                "hand_off": None,
            }
        ),
    ],
)
questions = extend_schema(
    operation_id="semantic_questions",
    tags=SEMANTIC,
    request=semantic.QualificationRequest,
    responses=semantic.QuestionsAnswer,
    examples=[
        asks({"side": "buyer", "conversation": _TALK}),
        gives(
            {
                "source": "local",
                "processing_time_ms": 2.331,
                "next_question": NEXT,
                "hand_off": None,
                "completeness": 0.354,
            }
        ),
    ],
)
