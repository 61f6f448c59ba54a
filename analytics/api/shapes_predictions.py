"""In which shape does the API tell what is foretold of a lead?"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.services.predicting import Outlook
from leads.models import Lead


class ChanceAnswer(serializers.Serializer[Any]):
    horizon_days = serializers.IntegerField()
    probability = serializers.FloatField(allow_null=True, help_text="0 to 1; null when the past is too thin.")
    low = serializers.FloatField(allow_null=True, help_text="Lower end of the 95 % interval.")
    high = serializers.FloatField(allow_null=True)
    past_leads = serializers.IntegerField()
    why = serializers.CharField()


class TimelineAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.JSONField()
    quote = serializers.CharField(allow_blank=True)


class AdviceStepAnswer(serializers.Serializer[Any]):
    step = serializers.CharField()
    why = serializers.CharField()


class OutlookAnswer(serializers.Serializer[Any]):
    lead_id = serializers.UUIDField()
    close = ChanceAnswer(many=True)
    best_hours = serializers.ListField(child=serializers.IntegerField(), help_text="Hours of the lead's own day.")
    best_hours_why = serializers.CharField()
    timezone = serializers.CharField()
    medium = serializers.CharField(allow_blank=True)
    medium_why = serializers.CharField()
    price_sensitivity = serializers.CharField(
        allow_blank=True, help_text="high, some, low, or empty when nothing was said."
    )
    price_why = serializers.CharField()
    price_quotes = serializers.ListField(child=serializers.CharField())
    timeline = TimelineAnswer(many=True)
    strategy = AdviceStepAnswer(many=True)
    counted_at = serializers.DateTimeField(allow_null=True)


def rendered(lead: Lead, outlook: Outlook) -> dict[str, Any]:
    """The outlook as the answer's fields."""
    return {
        "lead_id": lead.pk,
        "close": [
            {
                "horizon_days": chance.horizon,
                "probability": None if chance.value is None else round(chance.value, 4),
                "low": None if chance.interval is None else round(chance.interval.low, 4),
                "high": None if chance.interval is None else round(chance.interval.high, 4),
                "past_leads": chance.n,
                "why": chance.why,
            }
            for chance in outlook.chances
        ],
        "best_hours": list(outlook.hours.best),
        "best_hours_why": outlook.hours.why,
        "timezone": outlook.zone,
        "medium": outlook.liking.medium,
        "medium_why": outlook.liking.why,
        "price_sensitivity": outlook.sensitivity.level,
        "price_why": outlook.sensitivity.why,
        "price_quotes": list(outlook.sensitivity.quotes),
        "timeline": [
            {"name": one["name"], "value": one["value"], "quote": one.get("quote") or ""} for one in outlook.timeline
        ],
        "strategy": [{"step": step, "why": why} for step, why in outlook.strategy.steps],
        "counted_at": outlook.made_at,
    }
