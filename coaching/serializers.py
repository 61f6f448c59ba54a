"""What do the coaching endpoints take and give?"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from coaching.fairhousing import SPEAKERS
from coaching.kinds import GROUPS, KINDS
from coaching.models import CardSource, CardVerdict, Urgency
from coaching.services.feedback import MAX_COMMENT, MAX_SAID
from enterprisehub.tenants.api.fields import Amount, Id, OneOf, Strict, Text, Whole
from enterprisehub.tenants.models import Vertical
from leads.models import Medium, Side, Stage
from leads.said import LONGEST_HISTORY, AgentId, LeadId, SenderId, TurnRequest, Words

MOST_SLOTS = 60
PAGE, LARGEST_PAGE = 50, 200
GIVEN = [CardVerdict.USED, CardVerdict.EDITED, CardVerdict.DISMISSED, CardVerdict.WRONG]  # "ignored" is found out
LANGUAGES = ["en", "es"]


class ConversationContext(serializers.Serializer[Any]):
    """Whom the agent talks with. Other names in here are ignored."""

    lead_id = LeadId(help_text="The lead's id, or its HighLevel contact id.")
    stage = Text(required=False, allow_blank=True, max_length=40, help_text="See `conversation_stage`.")


class RealTimeRequest(Strict):
    agent_id = AgentId()
    conversation_context = ConversationContext()
    prospect_message = Words()
    conversation_stage = Text(
        required=False,
        allow_blank=True,
        max_length=40,
        help_text=f"One of {', '.join(Stage.values)}. Anything else means: the stage that the lead is in.",
    )
    message_id = SenderId(required=False, help_text="The sender's own id: the same id is heard once.")


class SuggestionAnswer(serializers.Serializer[Any]):
    headline = serializers.CharField(help_text="At most 12 words, for the agent.")
    say = serializers.CharField(help_text="One line to say, in the prospect's language.")
    ask = serializers.CharField(help_text="One question; may be empty.")
    why = serializers.CharField(help_text="The prospect's words that it answers, verbatim; may be empty.")


class RealTimeAnswer(serializers.Serializer[Any]):
    objection_detected = serializers.BooleanField()
    objection_type = serializers.ChoiceField(choices=KINDS, allow_null=True)
    suggestions = SuggestionAnswer(many=True)
    next_question = serializers.CharField(allow_null=True)
    urgency_level = serializers.ChoiceField(choices=Urgency.choices)
    confidence = serializers.FloatField(
        allow_null=True, help_text="A probability; null when there is nothing to be sure of."
    )
    source = serializers.ChoiceField(choices=CardSource.choices, help_text="Who made the card.")  # type: ignore[assignment]
    processing_time_ms = serializers.FloatField(help_text="Measured, from the endpoint's receipt of the request.")
    session_id = serializers.UUIDField()
    suggestion_id = serializers.UUIDField(allow_null=True)
    message_id = serializers.CharField(help_text="The sender's id, or the one that the message was given.")
    shown = serializers.BooleanField(help_text="Whether the card is on the agent's screen.")
    quiet_reason = serializers.CharField(help_text="Why it is not; empty when it is.")
    repeated = serializers.BooleanField(help_text="The same message_id had been heard before.")


class LeadContext(serializers.Serializer[Any]):
    """What is known about the lead. Other names in here are ignored."""

    listing_price = Amount(
        required=False, allow_null=True, min_value=0, max_value=1e12, help_text="In the listing's own unit."
    )
    language = Text(
        required=False, allow_blank=True, max_length=35, help_text="`en` or `es`; anything else is found out."
    )
    vertical = OneOf(required=False, choices=Vertical.choices)
    side = OneOf(required=False, choices=Side.choices)
    stage = Text(required=False, allow_blank=True, max_length=40)


class ObjectionsRequest(Strict):
    message_text = Words()
    conversation_history = serializers.ListField(child=TurnRequest(), required=False, max_length=LONGEST_HISTORY)
    lead_context = LeadContext(required=False)


class ObjectionFound(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=KINDS)
    group = serializers.ChoiceField(choices=GROUPS)
    confidence = serializers.FloatField()
    quote = serializers.CharField()
    start = serializers.IntegerField(help_text="Characters into the message.")
    end = serializers.IntegerField()
    overcomable = serializers.BooleanField()


class ObjectionsAnswer(serializers.Serializer[Any]):
    objections = ObjectionFound(many=True, help_text="At most two, best first.")
    overcomable = serializers.BooleanField(help_text="False: do not argue.")
    unsure = serializers.BooleanField(help_text="Two are nearly as likely: ask which.")
    suggestions = SuggestionAnswer(many=True)
    source = serializers.ChoiceField(choices=CardSource.choices)  # type: ignore[assignment]
    processing_time_ms = serializers.FloatField()


class FairHousingRequest(Strict):
    text = Words()
    speaker = OneOf(choices=SPEAKERS, default="agent")
    jurisdiction = Text(
        required=False,
        allow_blank=True,
        max_length=20,
        help_text="A state, such as US-CA, or NYC; the tenant's when left out.",
    )


class FairHousingFlag(serializers.Serializer[Any]):
    """One finding; `text[start:end] == quote`."""

    protected = serializers.CharField(help_text="A class of people, or schools, safety, area, people.")
    kind = serializers.CharField()
    quote = serializers.CharField()
    start = serializers.IntegerField(help_text="Characters into the text.")
    end = serializers.IntegerField()
    alternative = serializers.CharField(help_text="A lawful line, with the public source to hand over.")
    law = serializers.CharField(help_text="By which law; not legal advice.")

    def get_fields(self) -> dict[str, Any]:
        """With `class` under its own name, which Python keeps for itself."""
        fields = super().get_fields()
        return {"class": fields.pop("protected"), **fields}


class FairHousingAnswer(serializers.Serializer[Any]):
    flags = FairHousingFlag(many=True, help_text="At most one for each class, in the order of the text.")
    processing_time_ms = serializers.FloatField()


class NextQuestionRequest(Strict):
    stage = OneOf(choices=Stage.choices, default=Stage.ENGAGED)
    vertical = OneOf(choices=Vertical.choices, default=Vertical.ANY)
    side = OneOf(choices=Side.choices, default=Side.BUYER)
    language = OneOf(choices=LANGUAGES, default="en")
    known = serializers.ListField(child=Text(max_length=40), default=list, max_length=MOST_SLOTS)
    asked = serializers.ListField(
        child=Text(max_length=40), default=list, max_length=MOST_SLOTS, help_text="Asked lately, newest last."
    )


class NextQuestionAnswer(serializers.Serializer[Any]):
    slot = serializers.CharField(allow_null=True)
    question = serializers.CharField(allow_null=True, help_text="Null when everything is known.")
    why = serializers.CharField(allow_null=True)
    processing_time_ms = serializers.FloatField()


class SessionRequest(Strict):
    agent_id = AgentId()
    lead_id = LeadId()
    medium = OneOf(choices=Medium.choices, required=False)


class SessionAnswer(serializers.Serializer[Any]):
    session_id = serializers.UUIDField(source="pk")
    agent_id = serializers.UUIDField()
    lead_id = serializers.UUIDField(source="conversation.lead_id")
    conversation_id = serializers.UUIDField()
    medium = serializers.ChoiceField(choices=Medium.choices, source="conversation.medium")
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class SessionsQuery(serializers.Serializer[Any]):
    limit = serializers.IntegerField(required=False, default=PAGE, min_value=1, max_value=LARGEST_PAGE)
    before = serializers.UUIDField(required=False, help_text="Only sessions older than this one.")
    agent_id = serializers.UUIDField(required=False, help_text="Only this agent's.")


class SessionsAnswer(serializers.Serializer[Any]):
    results = SessionAnswer(many=True, help_text="Newest first.")
    next = serializers.CharField(allow_null=True, help_text="The address of the next page.")


class CardAnswer(serializers.Serializer[Any]):
    """A card as it stands now; the socket sends the same fields and a few more."""

    id = serializers.UUIDField()
    revision = serializers.IntegerField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    group = serializers.CharField()
    headline = serializers.CharField()
    say = serializers.CharField()
    ask = serializers.CharField()
    why = serializers.CharField()
    urgency = serializers.ChoiceField(choices=Urgency.choices)
    confidence = serializers.FloatField()
    language = serializers.CharField()
    compliance = serializers.BooleanField()
    source = serializers.ChoiceField(choices=CardSource.choices)  # type: ignore[assignment]
    stand_in = serializers.BooleanField(help_text="Made by the local stand-in for Claude.")
    change = serializers.CharField(help_text="What the second wave did: confirms, extends, replaces, or empty.")
    verdict = serializers.CharField(help_text="What the agent thought of it; may be empty.")
    playbook_version = serializers.CharField()
    local_ms = serializers.FloatField()
    refine_ms = serializers.FloatField(allow_null=True)
    at = serializers.CharField()


class SessionDetail(SessionAnswer):
    cards = CardAnswer(many=True, help_text="Newest first, at most 500; held-back ones included.")


class FeedbackRequest(Strict):
    """A verdict, a score, or both; about a card, or about a session as a whole."""

    also = {"anyOf": [{"required": ["score"]}, {"required": ["verdict"]}]}

    agent_id = AgentId()
    session_id = Id()
    suggestion_id = Id(required=False, help_text="The card; left out for the session as a whole.")
    score = Whole(required=False, min_value=1, max_value=5)
    verdict = OneOf(required=False, choices=GIVEN)
    comments = Text(required=False, allow_blank=True, max_length=MAX_COMMENT)
    said = Text(required=False, allow_blank=True, max_length=MAX_SAID, help_text="What was said instead.")
    feedback_id = SenderId(required=False, help_text="The sender's own id: the same id counts once.")


class FeedbackAnswer(serializers.Serializer[Any]):
    feedback_id = serializers.CharField(help_text="The sender's id, or the one that it was given.")
    session_id = serializers.UUIDField()
    suggestion_id = serializers.UUIDField(allow_null=True)
    looked_into = serializers.BooleanField(help_text="Whether the improvement analysis was started.")


class TicketRequest(Strict):
    agent_id = AgentId()


class TicketAnswer(serializers.Serializer[Any]):
    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
    url = serializers.CharField(help_text="Open a WebSocket here, once.")
