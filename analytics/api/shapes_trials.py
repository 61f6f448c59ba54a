"""What goes in and out of the endpoints of experiments and of the return?"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.models import Experiment
from analytics.services.trial_life import GUARDS
from enterprisehub.tenants.api.fields import Id, OneOf, Strict, Text, Whole


class PlanRequest(Strict):
    name = Text(max_length=120)
    kind = OneOf(choices=Experiment.Kind.choices)
    metric = OneOf(choices=Experiment.Metric.choices, default="outcome.appointment")
    question = Text(required=False, allow_blank=True, max_length=2000, default="")
    share_percent = Whole(default=20, min_value=5, max_value=50, help_text="Held back, or coached with what is new.")
    playbook_version_id = Id(required=False, help_text="For kind `playbook`: the version that is tried.")
    prompt = Text(required=False, allow_blank=True, max_length=80, default="", help_text="For kind `prompt`.")
    base_percent = Whole(default=20, min_value=1, max_value=99, help_text="The rate expected without.")
    effect_percent = Whole(
        default=20, min_value=1, max_value=1000, help_text="The smallest effect worth seeing, as a share of that rate."
    )
    max_days = Whole(default=90, min_value=1, max_value=730)
    guards = serializers.ListField(
        child=OneOf(choices=list(GUARDS.items())),
        required=False,
        max_length=3,
        help_text="Figures in which no arm may be worse; opt-outs when none is named.",
    )


class ArmAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    coached_with = serializers.CharField(source="told")
    share_percent = serializers.IntegerField(source="share")
    cases = serializers.IntegerField()
    ripe = serializers.IntegerField(help_text="Cases whose time to be followed by the outcome has passed.")
    followed = serializers.SerializerMethodField()
    rate = serializers.SerializerMethodField()
    low = serializers.SerializerMethodField()
    high = serializers.SerializerMethodField()
    points = serializers.SerializerMethodField()
    points_low = serializers.SerializerMethodField()
    points_high = serializers.SerializerMethodField()
    verdict = serializers.CharField()

    def get_followed(self, arm: Any) -> int | None:
        return arm.rate.hits if arm.rate else None

    def get_rate(self, arm: Any) -> float | None:
        return arm.rate.value if arm.rate and arm.rate.enough else None

    def get_low(self, arm: Any) -> float | None:
        return arm.rate.interval.low if arm.rate and arm.rate.enough else None

    def get_high(self, arm: Any) -> float | None:
        return arm.rate.interval.high if arm.rate and arm.rate.enough else None

    def get_points(self, arm: Any) -> float | None:
        return arm.lift.points if arm.lift else None

    def get_points_low(self, arm: Any) -> float | None:
        return arm.lift.interval.low if arm.lift else None

    def get_points_high(self, arm: Any) -> float | None:
        return arm.lift.interval.high if arm.lift else None


class ExperimentAnswer(serializers.Serializer[Any]):
    experiment_id = serializers.UUIDField(source="row.pk")
    name = serializers.CharField(source="row.name")
    kind = serializers.ChoiceField(source="row.kind", choices=Experiment.Kind.choices)
    status = serializers.ChoiceField(source="row.status", choices=Experiment.Status.choices)
    metric = serializers.ChoiceField(source="row.metric", choices=Experiment.Metric.choices)
    guards = serializers.ListField(child=serializers.CharField(), source="row.guards")
    readable = serializers.BooleanField(
        source="reading.readable", help_text="Whether the plan lets the figures be read; until then they are null."
    )
    cases_needed = serializers.IntegerField(source="reading.needed")
    cases_reached = serializers.IntegerField(source="reading.reached")
    skewed = serializers.BooleanField(
        source="reading.balance.skewed", help_text="The arms have not the cases that the draw should have given them."
    )
    headline = serializers.CharField()
    better = serializers.CharField(source="winner", help_text="The arm that is better by more than chance; else empty.")
    arms = ArmAnswer(many=True)
    stopped_because = serializers.CharField(source="row.stopped_because")
    decision = serializers.SerializerMethodField()
    started_at = serializers.DateTimeField(source="row.started_at", allow_null=True)
    ended_at = serializers.DateTimeField(source="row.ended_at", allow_null=True)

    def get_decision(self, shown: Any) -> str | None:
        """The arm that was chosen; empty for what coached before, null while nothing is decided."""
        return shown.row.decision.get("choice") if shown.row.decision else None


class ExperimentsAnswer(serializers.Serializer[Any]):
    results = ExperimentAnswer(many=True)


class MoneyAnswer(serializers.Serializer[Any]):
    middle = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField(allow_null=True, help_text="Null where it is without end.")


class BenefitAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    unit = serializers.CharField()
    difference = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    words = serializers.CharField()


class CostAnswer(serializers.Serializer[Any]):
    licences = serializers.FloatField(allow_null=True)
    engine = serializers.FloatField()
    minutes = serializers.FloatField(allow_null=True)
    total = serializers.FloatField()
    missing = serializers.ListField(child=serializers.CharField())


class ReturnAnswer(serializers.Serializer[Any]):
    first = serializers.DateField()
    last = serializers.DateField()
    currency = serializers.CharField()
    method = serializers.ChoiceField(choices=["randomised", "before_after", "imported", "none"])
    causal = serializers.BooleanField(help_text="True only where who was coached was drawn by lot.")
    sentence = serializers.CharField()
    caveats = serializers.ListField(child=serializers.CharField())
    cost = CostAnswer()
    gain = MoneyAnswer(allow_null=True)
    net = MoneyAnswer(allow_null=True)
    share_of_cost = MoneyAnswer(allow_null=True, help_text="Null unless its interval keeps away from zero.")
    payback_days = MoneyAnswer(allow_null=True)
    parts = BenefitAnswer(many=True)
