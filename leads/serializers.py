"""What do the endpoints of leads and of their qualification take and give?"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from enterprisehub.tenants.api.fields import Id, OneOf, Strict, Text
from enterprisehub.tenants.models import Vertical, check_timezone
from leads.models import Agreement, Overlay, Side, Stage
from leads.said import AgentId, LeadId, Plain, SenderId, Words
from leads.serializers_semantic import AskNext, HandOffFound
from leads.services import MAX_TEXT
from leads.values import SLOT_NAMES

PAGE, LARGEST_PAGE = 50, 200
LONGEST_REASON = 300


class StartRequest(Strict):
    contact_id = LeadId(help_text="The HighLevel contact id; one that is not known yet becomes a lead. Or a lead's id.")
    contact_name = Text(required=False, allow_blank=True, max_length=120)
    initial_message = Text(required=False, allow_blank=True, max_length=MAX_TEXT, help_text="What they said first.")
    message_id = SenderId(required=False, help_text="The sender's own id: the same id is heard once.")
    side = OneOf(choices=Side.choices, default=Side.BUYER, help_text="Of a lead that is new.")
    vertical = OneOf(choices=Vertical.choices, default=Vertical.ANY, help_text="Of a lead that is new.")
    agent_id = AgentId()


class ReplyContext(serializers.Serializer[Any]):
    """What the answer is read with. Other names in here are ignored."""

    question = Text(
        required=False,
        allow_blank=True,
        max_length=1_000,
        help_text="The question as it was put, where it is not the flow's own and the agent's words are not on record.",
    )


class ResponseRequest(Strict):
    user_message = Words()
    message_id = SenderId(required=False, help_text="The sender's own id: the same id is heard once.")
    context = ReplyContext(required=False)  # type: ignore[assignment]  # the field, not what serializers are given


class FlowQuestion(serializers.Serializer[Any]):
    slot = serializers.CharField()
    question = serializers.CharField()
    reason = serializers.CharField(help_text="Why it is worth asking.")


class FactAnswer(serializers.Serializer[Any]):
    """One known fact; `text[start:end] == quote` of its message. Names and values are in docs/slots.md."""

    name = serializers.CharField()
    value = Plain()
    unit = serializers.CharField()
    quote = serializers.CharField(help_text="Empty when a person entered it.")
    message_id = serializers.UUIDField(source="message", allow_null=True)
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    confidence = serializers.FloatField()
    extractor = serializers.CharField(help_text="local, claude or person.")
    offered = serializers.BooleanField(help_text="The agent offered it, the prospect accepted.")
    at = serializers.CharField()
    earlier = Plain(allow_null=True, help_text="The value that this one replaced, or stands against.")
    contradiction = serializers.BooleanField()
    confirmed_by = serializers.CharField(allow_null=True, help_text="The agent who confirmed or entered it.")


class LearnedAnswer(FactAnswer):
    change = serializers.CharField(help_text="said, corrected, contradicted or withdrawn.")


class FlowAnswer(serializers.Serializer[Any]):
    flow_id = serializers.UUIDField()
    lead_id = serializers.UUIDField()
    contact_id = serializers.CharField()
    completion_percentage = serializers.FloatField()
    stage = serializers.ChoiceField(choices=Stage.choices)
    next_questions = FlowQuestion(many=True, help_text="One, or none.")
    hand_off = HandOffFound(allow_null=True, help_text="Why a person must take over.")
    learned = LearnedAnswer(many=True, help_text="From this message.")
    fell_because = serializers.ListField(
        child=serializers.CharField(), help_text="Why completion is lower than told before; empty when it is not."
    )
    ended = serializers.BooleanField()


class LeadsQuery(serializers.Serializer[Any]):
    limit = serializers.IntegerField(required=False, default=PAGE, min_value=1, max_value=LARGEST_PAGE)
    cursor = serializers.CharField(required=False, max_length=300, help_text="From `next`.")
    stage = serializers.ChoiceField(required=False, choices=Stage.choices)
    overlay = serializers.ChoiceField(required=False, choices=Overlay.choices)
    side = serializers.ChoiceField(required=False, choices=Side.choices)
    vertical = serializers.ChoiceField(required=False, choices=Vertical.choices)
    agent_id = serializers.UUIDField(required=False, help_text="Only this agent's.")
    q = serializers.CharField(
        required=False, max_length=120, help_text="Part of the name, e-mail, phone or contact id; every word counts."
    )
    min_score = serializers.FloatField(required=False, min_value=0, max_value=1)
    min_completeness = serializers.FloatField(required=False, min_value=0, max_value=1)
    spoken_since = serializers.DateTimeField(required=False, help_text="Spoken with, or come, since then.")


class LeadAnswer(serializers.Serializer[Any]):
    lead_id = serializers.UUIDField(source="pk")
    contact_id = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    language = serializers.CharField()
    timezone = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    side = serializers.ChoiceField(choices=Side.choices)
    vertical = serializers.ChoiceField(choices=Vertical.choices)
    stage = serializers.ChoiceField(choices=Stage.choices)
    stage_since = serializers.DateTimeField()
    overlay = serializers.ChoiceField(choices=Overlay.choices)
    overlay_reason = serializers.CharField()
    agreement = serializers.CharField(help_text="Empty when none is recorded.")
    agreement_on = serializers.DateField(allow_null=True)
    agent_id = serializers.UUIDField(allow_null=True)
    completeness = serializers.FloatField(help_text="Of the qualification, 0 to 1, when it was last read.")
    score = serializers.FloatField(allow_null=True, help_text="Chance to close, 0 to 1; null: see leads/{id}/score.")
    hand_off = serializers.CharField(help_text="Why a person must take over; empty when not.")
    created_at = serializers.DateTimeField()
    spoken_at = serializers.DateTimeField(help_text="Of the last words, or when the lead came.")


class LeadsAnswer(serializers.Serializer[Any]):
    results = LeadAnswer(many=True, help_text="Those spoken with last first.")
    next = serializers.CharField(allow_null=True, help_text="The address of the next page.")


class PartAnswer(serializers.Serializer[Any]):
    """What one slot adds to completeness: weight times gained; gained is confidence times freshness."""

    slot = serializers.CharField()
    title = serializers.CharField()
    weight = serializers.FloatField()
    gained = serializers.FloatField()
    confidence = serializers.FloatField()
    freshness = serializers.FloatField()
    known = serializers.BooleanField()
    short = serializers.CharField(help_text="Why it does not count in full; empty when it does.")
    why = serializers.CharField(help_text="Why it is worth knowing.")


class ReasonAnswer(serializers.Serializer[Any]):
    words = serializers.CharField()
    points = serializers.FloatField(help_text="Log-odds.")


class ChangeAnswer(serializers.Serializer[Any]):
    words = serializers.CharField()
    probability = serializers.FloatField()


class ScoreAnswer(serializers.Serializer[Any]):
    """How likely the lead closes, with the 90 % interval; or why nothing is said."""

    probability = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    outcome = serializers.CharField(help_text="What the probability is of.")
    decided = serializers.CharField(help_text="yes, no or abstain; the rules alone always abstain.")
    abstains = serializers.CharField(help_text="Why there is no probability; empty when there is one.")
    speaks_for = ReasonAnswer(many=True, help_text="Strongest first.")
    speaks_against = ReasonAnswer(many=True)
    would_change = ChangeAnswer(many=True)
    version = serializers.CharField()
    by = serializers.CharField(help_text="`own`: the model that the tenant promoted; `rules`: the product's own rules.")
    note = serializers.CharField(
        help_text="Why the tenant's model did not score; empty where it did or where there is none."
    )


class LeadDetail(LeadAnswer):
    facts = FactAnswer(many=True, help_text="Contradictions first, then as the parts stand.")
    parts = PartAnswer(many=True, help_text="Of completeness, heaviest first.")
    qualified = serializers.BooleanField()
    next_question = AskNext(allow_null=True)
    told_score = ScoreAnswer()


@extend_schema_field({"type": "string", "maxLength": 5, "pattern": r"^([a-z]{2}(-[A-Z]{2})?)?$"})
class LanguageTag(serializers.RegexField):
    def __init__(self, **options: Any) -> None:
        super().__init__(r"^([a-z]{2}(-[A-Z]{2})?)?\Z", max_length=5, allow_blank=True, required=False, **options)


class ZoneName(Text):
    """An IANA time zone, or nothing."""

    default_error_messages = {"unknown": "A time zone is named like America/Chicago."}

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        try:
            if name:
                check_timezone(name)
        except ValidationError:
            self.fail("unknown")
        return name


class LeadChange(Strict):
    """What is left out stays. A stage moves by the rules, an overlay of `none` is taken off; both may need a `reason`."""

    name = Text(required=False, allow_blank=True, max_length=120)
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    phone = Text(required=False, allow_blank=True, max_length=32)
    language = LanguageTag()
    timezone = ZoneName(required=False, allow_blank=True, max_length=64)
    source = Text(required=False, allow_blank=True, max_length=60)  # type: ignore[assignment]
    side = OneOf(required=False, choices=Side.choices)
    vertical = OneOf(required=False, choices=Vertical.choices)
    stage = OneOf(required=False, choices=Stage.choices)
    overlay = OneOf(required=False, choices=Overlay.choices)
    agreement = OneOf(required=False, choices=[value for value in Agreement.values if value])
    agreement_on = serializers.DateField(required=False, help_text="The day of signing.")
    agent_id = Id(required=False, allow_null=True, help_text="Whose the lead is to be; null: nobody's.")
    reason = Text(required=False, allow_blank=True, max_length=LONGEST_REASON, help_text="Of the move.")


class FactChange(Strict):
    do = OneOf(choices=["correct", "confirm", "erase"], help_text="`correct` also enters what nobody said.")
    name = OneOf(choices=[name for name, _ in SLOT_NAMES])
    value = Plain(required=False, help_text="The right value, for `correct`.")
    which = Plain(required=False, help_text="The value that is meant, where a slot has several.")
    agent_id = AgentId()
