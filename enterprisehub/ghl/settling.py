"""What becomes of a promised write? Done with the ids that HighLevel gave, given up with a reason, or tried again later."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.timezone import now

from enterprisehub.ghl import calls, remembering
from enterprisehub.ghl.models import OutboundCall, State
from enterprisehub.ghl.outbox import UNKNOWN
from enterprisehub.ghl.refusals import HighLevelError

log = structlog.get_logger(__name__)
MOST_ATTEMPTS = 14  # about three hours
LONGEST_REST = timedelta(minutes=30)
# Where in the answer the ids stand, and under which kind they are remembered ("" = not at all).
IDS: Final[dict[str, tuple[str, str, str]]] = {
    "note.create": ("note", "id", "note"),
    "task.create": ("task", "id", "task"),
    "contact.create": ("contact", "id", ""),
    "contact.upsert": ("contact", "id", ""),
    "field.create": ("customField", "id", ""),
}
MESSAGE_IDS = ("messageId", "emailMessageId")


def done(call: OutboundCall, answer: dict[str, Any]) -> None:
    """Settle it, remember what came into being, and tell the settled table: all of it, or nothing. In the tenant's scope."""
    ids, kind = _ids(call.operation, answer)
    call.state, call.reason, call.answer, call.done_at = State.DONE, "", ids, now()
    if kind:
        told = ids.get("messageIds") or []
        remote = [value for value in ids.values() if isinstance(value, str)] if kind != "message" else []
        remote += [ids[name] for name in MESSAGE_IDS if name in ids] if kind == "message" else []
        remembering.made(kind, [*remote, *told], call=call)
    _settle(call)


def dead(call: OutboundCall, reason: str) -> None:
    """Give it up; a person may try it again (ghl/outbox.py requeue)."""
    call.state, call.reason, call.done_at = State.DEAD, reason[:200], now()
    remembering.broken(call)
    _settle(call)
    log.warning("ghl_write_given_up", operation=call.operation, call=str(call.pk), reason=call.reason)


def again(call: OutboundCall, error: HighLevelError) -> None:
    """Try it later, each time after a longer rest, or give it up after so many tries."""
    unknown = error.reached and calls.of(call.operation).once
    if call.attempts >= MOST_ATTEMPTS:
        dead(call, UNKNOWN if unknown else f"gave_up:{error.reason}")
        return
    call.begun_at = call.begun_at if unknown else None
    call.next_at, call.reason = now() + rest_after(call.attempts), error.reason
    call.save(update_fields=["begun_at", "next_at", "reason"])


def put_back(call: OutboundCall, *, until: datetime, begun_at: datetime | None, reason: str = "") -> None:
    """It was not this call's fault and nothing was sent: as if it had not been taken."""
    call.attempts, call.begun_at, call.next_at, call.reason = max(0, call.attempts - 1), begun_at, until, reason
    call.save(update_fields=["attempts", "begun_at", "next_at", "reason"])


def rest_after(attempts: int) -> timedelta:
    """2 s, 4 s, 8 s … half an hour, give or take a fifth."""
    seconds = min(2.0**attempts, LONGEST_REST.total_seconds())
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))


def _settle(call: OutboundCall) -> None:
    call.save(update_fields=["state", "reason", "answer", "done_at"])
    table: dict[str, Callable[[OutboundCall], Any]] = import_string(settings.GHL_SETTLED_TABLE)
    told = table.get(call.operation)
    if told is None:
        return
    try:
        with transaction.atomic():
            told(call)
    except Exception as error:
        # What is done is done: whoever listens must not make it happen twice by failing.
        log.exception("ghl_settled_badly", operation=call.operation, call=str(call.pk))
        call.reason = f"{call.reason} settled_badly:{type(error).__name__}".strip()[:200]
        call.save(update_fields=["reason"])


def _ids(operation: str, answer: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The ids in the answer, and as what they are remembered; nothing else of the answer is kept."""
    if operation == "message.send":
        ids = {n: answer[n] for n in (*MESSAGE_IDS, "conversationId") if _is_id(answer.get(n))}
        several = [one for one in answer.get("messageIds") or [] if _is_id(one)]
        return ({**ids, "messageIds": several[:50]} if several else ids), "message"
    place, name, kind = IDS.get(operation, ("", "", ""))
    inner = answer.get(place)
    value = inner.get(name) if isinstance(inner, dict) else None
    return ({name: value} if _is_id(value) else {}), kind


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 80
