"""What do the endpoints take and give that read words without recording them?"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from enterprisehub.tenants.api.fields import Amount, OneOf, Strict, Text
from enterprisehub.tenants.models import Vertical
from leads.models import Overlay, Side, Speaker, Stage
from leads.said import LONGEST_HISTORY, Plain, Words
from leads.services import MAX_TEXT

MOST_FACTS = 100
LEVELS = ["low", "medium", "high", "critical"]


@extend_schema_field({"type": "string", "format": "date-time", "maxLength": 40})
class Moment(Text):
    """A time in ISO 8601; without an offset it is in `timezone`, or UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=40, **options)


class SaidRequest(Strict):
    speaker = OneOf(choices=Speaker.choices)
    text = Text(max_length=MAX_TEXT, allow_blank=True)
    at = Moment(help_text="When it was said.")


class Setting(Strict):
    """The moment and the place that words are read in."""

    now = Moment(help_text="The moment of reading; the newest turn's `at`, or the clock, when left out.")
    timezone = Text(required=False, max_length=64, help_text="Like America/Chicago; the tenant's when left out.")
    country = Text(required=False, max_length=2, help_text="Two letters; US when left out.")


class IntentRequest(Setting):
    message_text = Words(help_text="What the prospect said now.")
    conversation_history = serializers.ListField(
        child=SaidRequest(), required=False, max_length=LONGEST_HISTORY, help_text="What was said before, oldest first."
    )


class PreferencesRequest(Setting):
    """A whole conversation, or what was said now with what was said before."""

    also = {"anyOf": [{"required": ["conversation"]}, {"required": ["message_text"]}]}

    conversation = serializers.ListField(child=SaidRequest(), required=False, max_length=LONGEST_HISTORY)
    message_text = Words(required=False)
    conversation_history = serializers.ListField(child=SaidRequest(), required=False, max_length=LONGEST_HISTORY)

    def validate(self, attrs: Any) -> Any:
        if not attrs.keys() & {"conversation", "message_text"}:
            raise serializers.ValidationError({"conversation": ["Send the conversation, or a message_text."]})
        if {"conversation", "conversation_history"} <= attrs.keys():
            raise serializers.ValidationError({"conversation_history": ["The conversation holds it already."]})
        return attrs


class FactRequest(Strict):
    name = Text(max_length=40)
    value = Plain()
    confidence = Amount(required=False, min_value=0, max_value=1)
    at = Moment(help_text="When it was said; facts age.")
    confirmed = serializers.BooleanField(required=False)
    contradicted = serializers.BooleanField(required=False)


class QualificationRequest(Setting):
    side = OneOf(choices=Side.choices, default=Side.BUYER)
    vertical = OneOf(choices=Vertical.choices, default=Vertical.ANY)
    stage = OneOf(choices=Stage.choices, default=Stage.ENGAGED)
    overlay = OneOf(choices=Overlay.choices, default=Overlay.NONE)
    facts = serializers.ListField(
        child=FactRequest(),
        required=False,
        max_length=MOST_FACTS,
        help_text="What is known; read from the conversation when left out.",
    )
    conversation = serializers.ListField(child=SaidRequest(), required=False, max_length=LONGEST_HISTORY)
    asked = serializers.ListField(
        child=Text(max_length=40), required=False, max_length=MOST_FACTS, help_text="Slots asked for, newest last."
    )
    language = OneOf(choices=["en", "es"], default="en")
    seed = Text(
        required=False, allow_blank=True, max_length=80, help_text="Varies the wording, such as the first name."
    )


class Read(serializers.Serializer[Any]):
    """By whom, and how fast."""

    source = serializers.CharField(help_text="Who answered: `local`.")  # type: ignore[assignment]
    processing_time_ms = serializers.FloatField(help_text="Measured, from the endpoint's receipt of the request.")


class IntentFound(serializers.Serializer[Any]):
    name = serializers.CharField()
    confidence = serializers.FloatField(help_text="By rule, 0 to 1.")


class LanguageFound(serializers.Serializer[Any]):
    language = serializers.CharField(help_text="ISO 639-1; `und` when it cannot be told.")
    confidence = serializers.FloatField()


