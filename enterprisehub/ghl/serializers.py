"""Which shapes does the API tell the line to HighLevel in?"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from enterprisehub.ghl.models import State


class LettersQuery(serializers.Serializer[Any]):
    state = serializers.ChoiceField(State.choices, default=State.DEAD)
    before = serializers.UUIDField(required=False, help_text="The `next` of the page before.")
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)


class BoxAnswer(serializers.Serializer[Any]):
    waiting = serializers.IntegerField()
    done = serializers.IntegerField()
    ignored = serializers.IntegerField()
    dead = serializers.IntegerField()
    lag = serializers.FloatField(help_text="Seconds for which the oldest that is due has been waiting.")


class HeadroomAnswer(serializers.Serializer[Any]):
    allowed = serializers.IntegerField(help_text="Calls per eleven seconds, over all processes.")
    left = serializers.IntegerField()
    day_left = serializers.IntegerField(allow_null=True, help_text="As HighLevel told last; null when it has not.")
    rest = serializers.FloatField(help_text="Seconds in which nothing is called, because HighLevel asked for a rest.")


class StatusAnswer(serializers.Serializer[Any]):
    health = serializers.CharField(
        help_text="good, limited, none, needs_reauth, paused or uninstalled.",
    )
    kind = serializers.CharField(help_text="oauth, pit, or empty.")
    location_id = serializers.CharField()
    trouble = serializers.CharField()
    connected_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    last_event_at = serializers.DateTimeField(allow_null=True)
    last_call_at = serializers.DateTimeField(allow_null=True)
    write_back = serializers.BooleanField()
    granted = serializers.ListField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.CharField())
    headroom = HeadroomAnswer()
    inbox = BoxAnswer()
    outbox = BoxAnswer()


class LetterAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    type = serializers.CharField(help_text="The event's type, or the write's operation.")
    subject = serializers.CharField(help_text="The end of the contact's id at HighLevel.")
    external_id = serializers.CharField(help_text="HighLevel's id of the event, or the write's own key.")
    state = serializers.CharField()
    attempts = serializers.IntegerField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    next_at = serializers.DateTimeField()
    holds = serializers.ListField(
        child=serializers.CharField(), help_text="Names of what the event or the write holds; never values."
    )


class LettersAnswer(serializers.Serializer[Any]):
    results = LetterAnswer(many=True)
    next = serializers.UUIDField(allow_null=True, help_text="Give it as `before` for the page after.")
