"""What can be read of a JSON object that is still being written?"""

from __future__ import annotations

from typing import Any

import jiter


def so_far(text: str) -> dict[str, Any] | None:
    """The object as far as it has come, its last string cut where the text ends; None before it begins or when it is none."""
    try:
        value = jiter.from_json(text.encode(), partial_mode="trailing-strings")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def whole(text: str) -> Any:
    """The finished JSON. Raises ValueError for what JSON does not know: NaN, half a surrogate pair, words around it."""
    return jiter.from_json(text.encode("utf-8", "replace"), allow_inf_nan=False)


def settled(value: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Without enumerated values that are not one of the schema's: "pri" is a beginning of "price", not a kind."""
    return _settle(value, schema, schema.get("$defs", {}))  # type: ignore[no-any-return]


def _settle(value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    schema = _resolve(schema, definitions)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        inner = {key: _resolve(known.get(key, {}), definitions) for key in value}
        return {
            key: _settle(item, inner[key], definitions)
            for key, item in value.items()
            if "enum" not in inner[key] or item in inner[key]["enum"]
        }
    if isinstance(value, list):
        return [_settle(item, schema.get("items", {}), definitions) for item in value]
    return value


def _resolve(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    return definitions.get(str(schema["$ref"]).rpartition("/")[2], {}) if "$ref" in schema else schema
