"""What do the endpoints of plans and actions take and give?"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from enterprisehub.tenants.api.fields import Amount, Id, OneOf, Strict, Text
from enterprisehub.tenants.models import Vertical
from leads.models import ActionState, Medium, Overlay, Purpose, Side, Stage
from leads.planning.urgency import LEVELS
from leads.said import LONGEST_HISTORY, Plain
from leads.serializers_semantic import MOST_FACTS, FactRequest, Moment, SaidRequest
from leads.services import MAX_TEXT
from leads.services.deciding import LONGEST_SOURCE, OUTCOMES
from leads.services.situations import rows_of
from leads.services.today import QUEUE

PAGE, LARGEST_PAGE = 50, 200
LANGUAGES = ["en", "es"]
NAME = 120


class ExchangeRequest(SaidRequest):
    medium = OneOf(choices=Medium.choices, required=False)


class KnownRequest(FactRequest):
    quote = Text(required=False, allow_blank=True, max_length=500, help_text="The prospect's own words for it.")
    contradiction = serializers.BooleanField(required=False)


class ListingRequest(Strict):
    """What is known of the property: claims of a draft must be among it."""

    name = Text(required=False, allow_blank=True, max_length=160)
    price = Amount(required=False, min_value=1, max_value=1e12)
    currency = Text(required=False, min_length=3, max_length=3)
    facts = serializers.DictField(child=Plain(), required=False)


class DoneRequest(Strict):
    verb = Text(max_length=30)
    at = Moment()
    outcome = Text(required=False, allow_blank=True, max_length=40)
    medium = OneOf(choices=Medium.choices, required=False)

    def validate(self, attrs: Any) -> Any:
        if not attrs.get("at"):
            raise serializers.ValidationError({"at": ["Say when it was done."]})
        return attrs


class SituationRequest(Strict):
    """A lead of ours by its id, or everything about one that is not ours; nothing but `lead_id` with a `lead_id`."""

    lead_id = Id(required=False, help_text="A lead's id; its plan is made from what is on record.")
    conversation = serializers.ListField(child=ExchangeRequest(), required=False, max_length=LONGEST_HISTORY)
    facts = serializers.ListField(
        child=KnownRequest(),
        required=False,
        max_length=MOST_FACTS,
        help_text="Read from the conversation when left out.",
    )
    stage = OneOf(choices=Stage.choices, required=False)
    overlay = OneOf(choices=Overlay.choices, required=False)
    side = OneOf(choices=Side.choices, required=False)
    vertical = OneOf(choices=Vertical.choices, required=False)
    language = OneOf(choices=LANGUAGES, required=False, help_text="Of the prospect: drafts are written in it.")
    first_name = Text(required=False, allow_blank=True, max_length=NAME)
    agent = Text(required=False, allow_blank=True, max_length=NAME, help_text="Who writes.")
    brokerage = Text(required=False, allow_blank=True, max_length=NAME, help_text="The tenant's name when left out.")
    listing = ListingRequest(required=False)
    agreement = serializers.BooleanField(required=False, help_text="A signed agreement is on record.")
    began = Moment(help_text="When the lead came.")
    since = Moment(help_text="When the stage was entered.")
    done = serializers.ListField(child=DoneRequest(), required=False, max_length=100)
    now = Moment(help_text="The moment of planning; the newest turn's `at`, or the clock, when left out.")
    timezone = Text(required=False, max_length=64, help_text="Of the lead; the tenant's when left out.")


class Listed(serializers.ListSerializer[Any]):
    """What is kept as a list of objects; anything else that was written there is not told."""

    def to_representation(self, data: Any) -> list[Any]:
        return super().to_representation(rows_of(data))


class Shown(serializers.Serializer[Any]):
    quote = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True, help_text="The message's id, where it is on record.")
    slot = serializers.CharField(allow_blank=True)

    class Meta:
        list_serializer_class = Listed


class SignalAnswer(serializers.Serializer[Any]):
    what = serializers.CharField()
    why = serializers.CharField()
    evidence = Shown(many=True)
    until = serializers.DateField(help_text="After this day it is stale.")


class DeadlineAnswer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    on = serializers.DateField()
    days = serializers.IntegerField()
    level = serializers.ChoiceField(choices=LEVELS)
    quote = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)


class UrgencyTold(serializers.Serializer[Any]):
    level = serializers.ChoiceField(choices=LEVELS, help_text="By the dates that they named, never by mood.")
    why = serializers.CharField()
    deadline = serializers.DateField(allow_null=True)
    quotes = serializers.ListField(child=serializers.CharField())
    deadlines = DeadlineAnswer(many=True)


class StepAnswer(serializers.Serializer[Any]):
    step = serializers.IntegerField()
    verb = serializers.CharField()
    medium = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField(help_text="In the lead's zone.")
    fallback = serializers.CharField(allow_blank=True)
    purpose = serializers.ChoiceField(choices=Purpose.choices)


class StopAnswer(serializers.Serializer[Any]):
    reason = serializers.CharField()
    text = serializers.CharField()
    quote = serializers.CharField(allow_blank=True)


class CadenceTold(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    paused_until = serializers.DateTimeField(allow_null=True, help_text="A human reply rests it until then.")
    stopped = StopAnswer(allow_null=True)
    ended = serializers.BooleanField()
    then = serializers.CharField(allow_blank=True)
    steps = StepAnswer(many=True)


class FallbackTold(serializers.Serializer[Any]):
    verb = serializers.CharField(required=False)
    medium = serializers.CharField(required=False)
    after_hours = serializers.IntegerField(required=False)


class NextActionTold(serializers.Serializer[Any]):
    verb = serializers.CharField()
    medium = serializers.CharField(allow_blank=True)
    owner = serializers.CharField()
    title = serializers.CharField()
    why = serializers.CharField()
    due_at = serializers.DateTimeField(help_text="In the lead's zone.")
    due_zone = serializers.CharField()
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    evidence = Shown(many=True)
    draft = serializers.CharField(allow_blank=True)
    subject = serializers.CharField(allow_blank=True)
    fallback = FallbackTold()
    rank = serializers.FloatField()


class ComplianceTold(serializers.Serializer[Any]):
    allow = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    checked = serializers.CharField(
        help_text="stops: the hard stops. The gate is asked when an action is kept, and when it is sent."
    )


class UrgencyAnswer(UrgencyTold):
    processing_time_ms = serializers.FloatField()


class FollowUpAnswer(CadenceTold):
    processing_time_ms = serializers.FloatField()


class PlanAnswer(serializers.Serializer[Any]):
    goal = serializers.CharField()
    evidence = Shown(many=True)
    urgency = UrgencyTold()
    next_action = NextActionTold(allow_null=True, help_text="Null when nothing may be done.")
    cadence = CadenceTold()
    compliance = ComplianceTold()
    risks = SignalAnswer(many=True)
    opportunities = SignalAnswer(many=True)
    confidence = serializers.FloatField()
    would_change = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()
    fingerprint = serializers.CharField()
    plan_id = serializers.UUIDField(allow_null=True, help_text="Of the plan that was kept, with `lead_id`.")
    action_id = serializers.UUIDField(allow_null=True, help_text="Of the lead's next open action, with `lead_id`.")
    processing_time_ms = serializers.FloatField()


class ClaimAnswer(serializers.Serializer[Any]):
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    claim = serializers.CharField()
    kind = serializers.CharField()
    known = serializers.BooleanField(help_text="False keeps the draft from being sent.")
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]

    class Meta:
        list_serializer_class = Listed


class GateAnswer(serializers.Serializer[Any]):
    allow = serializers.BooleanField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True)
    text = serializers.CharField(required=False, allow_blank=True)
    next_at = serializers.DateTimeField(required=False, allow_null=True, help_text="The next legal time.")
    at = serializers.DateTimeField(required=False)
    by_hand = serializers.BooleanField(
        required=False, help_text="A person may do it by dialling themselves; no program may."
    )


class ActionAnswer(serializers.Serializer[Any]):
    action_id = serializers.UUIDField(source="pk")
    plan_id = serializers.UUIDField()
    lead_id = serializers.UUIDField()
    agent_id = serializers.UUIDField(allow_null=True)
    lead_name = serializers.CharField(source="lead")
    verb = serializers.CharField()
    medium = serializers.CharField(allow_blank=True)
    purpose = serializers.CharField()
    title = serializers.CharField()
    why = serializers.CharField(allow_blank=True)
    urgency = serializers.CharField(source="plan.urgency")
    evidence = Shown(many=True)
    subject = serializers.CharField(allow_blank=True)
    draft = serializers.CharField(allow_blank=True)
    claims = ClaimAnswer(many=True)
    fallback = FallbackTold()
    verdict = GateAnswer()
    due_at = serializers.DateTimeField()
    due_zone = serializers.CharField(allow_blank=True)
    rank = serializers.FloatField()
    state = serializers.CharField(help_text=", ".join(ActionState.values))
    snoozed_until = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField(allow_blank=True)


class ActionsAnswer(serializers.Serializer[Any]):
    results = ActionAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class ActionsQuery(serializers.Serializer[Any]):
    limit = serializers.IntegerField(required=False, default=PAGE, min_value=1, max_value=LARGEST_PAGE)
    cursor = serializers.RegexField(r"^-?\d{1,6}(\.\d{1,6})?_[0-9a-f-]{36}$", required=False, help_text="From `next`.")
    state = serializers.ChoiceField(
        required=False, choices=[*QUEUE, *(s for s in ActionState.values if s not in QUEUE)]
    )


class SourceRequest(Strict):
    claim = Text(max_length=300, help_text="The claim as it stands in the words.")
    source = Text(max_length=LONGEST_SOURCE, help_text="Where it is known from.")  # type: ignore[assignment]


class WordsRequest(Strict):
    text = Text(required=False, allow_blank=True, max_length=MAX_TEXT)
    subject = Text(required=False, allow_blank=True, max_length=200)
    sources = serializers.ListField(
        child=SourceRequest(),
        required=False,
        max_length=20,
        help_text="For claims about the property that no fact bears out.",
    )


class SnoozeRequest(Strict):
    until = serializers.DateTimeField(help_text="Within the next 180 days.")


class CompleteRequest(Strict):
    outcome = OneOf(choices=list(OUTCOMES.items()), default="done")


class DismissRequest(Strict):
    reason = Text(required=False, allow_blank=True, max_length=40)
