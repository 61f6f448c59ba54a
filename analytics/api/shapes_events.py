"""What do the endpoints of events take and give?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analytics.models import Event, EventKind, LostReason, Told
from enterprisehub.tenants.api.fields import Id, OneOf, Strict, Text
from leads.said import SenderId

PAGE, LARGEST_PAGE = 100, 500
KINDS = [choice for choice in EventKind.choices if choice[0] not in (EventKind.LEADS, EventKind.CONVERSATIONS)]


@extend_schema_field({"type": "number", "minimum": 0, "maximum": 999_999_999_999.99})
class Money(serializers.DecimalField):
    """An amount with at most two decimals; a text of digits is taken too, since some programs keep money so."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, min_value=Decimal(0), **options)


class OutcomeRequest(Strict):
    lead_id = Id(help_text="Of which lead.")
    kind = OneOf(choices=Told.choices, help_text="An opt_out also stops everything that goes to the lead.")
    event_id = SenderId(required=False, help_text="The sender's own id: the same id is told once.")
    at = serializers.DateTimeField(required=False, help_text="When it happened; now when left out.")
    amount = Money(required=False, help_text="The price of an offer, the commission of an agreement or a closing.")
    currency = Text(required=False, min_length=3, max_length=3, default="USD", help_text="ISO 4217.")
    reason = OneOf(choices=LostReason.choices, required=False, help_text="Why a lead is lost.")


class EventsQuery(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(required=False, choices=KINDS)
    lead_id = serializers.UUIDField(required=False)
    agent_id = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False, help_text="Not before this time.")
    until = serializers.DateTimeField(required=False, help_text="Before this time.")
    limit = serializers.IntegerField(default=PAGE, min_value=1, max_value=LARGEST_PAGE)
    cursor = serializers.CharField(required=False, max_length=80, help_text="From `next`.")


class EventAnswer(serializers.ModelSerializer[Event]):
    """One event. Which fields say something depends on the kind: docs/analytics.md."""

    event_id = serializers.UUIDField(source="pk")
    lead_id = serializers.UUIDField(allow_null=True)
    agent_id = serializers.UUIDField(allow_null=True)
    conversation_id = serializers.UUIDField(source="conversation", allow_null=True)
    suggestion_id = serializers.UUIDField(source="suggestion", allow_null=True)
    team_id = serializers.UUIDField(source="team", allow_null=True)

    class Meta:
        model = Event
        fields = (
            "event_id", "kind", "at", "day", "lead_id", "agent_id", "team_id", "conversation_id", "suggestion_id", "value",
            "amount", "currency", "reason", "told_by", "card_kind", "playbook_version", "prompt_version", "vertical",
            "language", "engine", "medium", "arm", "variant",
        )  # fmt: skip


class EventsAnswer(serializers.Serializer[Any]):
    results = EventAnswer(many=True, help_text="The latest first.")
    next = serializers.CharField(allow_null=True, help_text="Where the next page is; null at the end.")


class OutcomeAnswer(serializers.Serializer[Any]):
    outcome_id = serializers.UUIDField(source="pk")
    lead_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Told.choices)
    at = serializers.DateTimeField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    told_by = serializers.CharField()
    recorded_at = serializers.DateTimeField()
