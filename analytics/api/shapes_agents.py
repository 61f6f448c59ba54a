"""What do the endpoints of agents take and give?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from analytics.development import rate_of
from analytics.measures import Lift, Mean, Rate
from analytics.models import DevelopmentPlan
from analytics.performance import Compared, ComparedMean, Figures
from analytics.ranges import SPANS, Range
from analytics.waits import Median


class TimeRange(serializers.Serializer[Any]):
    time_range = serializers.ChoiceField(
        required=False, choices=list(SPANS), help_text="The last so many days; 30d when left out."
    )


class RateShape(serializers.Serializer[Any]):
    hits = serializers.IntegerField()
    n = serializers.IntegerField(help_text="Cases.")
    rate = serializers.FloatField(allow_null=True, help_text="Null below 20 cases: too few for a percentage.")
    low = serializers.FloatField(allow_null=True, help_text="Of the 95 % interval (Wilson).")
    high = serializers.FloatField(allow_null=True)


class LiftShape(serializers.Serializer[Any]):
    points = serializers.FloatField(help_text="The difference of the rates; 0.04 is four points.")
    low = serializers.FloatField()
    high = serializers.FloatField()
    clear = serializers.BooleanField(help_text="Whether the 95 % interval keeps away from zero.")


class ComparedShape(serializers.Serializer[Any]):
    now = RateShape()
    before = RateShape(help_text="As many days right before.")
    others = RateShape(help_text="All other agents of the tenant, in the same days.")
    change = LiftShape(allow_null=True, help_text="Against the days before; null with too few cases.")
    beside = LiftShape(allow_null=True, help_text="Against the others; null with too few cases.")


class MeanShape(serializers.Serializer[Any]):
    n = serializers.IntegerField()
    mean = serializers.FloatField(allow_null=True, help_text="Null below 20 cases.")


class MeansShape(serializers.Serializer[Any]):
    now = MeanShape()
    before = MeanShape()
    others = MeanShape()


class MedianShape(serializers.Serializer[Any]):
    n = serializers.IntegerField()
    seconds = serializers.FloatField(allow_null=True, help_text="Half of the answers came sooner; null below 20.")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class SkillShape(ComparedShape):
    skill = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class KindShape(ComparedShape):
    kind = serializers.CharField(help_text="Of the objection.")
    replied = RateShape(help_text="A reply followed the card; that it followed does not mean that it was caused.")
    appointed = RateShape()


class StageShape(serializers.Serializer[Any]):
    stage = serializers.CharField()
    n = serializers.IntegerField(help_text="Leads that reached it in these days.")
    onward = RateShape(allow_null=True)


class StrengthShape(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    why = serializers.CharField()
    rate = RateShape()


class FocusShape(serializers.Serializer[Any]):
    skill = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    why = serializers.CharField()
    tip = serializers.CharField()
    points_lost = serializers.FloatField(
        help_text="Points of the scorecard that a conversation loses there, on average."
    )


class AgentAnswer(serializers.Serializer[Any]):
    agent_id = serializers.UUIDField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    conversations = serializers.IntegerField()
    strengths = StrengthShape(many=True)
    focus = FocusShape(allow_null=True, help_text="The one thing to work on; null when nothing stands out.")
    scorecard = MeansShape(help_text="Of 1.")
    skills = SkillShape(many=True)
    objections = KindShape(many=True)
    cards_used = ComparedShape()
    how_used = serializers.DictField(child=serializers.IntegerField())
    response = serializers.DictField(child=MedianShape(), help_text="now, before, others")
    share_of_words = MeansShape(help_text="The agent's, mean of days.")
    one_question = ComparedShape(help_text="Messages that ask, with one question only.")
    completeness = MeansShape(help_text="Of the lead's qualification when the conversation rested.")
    seconds_to_qualified = MeansShape()
    stages = StageShape(many=True)
    processing_time_ms = serializers.FloatField()


class DrillShape(serializers.Serializer[Any]):
    drill_id = serializers.UUIDField(source="pk")
    language = serializers.CharField()
    temperament = serializers.CharField()
    origin = serializers.CharField()
    best = serializers.IntegerField(allow_null=True, help_text="Of 100.")
    passed_at = serializers.DateTimeField(allow_null=True)


class DevelopmentPlanAnswer(serializers.Serializer[Any]):
    plan_id = serializers.UUIDField(allow_null=True, help_text="Null while there is no plan.")
    skill = serializers.CharField(allow_blank=True)
    state = serializers.CharField(allow_blank=True, help_text="active, measuring, closed")
    result = serializers.CharField(allow_blank=True, help_text="better, unclear, worse; empty until it was measured")
    week = serializers.DateField(allow_null=True)
    why = serializers.CharField(allow_blank=True)
    before = RateShape(allow_null=True)
    after = RateShape(allow_null=True)
    drills = DrillShape(many=True)
    processing_time_ms = serializers.FloatField()


def rate(value: Rate) -> dict[str, Any]:
    enough = value.enough
    low, high = (value.interval.low, value.interval.high) if enough else (None, None)
    return {"hits": value.hits, "n": value.n, "rate": value.value if enough else None, "low": low, "high": high}


def _lift(value: Lift | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"points": value.points, "low": value.interval.low, "high": value.interval.high, "clear": value.clear}


def _compared(value: Compared) -> dict[str, Any]:
    rates = {"now": rate(value.now), "before": rate(value.before), "others": rate(value.others)}
    return {**rates, "change": _lift(value.change), "beside": _lift(value.beside)}


def _mean(value: Mean) -> dict[str, Any]:
    return {"n": value.n, "mean": value.value if value.enough else None}


def _means(value: ComparedMean) -> dict[str, Any]:
    return {"now": _mean(value.now), "before": _mean(value.before), "others": _mean(value.others)}


def _median(value: Median) -> dict[str, Any]:
    ends = value.interval if value.enough else None
    told = value.value if value.enough else None
    return {"n": value.n, "seconds": told, "low": ends.low if ends else None, "high": ends.high if ends else None}


def figures(found: Figures, days: Range) -> dict[str, Any]:
    """An agent's figures as JSON."""
    chosen = found.focus
    skill = chosen.skill if chosen else None
    answers = found.response
    return {
        "first_day": days.first,
        "last_day": days.last,
        "conversations": found.conversations,
        "strengths": [{"label": one.label, "why": one.why, "rate": rate(one.rate)} for one in found.strengths],
        "focus": {
            "skill": skill.key,
            "label": skill.label,
            "why": chosen.why,
            "tip": skill.tip,
            "points_lost": round(chosen.worth, 2),
        }
        if chosen and skill
        else None,
        "scorecard": _means(found.score),
        "skills": [{"skill": one.skill.key, "label": one.skill.label, **_compared(one.rate)} for one in found.skills],
        "objections": [
            {"kind": one.kind, "replied": rate(one.replied), "appointed": rate(one.appointed), **_compared(one.used)}
            for one in found.kinds
        ],
        "cards_used": _compared(found.adoption),
        "how_used": dict(found.how_used),
        "response": {"now": _median(answers.now), "before": _median(answers.before), "others": _median(answers.others)},
        "share_of_words": _means(found.share),
        "one_question": _compared(found.single),
        "completeness": _means(found.completeness),
        "seconds_to_qualified": _means(found.qualified),
        "stages": [
            {"stage": one.stage, "n": one.n, "onward": rate(one.onward) if one.onward else None} for one in found.stages
        ],
    }


def plan(found: DevelopmentPlan | None) -> dict[str, Any]:
    """A plan as JSON; one that is not there has no id."""
    if found is None:
        nothing: Mapping[str, Any] = dict.fromkeys(("skill", "state", "result", "why"), "")
        return {**nothing, "plan_id": None, "week": None, "before": None, "after": None, "drills": []}
    return {
        "plan_id": found.pk,
        "skill": found.skill,
        "state": found.state,
        "result": found.result,
        "week": found.week,
        "why": str(found.why.get("words", "")) if isinstance(found.why, dict) else "",
        "before": rate(rate_of(found.before)),
        "after": rate(rate_of(found.after)),
        "drills": list(found.drills.all()),
    }
