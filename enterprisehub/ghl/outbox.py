"""How is something promised to HighLevel? In the transaction of what caused it, once per key; the worker keeps the promise."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.ghl import calls, remembering, sizes, waking
from enterprisehub.ghl.models import Connection, OutboundCall, Standing, State
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.scope import current

# Nobody is there to be written to; while a connection is only paused or must be renewed, writes are kept for it.
UNKNOWN = "unknown_whether_sent"
GONE = (Standing.DISCONNECTED, Standing.UNINSTALLED)


def write(
    operation: str, *, contact_id: str = "", key: str, urgent: bool = False, about: str = "", **arguments: Any
) -> OutboundCall:
    """Promise this write, in the open scope and the caller's transaction; made in the contact's order after the commit.

    `arguments` are ids in our spelling (note_id, task_id, …) and properties in HighLevel's (dueDate, customFields, …).
    The same `key` is written once: its call is returned again, and Conflict raised when it stood for another
    operation or contact. `about` names what a note, a task, tags or fields are about on our side: when the latest
    that was promised about it had the same words, the call is kept as IGNORED ("same_content") and nothing is written.
    Without a connection it is IGNORED ("not_connected"). Raises Invalid for words that HighLevel would refuse.
    """
    if not 1 <= len(key) <= 120:
        raise Invalid("A key has 1 to 120 characters.", field="key")
    if calls.of(operation).reads:
        raise Invalid(f"{operation} only reads; ask the client.", field="operation")
    fitted = sizes.fit(operation, arguments)
    calls.check(operation, _all(operation, contact_id, fitted))
    call = OutboundCall(operation=operation, contact_id=contact_id, arguments=fitted, key=key, urgent=urgent)
    if about:
        call.arguments[remembering.ABOUT] = about
    OutboundCall.objects.bulk_create([call], ignore_conflicts=True)
    kept: OutboundCall = OutboundCall.objects.get(key=key)
    if kept.pk != call.pk:
        if (kept.operation, kept.contact_id) != (operation, contact_id):
            raise Conflict("This key belongs to another write.", field="key")
        return kept
    if reason := _nothing_to_do(call):
        return _ignore(call, reason)
    transaction.on_commit(partial(waking.wake, current()))
    return call


def arguments_of(call: OutboundCall) -> dict[str, Any]:
    """What the client is called with."""
    words = {name: value for name, value in call.arguments.items() if name != remembering.ABOUT}
    return _all(call.operation, call.contact_id, words)


def requeue(*ids: UUID) -> int:
    """Try dead writes again: these, or without ids all of them; how many. In the open scope; audited.

    A message of which nobody knows whether it was sent is only tried again when somebody names it. A write that
    something newer has replaced is put aside as IGNORED ("superseded"). Raises NotFound for an id that is not dead.
    """
    rows = OutboundCall.objects.filter(state=State.DEAD).select_for_update()
    rows = rows.filter(pk__in=ids) if ids else rows.exclude(reason__startswith=UNKNOWN)
    found = list(rows.order_by("pk"))
    if len(found) < len(set(ids)):
        raise NotFound("There is no such dead write.")
    tried = 0
    for call in found:
        if remembering.superseded(call):
            _ignore(call, "superseded")
            continue
        remembering.promised(call)
        call.state, call.reason, call.attempts, call.begun_at, call.done_at = State.WAITING, "", 0, None, None
        call.next_at, call.answer = now(), {"again": now().isoformat()}
        call.save()
        tried += 1
    record("highlevel.requeue", found[0] if len(found) == 1 else "ghl.outboundcall", box="outbox", count=tried)
    transaction.on_commit(partial(waking.wake, current()))
    return tried


def _all(operation: str, contact_id: str, words: dict[str, Any]) -> dict[str, Any]:
    """With the contact's id, where the operation has a place for it; elsewhere it only says in whose order to write."""
    row = calls.of(operation)
    has_place = bool(row.contact) or "{contact_id}" in row.path
    return {**words, "contact_id": contact_id} if has_place else words


def _nothing_to_do(call: OutboundCall) -> str:
    standing = Connection.objects.values_list("standing", flat=True).first()
    if standing is None or standing in GONE:
        return "not_connected"
    return "" if remembering.promised(call) else "same_content"


def _ignore(call: OutboundCall, reason: str) -> OutboundCall:
    call.state, call.reason = State.IGNORED, reason
    call.save(update_fields=["state", "reason"])
    return call
