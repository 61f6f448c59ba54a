"""In which shape does the API tell what preceded good outcomes, and where a brokerage stands?"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.models import Analysis
from analytics.ranges import SPANS


class EffectivenessRun(serializers.Serializer[Any]):
    time_range = serializers.ChoiceField(choices=list(SPANS), default="90d")


class EffectFindingAnswer(serializers.Serializer[Any]):
    sort = serializers.CharField(help_text="kind, line, ask, playbook, prompt or situation.")
    key = serializers.CharField()
    card_kind = serializers.CharField(allow_blank=True)
    text = serializers.CharField(help_text="The line, or what the thing is called.")
    outcome = serializers.CharField()
    hits = serializers.IntegerField()
    n = serializers.IntegerField(help_text="Conversations, once each.")
    other_hits = serializers.IntegerField()
    other_n = serializers.IntegerField()
    basis = serializers.ChoiceField(
        choices=["holdout", "others"], help_text="Only against a holdout was a difference caused."
    )
    points = serializers.FloatField(allow_null=True, help_text="0.04 is four points; null with too few cases.")
    points_low = serializers.FloatField(allow_null=True)
    points_high = serializers.FloatField(allow_null=True)
    q = serializers.FloatField(help_text="Share of false findings among those at least as striking.")
    verdict = serializers.ChoiceField(choices=["high", "low", "unclear", "few"])
    sentence = serializers.CharField()


class MissingExampleAnswer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    wrong = serializers.IntegerField()
    judged = serializers.IntegerField()
    confidence = serializers.FloatField(allow_null=True)
    cards = serializers.IntegerField()


class AnalysisAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True)
    time_range = serializers.CharField(allow_null=True)
    first_day = serializers.DateField(allow_null=True)
    last_day = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=["none", "queued", "running", "done", "failed"])
    progress = serializers.IntegerField()
    read_by = serializers.CharField(help_text="Who read the samples: local or claude. The figures are always counted.")
    conversations = serializers.IntegerField()
    held_back = serializers.IntegerField()
    findings = EffectFindingAnswer(many=True)
    patterns = serializers.ListField(child=serializers.CharField())
    improvement_areas = serializers.ListField(child=serializers.CharField())
    recommendations = serializers.ListField(child=serializers.CharField())
    missing_examples = MissingExampleAnswer(many=True)


class PlanStepAnswer(serializers.Serializer[Any]):
    area = serializers.CharField()
    title = serializers.CharField()
    why = serializers.CharField()
    do = serializers.CharField()
    expected = serializers.CharField()
    confidence = serializers.ChoiceField(choices=["high", "some", "low"])


class MarketPositionAnswer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    value = serializers.FloatField()
    unit = serializers.CharField()
    segment = serializers.CharField(allow_blank=True)
    published_by = serializers.CharField()
    date = serializers.DateField()
    own = serializers.FloatField(allow_null=True, help_text="A share, or seconds; null with too few cases.")
    own_low = serializers.FloatField(allow_null=True)
    own_high = serializers.FloatField(allow_null=True)
    own_n = serializers.IntegerField()
    standing = serializers.ChoiceField(choices=["ahead", "behind", "level", "unknown"])
    sentence = serializers.CharField()
    age = serializers.CharField(allow_blank=True)


class CompetitionAnswer(serializers.Serializer[Any]):
    analysed_at = serializers.DateTimeField(allow_null=True)
    market = MarketPositionAnswer(many=True)
    plan = PlanStepAnswer(many=True)


def analysis(row: Analysis | None) -> dict[str, Any]:
    """The analysis as the answer's fields; state none when nobody asked for one yet."""
    result: dict[str, Any] = row.result if row else {}
    samples = result.get("samples", {})
    told = {
        "id": row.pk if row else None,
        "time_range": row.time_range if row else None,
        "first_day": row.first if row else None,
        "last_day": row.last if row else None,
        "state": row.state if row else "none",
        "progress": row.progress if row else 0,
        "read_by": samples.get("by", "local"),
        "conversations": result.get("talks", 0),
        "held_back": result.get("held", 0),
        "findings": [{**one, "text": one["label"]} for one in result.get("findings", [])],
        "patterns": [one["text"] for one in samples.get("patterns", [])],
        "improvement_areas": result.get("improve", []),
        "recommendations": result.get("recommend", []),
        "missing_examples": result.get("examples", []),
    }
    return AnalysisAnswer(told).data


def competition(row: Analysis | None) -> dict[str, Any]:
    """Market and plan of the analysis; empty without one."""
    result: dict[str, Any] = row.result if row else {}
    told = {
        "analysed_at": row.ended_at if row else None,
        "market": [{**one, "published_by": one["source"]} for one in result.get("market", [])],
        "plan": [{**one, "confidence": one["sure"]} for one in result.get("plan", [])],
    }
    return CompetitionAnswer(told).data
