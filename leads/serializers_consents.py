"""What do the endpoints of consent take and give?"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from enterprisehub.tenants.api.fields import OneOf, Strict, Text
from leads.contact.facts import MEDIA, PURPOSES
from leads.models import Consent, Medium, Purpose

MEDIA_OR_ANY = (*Medium.choices, ("any", "Any"))
LONGEST = 4_000


class MayQuery(serializers.Serializer[Any]):
    medium = serializers.ChoiceField(required=False, choices=MEDIA, help_text="Only this one; all when left out.")
    purpose = serializers.ChoiceField(required=False, choices=PURPOSES, default="marketing")
    at = serializers.DateTimeField(required=False, help_text="Another moment than now.")


class RuleAnswer(serializers.Serializer[Any]):
    id = serializers.CharField()
    source = serializers.CharField(help_text="Where the rule comes from.")  # type: ignore[assignment]


class VerdictAnswer(serializers.Serializer[Any]):
    medium = serializers.CharField()
    purpose = serializers.CharField()
    allow = serializers.BooleanField()
    reason = serializers.CharField(help_text="A code; docs/compliance.md lists them.")
    words = serializers.CharField(help_text="The same as a sentence for the agent.")
    next_at = serializers.DateTimeField(
        allow_null=True, help_text="When it would be allowed; null: time does not help."
    )
    rule = RuleAnswer()
    by_hand = serializers.BooleanField(help_text="Allowed to a person who dials it themselves; to no program.")
    until = serializers.DateTimeField(allow_null=True, help_text="When that exemption ends.")


class MayAnswer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    zones = serializers.ListField(child=serializers.CharField(), help_text="Where they may be: all of them count.")
    states = serializers.ListField(child=serializers.CharField())
    verdicts = VerdictAnswer(many=True)


class ConsentAnswer(serializers.ModelSerializer[Consent]):
    """One line of the ledger. Lines are added, never changed."""

    consent_id = serializers.UUIDField(source="pk")

    class Meta:
        model = Consent
        fields = (
            "consent_id", "given", "medium", "purpose", "text", "text_version", "quote", "source", "confidence", "at",
            "recorded_at",
        )  # fmt: skip


class ConsentsAnswer(serializers.Serializer[Any]):
    results = ConsentAnswer(many=True, help_text="The newest first; the latest hundred.")


class _Stated(Strict):
    medium = OneOf(choices=MEDIA_OR_ANY, default="any")
    quote = Text(required=False, allow_blank=True, max_length=LONGEST, help_text="Their own words.")
    source = Text(required=False, default="api", max_length=60, help_text="form, import, phone …")  # type: ignore[assignment]
    at = serializers.DateTimeField(required=False, help_text="When they said so; now when left out.")


class ConsentRequest(_Stated):
    given = serializers.BooleanField(default=True, help_text="False takes it back, for this purpose alone.")
    purpose = OneOf(choices=[choice for choice in Purpose.choices if choice[0] != "opt_out"], default="marketing")
    text = Text(required=False, allow_blank=True, max_length=LONGEST, help_text="What they were shown.")
    text_version = Text(required=False, allow_blank=True, max_length=40)


class OptOutRequest(_Stated):
    """They want to be left alone, in one medium or altogether."""


class OptOutAnswer(serializers.Serializer[Any]):
    consent = ConsentAnswer()
    overlay = serializers.CharField(help_text="dnc: nothing goes out any more.")
