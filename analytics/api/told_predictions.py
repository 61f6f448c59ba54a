"""What does the schema say about the endpoint of predictions?"""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from analytics.api import shapes_predictions as shapes

_EXAMPLE = {
    "lead_id": "0198c7a2-55ab-7aa3-9d62-0f6f7d1b2c02",
    "close": [
        {
            "horizon_days": 90,
            "probability": 0.21,
            "low": 0.15,
            "high": 0.29,
            "past_leads": 143,
            "why": "21 % of the time that 143 past leads spent in qualified, a closing came within 90 days.",
        }
    ],
    "best_hours": [18, 19, 12],
    "best_hours_why": "6 of their 8 messages came in these hours.",
    "timezone": "America/New_York",
    "medium": "sms",
    "medium_why": "They answered 5 of 6 messages there within two days.",
    "price_sensitivity": "some",
    "price_why": "They spoke against the price 1 time in 9 messages.",
    "price_quotes": ["that is a bit more than we hoped"],
    "timeline": [{"name": "deadline", "value": "2027-03-31", "quote": "our lease ends in March"}],
    "strategy": [{"step": "Offer two times for a meeting.", "why": "They are in qualified."}],
    "counted_at": "2026-11-25T08:20:03Z",
}

predictions = extend_schema(
    operation_id="lead_predictions",
    tags=["analytics"],
    parameters=[OpenApiParameter("lead_id", UUID, OpenApiParameter.PATH, description="The lead's id.")],
    responses={200: shapes.OutlookAnswer},
    examples=[OpenApiExample("Example", value=_EXAMPLE, response_only=True, status_codes=["200"])],
)
