"""Is a request's body what HighLevel's whitelist lets in? Each thing that is wrong is one sentence of a 422."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

_FIELD = re.compile(r"^(\w+):([\w|]+)(\??)(\*?)$")


class Field(NamedTuple):
    """What a property must be: a kind, or one of some words."""

    kind: str
    words: tuple[str, ...]
    nullable: bool
    required: bool


Shape = Mapping[str, Field]


def shape(text: str) -> Shape:
    """A shape from "name:kind" words: `?` lets null in, `*` is required, "a|b" are the words allowed."""
    found = {}
    for word in text.split():
        match = _FIELD.match(word)
        if match is None:
            raise ValueError(word)
        name, kind, null, star = match.groups()
        words = tuple(kind.split("|")) if "|" in kind else ()
        found[name] = Field("word" if words else kind, words, bool(null), bool(star))
    return found


_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "date": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "strings": (list,),
    "fields": (list,),
    "object": (dict,),
    "dnd": (dict,),
    "any": (object,),
}
_SAYS: Final = {
    "string": "must be a string",
    "date": "must be a valid ISO 8601 date string",
    "number": "must be a number conforming to the specified constraints",
    "boolean": "must be a boolean value",
    "array": "must be an array",
    "strings": "must be an array",
    "fields": "must be an array",
    "object": "must be an object",
    "dnd": "must be an object",
}
_DND_MEDIA: Final = ("Call", "Email", "SMS", "WhatsApp", "GMB", "FB", "RCS", "all")
_DND_STATES: Final = ("active", "inactive", "permanent")


def troubles(wanted: Shape, body: Any) -> list[str]:
    """What is wrong, in the words of the API; empty when nothing is."""
    if not isinstance(body, dict):
        return ["body must be an object"]
    found = [f"property {name} should not exist" for name in body if name not in wanted]
    for name, field in wanted.items():
        if name not in body:
            found += [f"{name} should not be empty"] if field.required else []
        elif body[name] is None:
            found += [] if field.nullable else [f"{name} {_says(field)}"]
        else:
            found += _of(name, field, body[name])
    return found


def _says(field: Field) -> str:
    if field.words:
        return f"must be one of the following values: {', '.join(field.words)}"
    return _SAYS.get(field.kind, "is not allowed")


def _of(name: str, field: Field, value: Any) -> list[str]:
    if field.words:
        return [] if value in field.words else [f"{name} {_says(field)}"]
    if not _is(field.kind, value):
        return [f"{name} {_says(field)}"]
    if field.required and value == "":
        return [f"{name} should not be empty"]
    match field.kind:
        case "date":
            return [] if _is_date(value) else [f"{name} {_says(field)}"]
        case "strings":
            return [] if all(isinstance(one, str) for one in value) else [f"each value in {name} must be a string"]
        case "fields":
            return [text for one in value for text in _custom(name, one)]
        case "dnd":
            return [text for medium, one in value.items() for text in _dnd(name, medium, one)]
    return []


def _is(kind: str, value: Any) -> bool:
    return isinstance(value, _KINDS[kind]) and not (kind == "number" and isinstance(value, bool))


def _is_date(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _custom(name: str, value: Any) -> list[str]:
    if not isinstance(value, dict) or not (value.get("id") or value.get("key")):
        return [f"{name} must have an id or a key"]
    allowed = ("id", "key", "field_value", "fieldValue")
    return [f"{name}.property {one} should not exist" for one in value if one not in allowed]


def _dnd(name: str, medium: str, value: Any) -> list[str]:
    if medium not in _DND_MEDIA:
        return [f"{name}.property {medium} should not exist"]
    if not isinstance(value, dict) or value.get("status") not in _DND_STATES:
        return [f"{name}.{medium}.status must be one of the following values: {', '.join(_DND_STATES)}"]
    return []