class MoodFound(serializers.Serializer[Any]):
    turn = serializers.IntegerField(help_text="Counts all turns from 0.")
    valence = serializers.FloatField(help_text="-1 to 1.")
    confidence = serializers.FloatField(help_text="0 where nothing is felt.")


class TurningPointFound(serializers.Serializer[Any]):
    """Where the mood turned; `text[start:end] == quote` of that turn."""

    turn = serializers.IntegerField()
    was = serializers.FloatField()
    became = serializers.FloatField()
    quote = serializers.CharField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        """With `from` and `to` under their own names, which Python keeps for itself."""
        fields = super().get_fields()
        names = {"was": "from", "became": "to"}
        return {names.get(name, name): field for name, field in fields.items()}


class SentimentFound(serializers.Serializer[Any]):
    """For the agent's eyes: no score, stage or order of leads reads it."""

    turns = MoodFound(many=True, help_text="The prospect's.")
    trend = serializers.ChoiceField(choices=["rising", "falling", "steady"])
    turning_points = TurningPointFound(many=True)


class IntentAnswer(Read):
    intents = IntentFound(many=True, help_text="Surest first.")
    motivation = serializers.CharField(help_text="Empty without evidence.")
    urgency = serializers.ChoiceField(choices=LEVELS, help_text="By dates, not by mood.")
    language = LanguageFound()
    sentiment = SentimentFound()


class SlotFound(serializers.Serializer[Any]):
    """One wish; `text[start:end] == quote` of its turn. Names and values are in docs/slots.md."""

    name = serializers.CharField()
    value = Plain()
    unit = serializers.CharField()
    quote = serializers.CharField()
    turn = serializers.IntegerField(help_text="Counts all turns from 0; the message is the last one.")
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    confidence = serializers.FloatField()
    offered = serializers.BooleanField(
        help_text="The agent offered it and the prospect accepted: the quote is the agent's."
    )
    earlier = Plain(allow_null=True, help_text="The value that this one replaced.")
    contradiction = serializers.BooleanField(help_text="It stands against the earlier one without correcting it.")


class PreferencesAnswer(Read):
    slots = SlotFound(many=True, help_text="The state after the last turn.")


class AskNext(serializers.Serializer[Any]):
    slot = serializers.CharField()
    text = serializers.CharField()
    why = serializers.CharField()


class HandOffFound(serializers.Serializer[Any]):
    reason = serializers.CharField()
    text = serializers.CharField(help_text="A sentence for the agent.")


class CompletenessPart(serializers.Serializer[Any]):
    """What one slot adds: weight times gained; gained is confidence times freshness."""

    slot = serializers.CharField()
    weight = serializers.FloatField()
    confidence = serializers.FloatField()
    freshness = serializers.FloatField()
    gained = serializers.FloatField()
    fact = serializers.CharField(help_text="The fact that fills it; empty when none does.")
    reason = serializers.CharField(help_text="missing, unsure, aged, contradicted, or empty when it counts in full.")
    known = serializers.BooleanField(help_text="Nobody needs to ask for it.")


class MissingSlot(serializers.Serializer[Any]):
    slot = serializers.CharField()
    why = serializers.CharField(help_text="Why it is worth knowing.")
    reason = serializers.CharField(help_text="Why it does not count.")


class QualificationRead(Read):
    completeness = serializers.FloatField(help_text="0 to 1.")
    parts = CompletenessPart(many=True, help_text="Heaviest first.")
    missing = MissingSlot(many=True)
    open_topics = serializers.ListField(child=serializers.CharField())
    qualified = serializers.BooleanField()
    next_question = AskNext(allow_null=True)
    hand_off = HandOffFound(allow_null=True)


class QuestionsAnswer(Read):
    next_question = AskNext(
        allow_null=True, help_text="Null when everything is known, or when a person must take over."
    )
    hand_off = HandOffFound(allow_null=True, help_text="Why nothing is asked.")
    completeness = serializers.FloatField(help_text="0 to 1.")
