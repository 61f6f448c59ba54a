"""Was it done already? What must not be done twice is looked for at HighLevel before it is done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.dateparse import parse_datetime

from enterprisehub.ghl.client import Client
from enterprisehub.ghl.models import OutboundCall, Written
from enterprisehub.ghl.outbox import arguments_of
from enterprisehub.tenants.scope import scope

SKEW = timedelta(minutes=2)  # HighLevel's clock and ours
LOOK_BACK = 100  # messages of a conversation
Found = dict[str, Any] | None


def find(client: Client, call: OutboundCall) -> Found:
    """What HighLevel would have answered, if this was done before; None when nothing like it is there.

    None is no proof for a message: lists lag. So whoever gets it for one must not send again.
    """
    return LOOKS[call.operation](client, call)


def _note(client: Client, call: OutboundCall) -> Found:
    words = _plain(call.arguments.get("body"))
    listed = client.call("note.list", contact_id=call.contact_id).get("notes") or []
    row = _first(listed, call, "note", lambda note: _plain(note.get("body")) == words)
    return {"note": row} if row else None


def _task(client: Client, call: OutboundCall) -> Found:
    title, due = _plain(call.arguments.get("title")), _moment(call.arguments.get("dueDate"))
    listed = client.call("task.list", contact_id=call.contact_id).get("tasks") or []
    row = _first(
        listed, call, "task", lambda task: _plain(task.get("title")) == title and _moment(task.get("dueDate")) == due
    )
    return {"task": row} if row else None


def _contact(client: Client, call: OutboundCall) -> Found:
    """By number, then by address; HighLevel's own rule for what a duplicate is."""
    asked = (("number", call.arguments.get("phone")), ("email", call.arguments.get("email")))
    for name, value in asked:
        if value and (found := client.call("contact.duplicate", **{name: value}).get("contact")):
            return {"contact": found}
    return None


def _message(client: Client, call: OutboundCall) -> Found:
    """In the conversations of the contact, among what went out since it was begun, with the same words."""
    words = arguments_of(call)
    wanted = {_plain(words[name]) for name in ("message", "html") if words.get(name)}
    talks = client.call("conversation.search", contact_id=call.contact_id).get("conversations") or []
    for talk in talks:
        page = client.call("message.list", conversation_id=str(talk.get("id")), limit=LOOK_BACK).get("messages") or {}
        rows = page.get("messages") if isinstance(page, dict) else page
        row = _first(
            rows or [],
            call,
            "message",
            lambda one: one.get("direction") == "outbound" and _plain(one.get("body")) in wanted,
        )
        if row:
            return {"messageId": row.get("id"), "conversationId": talk.get("id")}
    return None


def _field(client: Client, call: OutboundCall) -> Found:
    name = _plain(call.arguments.get("name"))
    listed = client.call("field.list", model=call.arguments.get("model", "all")).get("customFields") or []
    row = next((one for one in listed if isinstance(one, dict) and _plain(one.get("name")) == name), None)
    return {"customField": row} if row else None


def _first(
    rows: list[Any], call: OutboundCall, kind: str, fits: Callable[[Mapping[str, Any]], bool]
) -> dict[str, Any] | None:
    """The first that fits, came into being after the call was begun, and is not what another call of ours made."""
    since = (call.begun_at or call.created_at) - SKEW
    fitting = [
        row for row in rows if isinstance(row, dict) and fits(row) and (_moment(row.get("dateAdded")) or since) >= since
    ]
    with scope(call.tenant_id):
        ids = [str(row.get("id")) for row in fitting]
        others = set(Written.objects.filter(kind=kind, remote_id__in=ids).values_list("remote_id", flat=True))
    return next((row for row in fitting if str(row.get("id")) not in others), None)


def _moment(value: Any) -> datetime | None:
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo else None


def _plain(value: Any) -> str:
    return " ".join(str(value or "").split()).casefold()


LOOKS: Final[dict[str, Callable[[Client, OutboundCall], Found]]] = {
    "note.create": _note,
    "task.create": _task,
    "contact.create": _contact,
    "message.send": _message,
    "field.create": _field,
}
