"""What may be said over the socket, in either direction, and what does each message look like?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from enterprisehub.errors import Invalid
from enterprisehub.realtime.push import Told

MAX_FRAME = 32_768  # bytes of one client frame
MAX_SEQ = 2**53
JSON_PROTOCOL, HTML_PROTOCOL = "ehub.json.v1", "ehub.html.v1"
SERVER_EVENTS = ("suggestion", "suggestion.delta", "objection.alert", "status", "error", "resync")

# Client message → its fields: name → (type, required).
CLIENT_MESSAGES: dict[str, dict[str, tuple[type, bool]]] = {
    "hear": {
        "id": (str, True),
        "lead": (str, True),
        "text": (str, True),
        "speaker": (str, False),
        "at": (str, False),
        "medium": (str, False),
        "stage": (str, False),
    },
    "subscribe": {"topics": (list, True)},
    "resume": {"last_seq": (int, True)},
    "ack": {"seq": (int, True)},
    "feedback": {
        "id": (str, True),
        "suggestion_id": (str, False),
        "session_id": (str, False),
        "verdict": (str, False),
        "score": (int, False),
        "comment": (str, False),
        "said": (str, False),
    },
    "typing": {"lead": (str, True)},
}


@dataclass(frozen=True)
class ClientMessage:
    """A message that has the right shape; its meaning is checked by the service that it reaches."""

    type: str
    fields: Mapping[str, Any]


def read(frame: str) -> ClientMessage:
    """Parse one client frame; raises Invalid with a sentence that says what is wrong."""
    if len(frame.encode("utf-8", "surrogatepass")) > MAX_FRAME:
        raise Invalid(f"A frame has at most {MAX_FRAME} bytes.", field="frame")
    try:
        given = json.loads(frame)
    except (ValueError, RecursionError):
        raise Invalid("A frame is one JSON object.", field="frame") from None
    if not isinstance(given, dict) or not isinstance(kind := given.get("type"), str):
        raise Invalid("A frame is a JSON object with a `type`.", field="type")
    if kind not in CLIENT_MESSAGES:
        raise Invalid(f"The type is one of {', '.join(CLIENT_MESSAGES)}.", field="type")
    fields = {name: _field(name, given.get(name), *rule) for name, rule in CLIENT_MESSAGES[kind].items()}
    return ClientMessage(kind, {name: value for name, value in fields.items() if value is not None})


def _field(name: str, value: Any, kind: type, required: bool) -> Any:
    if value is None:
        if required:
            raise Invalid(f"`{name}` is missing.", field=name)
        return None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Invalid(f"`{name}` must be {_NAMES[kind]}.", field=name)
    if kind is int and not 0 <= value <= MAX_SEQ:
        raise Invalid(f"`{name}` is out of range.", field=name)
    return value.encode("utf-8", "replace").decode() if kind is str else value


_NAMES = {str: "a text", int: "a whole number", list: "a list"}


def envelope(told: Told) -> dict[str, Any]:
    """The event as a client gets it."""
    card = told.payload.get("card")
    card = card if isinstance(card, dict) else {}
    return {
        "seq": told.seq,
        "type": told.type,
        "payload": told.payload,
        "metadata": {
            "timestamp": told.at,
            "source": card.get("source", "local"),
            "urgency": card.get("urgency", told.payload.get("urgency", "low")),
            "agent": str(told.agent_id),
            "tenant": str(told.tenant_id),
            "topic": topic(told.agent_id, told.type),
        },
    }


def direct(kind: str, payload: dict[str, Any], *, agent: Any = "", tenant: Any = "") -> dict[str, Any]:
    """An answer to this socket alone: not numbered, not replayed."""
    return {
        "seq": None,
        "type": kind,
        "payload": payload,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(),
            "source": "local",
            "urgency": "low",
            "agent": str(agent),
            "tenant": str(tenant),
            "topic": topic(agent, kind),
        },
    }


def topic(agent: Any, kind: str) -> str:
    return f"claude.{agent}.{kind}"
