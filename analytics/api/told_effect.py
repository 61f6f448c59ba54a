"""What does the schema say about the endpoints of effectiveness and competition?"""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from analytics.api import shapes_effect as shapes
from analytics.ranges import SPANS

_RANGE = OpenApiParameter("time_range", str, enum=list(SPANS), description="The days up to today; 90d when left out.")
_EXAMPLE = {
    "id": "0198c7a2-55ab-7aa3-9d62-0f6f7d1b2c02",
    "time_range": "90d",
    "first_day": "2026-08-28",
    "last_day": "2026-11-25",
    "state": "done",
    "progress": 100,
    "read_by": "local",
    "conversations": 612,
    "held_back": 74,
    "findings": [
        {
            "sort": "line",
            "key": "rates.any.en.say.1",
            "card_kind": "rates",
            "text": "Would it help to see the payment at two rates?",
            "outcome": "appointment",
            "hits": 31,
            "n": 96,
            "other_hits": 24,
            "other_n": 161,
            "basis": "others",
            "points": 0.174,
            "points_low": 0.068,
            "points_high": 0.284,
            "q": 0.021,
            "verdict": "high",
            "sentence": "31 of 96 were followed by an appointment (32 %), 24 of 161 in the others (15 %).",
        }
    ],
    "patterns": [],
    "improvement_areas": [],
    "recommendations": [],
    "missing_examples": [{"kind": "privacy", "wrong": 4, "judged": 31, "confidence": 0.52, "cards": 40}],
}
_BEGUN = {"state": "queued", "progress": 0, "conversations": 0, "held_back": 0, "findings": [], "missing_examples": []}
_STANDING = {
    "analysed_at": "2026-11-25T08:20:03Z",
    "market": [
        {
            "metric": "response_time",
            "value": 15,
            "unit": "minutes",
            "segment": "",
            "published_by": "Survey of brokerages",
            "date": "2026-05-09",
            "own": 1575.0,
            "own_low": 1387.0,
            "own_high": 1763.0,
            "own_n": 1930,
            "standing": "behind",
            "sentence": "Your whole interval lies on the worse side of the market's figure.",
            "age": "",
        }
    ],
    "plan": [
        {
            "area": "situation",
            "title": "Falls behind: stall",
            "why": "9 of 127 conversations came to an appointment, elsewhere 132 of 436.",
            "do": "Listen to five of these talks, and draft another line for them.",
            "expected": "20 to 37 appointments",
            "confidence": "some",
        }
    ],
}

latest = extend_schema(
    operation_id="coaching_effectiveness",
    tags=["analytics"],
    parameters=[_RANGE],
    responses={200: shapes.AnalysisAnswer},
    examples=[OpenApiExample("Example", value=_EXAMPLE, response_only=True, status_codes=["200"])],
)
run = extend_schema(
    operation_id="run_coaching_effectiveness",
    tags=["analytics"],
    request=shapes.EffectivenessRun,
    responses={200: shapes.AnalysisAnswer, 202: shapes.AnalysisAnswer},
    examples=[
        OpenApiExample("Ask", value={"time_range": "90d"}, request_only=True),
        OpenApiExample("Under way", value=_EXAMPLE, response_only=True, status_codes=["200"]),
        OpenApiExample("Begun", value={**_EXAMPLE, **_BEGUN}, response_only=True, status_codes=["202"]),
    ],
)
competition = extend_schema(
    operation_id="competition",
    tags=["analytics"],
    parameters=[_RANGE],
    responses={200: shapes.CompetitionAnswer},
    examples=[OpenApiExample("Example", value=_STANDING, response_only=True, status_codes=["200"])],
)
