"""How much may one write hold? Notes and tasks are cut at the end and say so; what a prospect is to read is refused instead."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from enterprisehub.errors import Invalid

MOST_BYTES = 60_000  # of all arguments together
MOST_TAGS = 50
CUT = " […]"
# Characters. Ours, well below what HighLevel takes: nobody reads more.
BOOKKEEPING: Final[dict[tuple[str, str], int]] = {
    ("note", "body"): 5_000,
    ("note", "title"): 150,
    ("task", "title"): 150,
    ("task", "body"): 3_000,
}
WORDS: Final[dict[str, int]] = {"message": 5_000, "html": 50_000, "subject": 300}
TAG = 100
FIELD_VALUE = 2_000
# Neither Postgres' JSON nor HighLevel takes these: NUL and halves of surrogate pairs.
UNSENDABLE = re.compile("[\x00\ud800-\udfff]")


def fit(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments, clean and cut to size; Invalid for words to a prospect that are too long, and for far too much."""
    noun = operation.partition(".")[0]
    fitted: dict[str, Any] = {name: _fit(noun, name, _clean(value)) for name, value in arguments.items()}
    if "tags" in fitted:
        fitted["tags"] = _tags(fitted["tags"])
    if "customFields" in fitted:
        fitted["customFields"] = [_custom(entry) for entry in fitted["customFields"]]
    if len(json.dumps(fitted).encode()) > MOST_BYTES:
        raise Invalid(f"{operation}: more than {MOST_BYTES} bytes.")
    return fitted


def _fit(noun: str, name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if noun == "message" and len(value) > WORDS.get(name, MOST_BYTES):
        raise Invalid(f"A message's {name} has at most {WORDS[name]} characters.", field=name)
    return cut(value, BOOKKEEPING.get((noun, name), MOST_BYTES))


def cut(text: str, most: int) -> str:
    """At most so many characters; what was cut says so."""
    return text if len(text) <= most else text[: most - len(CUT)].rstrip() + CUT


def _tags(tags: Any) -> list[str]:
    """HighLevel keeps tags in lower case; said twice they are one."""
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise Invalid("Tags are a list of words.", field="tags")
    wanted = dict.fromkeys(tag.strip().lower()[:TAG] for tag in tags if tag.strip())
    if not wanted or len(wanted) > MOST_TAGS:
        raise Invalid(f"Between 1 and {MOST_TAGS} tags.", field="tags")
    return list(wanted)


def _custom(entry: Any) -> Any:
    value = entry.get("field_value") if isinstance(entry, dict) else None
    return {**entry, "field_value": cut(value, FIELD_VALUE)} if isinstance(value, str) else entry


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return UNSENDABLE.sub("", value)
    if isinstance(value, dict):
        return {str(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value
