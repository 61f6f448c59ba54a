"""How does a program write down what somebody said, and whom it is about? The fields that several endpoints share."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from enterprisehub.tenants.api.fields import Id, OneOf, Strict, Text
from leads.models import Speaker
from leads.services import MAX_CLIENT_ID, MAX_TEXT

LONGEST_HISTORY = 50  # turns
SOMETHING = r"[^\s\x00]"


@extend_schema_field({"type": "string", "maxLength": MAX_TEXT, "minLength": 1, "pattern": SOMETHING})
class Words(Text):
    """What somebody said: not empty, at most MAX_TEXT characters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_TEXT, **options)


@extend_schema_field({"type": "string", "maxLength": 64, "minLength": 1, "pattern": r"^[\x21-\x7e]+$"})
class LeadId(Text):
    """A lead's id, or its HighLevel contact id."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=64, **options)


@extend_schema_field({"type": "string", "maxLength": MAX_CLIENT_ID, "minLength": 1, "pattern": r"^[\x21-\x7e]+$"})
class SenderId(Text):
    """The sender's own id of a message or a piece of feedback; the same id counts once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_CLIENT_ID, **options)


class AgentId(Id):
    def __init__(self, **options: Any) -> None:
        told = "The agent on whose behalf this is; the caller's own agent when left out."
        super().__init__(required=False, help_text=told, **options)


class TurnRequest(Strict):
    speaker = OneOf(choices=Speaker.choices)
    text = Text(max_length=MAX_TEXT, allow_blank=True)


@extend_schema_field({"oneOf": [{"type": "string", "maxLength": 300}, {"type": "number"}, {"type": "boolean"}]})
class Plain(serializers.Field[Any, Any, Any, Any]):
    """A text, a number, true or false."""

    default_error_messages = {"invalid": "A text of at most 300 characters, a number, true or false."}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str | int | float | bool) or (isinstance(data, str) and len(data) > 300):
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        return value
