"""What do the coaching endpoints take and give?"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from coaching.models import CardVerdict
from coaching.services.feedback import MAX_COMMENT, MAX_SAID
from leads.models import Medium, Side, Speaker, Stage
from leads.services import MAX_CLIENT_ID, MAX_TEXT

LONGEST_HISTORY = 50


class Strict(serializers.Serializer[Any]):
    """Takes what it names and nothing else, so that a misspelt field is an error and not a silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(str(name) for name in data.keys() - self.fields.keys())):
            raise serializers.ValidationError({unknown[0][:60]: ["There is no such field."]}, code="unknown_field")
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """Words as they were said: spaces kept, what cannot be stored replaced."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, str):
            data = data.replace("\x00", "").encode("utf-8", "replace").decode()
        return super().to_internal_value(data)


class ConversationContext(Strict):
    lead_id = Text(max_length=64, help_text="The lead's id, or its HighLevel contact id.")
    stage = serializers.ChoiceField(Stage.choices, required=False)


class RealTimeRequest(Strict):
    agent_id = serializers.UUIDField(required=False, help_text="Default: the caller's own agent.")
    conversation_context = ConversationContext()
    prospect_message = Text(max_length=MAX_TEXT)
    conversation_stage = serializers.ChoiceField(Stage.choices, required=False)
    message_id = Text(max_length=MAX_CLIENT_ID, required=False, help_text="The sender's id: the same id is heard once.")


class SuggestionAnswer(serializers.Serializer[Any]):
    headline = serializers.CharField()
    say = serializers.CharField()
    ask = serializers.CharField()
    why = serializers.CharField()


class RealTimeAnswer(serializers.Serializer[Any]):
    objection_detected = serializers.BooleanField()
    objection_type = serializers.CharField(allow_null=True)
    suggestions = SuggestionAnswer(many=True)
    next_question = serializers.CharField(allow_null=True)
    urgency_level = serializers.CharField()
    confidence = serializers.FloatField(allow_null=True)
    source = serializers.ChoiceField(["local", "cache", "claude"])
    processing_time_ms = serializers.FloatField(help_text="Measured, from the request's arrival in the view.")
    session_id = serializers.UUIDField()
    suggestion_id = serializers.UUIDField(allow_null=True)
    message_id = serializers.UUIDField()


class TurnRequest(Strict):
    speaker = serializers.ChoiceField(Speaker.choices)
    text = Text(max_length=MAX_TEXT, allow_blank=True)


class LeadContext(Strict):
    listing_price = serializers.FloatField(required=False, min_value=0, max_value=1e12)
    language = serializers.ChoiceField([("en", "en"), ("es", "es")], required=False)
    vertical = Text(max_length=20, required=False)


class ObjectionsRequest(Strict):
    message_text = Text(max_length=MAX_TEXT)
    conversation_history = TurnRequest(many=True, required=False, max_length=LONGEST_HISTORY)
    lead_context = LeadContext(required=False)


class ObjectionFound(serializers.Serializer[Any]):
    kind = serializers.CharField()
    group = serializers.CharField()
    confidence = serializers.FloatField()
    quote = serializers.CharField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()


class ObjectionsAnswer(serializers.Serializer[Any]):
    objections = ObjectionFound(many=True)
    overcomable = serializers.BooleanField()
    unsure = serializers.BooleanField()
    suggestions = SuggestionAnswer(many=True)
    processing_time_ms = serializers.FloatField()


class NextQuestionRequest(Strict):
    stage = serializers.ChoiceField(Stage.choices, default=Stage.ENGAGED)
    vertical = Text(max_length=20, default="any")
    side = serializers.ChoiceField(Side.choices, default=Side.BUYER)
    language = serializers.ChoiceField([("en", "en"), ("es", "es")], default="en")
    known = serializers.ListField(child=Text(max_length=40), default=list, max_length=50)
    asked = serializers.ListField(child=Text(max_length=40), default=list, max_length=50)


class NextQuestionAnswer(serializers.Serializer[Any]):
    slot = serializers.CharField(allow_null=True)
    question = serializers.CharField(allow_null=True)
    why = serializers.CharField(allow_null=True)
    processing_time_ms = serializers.FloatField()


class SessionRequest(Strict):
    agent_id = serializers.UUIDField(required=False)
    lead_id = Text(max_length=64)
    medium = serializers.ChoiceField(Medium.choices, required=False)


class SessionAnswer(serializers.Serializer[Any]):
    session_id = serializers.UUIDField(source="pk")
    agent_id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class FeedbackRequest(Strict):
    agent_id = serializers.UUIDField(required=False)
    session_id = serializers.UUIDField(required=False)
    suggestion_id = serializers.UUIDField(required=False)
    score = serializers.IntegerField(required=False, min_value=1, max_value=5)
    verdict = serializers.ChoiceField(CardVerdict.choices, required=False)
    comments = Text(required=False, allow_blank=True, max_length=MAX_COMMENT)
    said = Text(required=False, allow_blank=True, max_length=MAX_SAID)
    feedback_id = Text(required=False, max_length=80, help_text="The sender's id: the same id counts once.")


class FeedbackAnswer(serializers.Serializer[Any]):
    feedback_id = serializers.UUIDField(source="pk")
    session_id = serializers.UUIDField()
    looked_into = serializers.BooleanField(help_text="Whether the improvement analysis was started.")


class TicketRequest(Strict):
    agent_id = serializers.UUIDField(required=False)


class TicketAnswer(serializers.Serializer[Any]):
    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
    url = serializers.CharField()
