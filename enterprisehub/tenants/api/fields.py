"""What may a program send? JSON that a database can keep, with the fields that are named and of the types that are told."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from enterprisehub.tenants.api.problems import TooLarge

LONGEST_BODY = 1_000_000  # bytes
DEEPEST = 20  # objects and lists inside one another
LARGEST = 2**63  # beyond it no number is meant


class Json(BaseParser):
    """A JSON body of at most LONGEST_BODY bytes. What cannot be stored as text (NUL, half an emoji) is taken out."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read(LONGEST_BODY + 1)
        if len(raw) > LONGEST_BODY:
            raise TooLarge(f"A body has at most {LONGEST_BODY} bytes.")
        try:
            return clean(json.loads(raw.decode("utf-8"), parse_constant=_no_number))
        except (ValueError, RecursionError):
            raise ParseError("The body is not JSON.", code="not_json") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def clean(value: Any, depth: int = 0) -> Any:
    """The value without what Postgres refuses; ValueError for what no field could mean."""
    if depth > DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [clean(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {clean(name): clean(one, depth + 1) for name, one in value.items()}
    if isinstance(value, int | float) and not -LARGEST <= value < LARGEST:
        raise ValueError("no such number")
    return value


class Strict(serializers.Serializer[Any]):
    """Takes what it names and nothing else, so that a misspelt field is an error and not a silence."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(data.keys() - self.fields.keys()) if isinstance(data, dict) else []
        if unknown:
            told = serializers.ErrorDetail("There is no such field.", code="unknown_field")
            raise serializers.ValidationError({name[:60]: [told] for name in unknown[:10]})
        return super().to_internal_value(data)


class StrictShape(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = Strict
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        shape = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**shape, "additionalProperties": False, **getattr(self.target, "also", {})}


class Text(serializers.CharField):
    """Words as they were said, spaces kept; a string and nothing that merely looks like one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if not self.allow_blank and not data.strip():
            self.fail("blank")
        return super().to_internal_value(data)


class Id(serializers.UUIDField):
    """One of our own ids, written as `01890a5d-ac96-774b-bcce-b302099a8057`."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or len(data) != 36:
            self.fail("invalid", value="")
        return super().to_internal_value(data)

    default_error_messages = {"invalid": "This is not an id."}


class OneOf(serializers.ChoiceField):
    """One of a few words; the error names them instead of repeating what was sent."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice")
        return data

    def fail(self, key: str, **facts: Any) -> NoReturn:
        if key == "invalid_choice":
            told = f"One of {', '.join(str(choice) for choice in self.choices)}."
            raise serializers.ValidationError(told, code="invalid_choice")
        super().fail(key, **facts)


class Whole(serializers.IntegerField):
    """A whole number, not a text of digits."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float) or data != int(data):
            self.fail("invalid")
        return super().to_internal_value(int(data))


class Amount(serializers.FloatField):
    """A number, not a text of digits."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)
