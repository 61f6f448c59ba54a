"""How are promised writes made? One of a contact at a time, oldest first, each begun on paper before it is begun at HighLevel.

The order: a contact's writes are made in the order in which they were promised. One that rests after a failure holds up
those behind it, except urgent ones (a reply does not wait for a note); one that was given up holds up nobody.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.dateparse import parse_datetime
from django.utils.module_loading import import_string
from django.utils.timezone import now

from enterprisehub.errors import Invalid
from enterprisehub.ghl import calls, pace, repeating, settling, waking
from enterprisehub.ghl.client import Client
from enterprisehub.ghl.models import OutboundCall, State
from enterprisehub.ghl.outbox import UNKNOWN, arguments_of
from enterprisehub.ghl.refusals import (
    AgencyToken,
    Busy,
    DaySpent,
    Duplicate,
    GrantLost,
    HighLevelError,
    LocationPaused,
    NotConnected,
    Paced,
    TokenRefused,
    Unprocessable,
)
from enterprisehub.privacy.crypto import SealBroken
from enterprisehub.tenants.scope import current, scope

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=150)  # longer than a call can take; afterwards whoever took it is thought dead
SHIFT = 20.0  # seconds of work before the worker is given back
PATIENCE = 1.0  # seconds that a worker waits for the pace with a call in its hands
# A reply that has waited for so long is no reply any more; a person decides.
REPLY_GOOD_FOR = timedelta(hours=1)
STILL_REST = timedelta(minutes=1)
CONNECTION_REST = timedelta(minutes=5)
CONNECTION = (NotConnected, TokenRefused, GrantLost, LocationPaused, AgencyToken)


def drain(tenant_id: UUID | None = None) -> int:
    """Make the writes of the tenant that are due, as far as the pace allows; how many were taken. In the tenant's name."""
    tenant = tenant_id or current()
    until, taken = time.monotonic() + SHIFT, 0
    while time.monotonic() < until:
        room = pace.headroom(tenant)
        wait = room.rest if room.rest > 0 else 0.0 if room.left > 0 else 1.0
        found = None if wait else claim(tenant, urgent_only=room.left <= int(room.allowed * pace.URGENT_SHARE))
        if found is None:
            if wait or _is_due(tenant):
                waking.wake_after(tenant, wait or 1.0)
            return taken
        taken += 1
        if not make(tenant, *found):
            return taken
    waking.wake(tenant)
    return taken


def claim(tenant_id: UUID, *, urgent_only: bool = False) -> tuple[OutboundCall, datetime | None] | None:
    """Take the next call: it is on paper that it was begun, before anything is sent. And when it was begun before, if it was."""
    with scope(tenant_id):
        while (call := _next(urgent_only)) is not None:
            verdict = _not_any_more(call)
            if verdict == "":
                return _begun(call)
            if verdict is None:
                call.next_at, call.reason = now() + STILL_REST, "could_not_ask_whether_still"
                call.save(update_fields=["next_at", "reason"])
            else:
                settling.dead(call, verdict)
    return None


def make(tenant_id: UUID, call: OutboundCall, begun_before: datetime | None) -> bool:
    """Make a call that was taken and settle it; False when the tenant's line is of no use for now."""
    try:
        answer = _made(tenant_id, call, begun_before)
    except Paced as error:
        return _put_back(tenant_id, call, begun_before, wait=error.wait)
    except Busy as error:
        wait = pace.until_tomorrow() if isinstance(error, DaySpent) else error.wait
        return _put_back(tenant_id, call, begun_before, wait=wait, reason=error.reason)
    except CONNECTION as error:
        return _put_back(tenant_id, call, begun_before, wait=CONNECTION_REST.total_seconds(), reason=error.reason)
    except Invalid as error:
        with scope(tenant_id):
            settling.dead(call, f"{error.code}:{error.field}")
        return True
    except SealBroken:
        return _put_back(
            tenant_id, call, begun_before, wait=CONNECTION_REST.total_seconds(), reason="token_cannot_be_opened"
        )
    except HighLevelError as error:
        with scope(tenant_id):
            settling.again(call, error) if error.again else settling.dead(call, error.reason)
        return True
    with scope(tenant_id):
        settling.done(call, answer) if answer is not None else settling.dead(call, UNKNOWN)
    return True


def _made(tenant_id: UUID, call: OutboundCall, begun_before: datetime | None) -> dict[str, Any] | None:
    """HighLevel's answer; None for a message of which nobody knows whether it was sent: it is never sent twice."""
    client = Client.of(tenant_id, patience=PATIENCE)
    if begun_before is not None and calls.of(call.operation).once:
        call.begun_at = begun_before
        found = repeating.find(client, call)
        if found is not None or call.operation == "message.send":
            return found
    try:
        return client.call(call.operation, urgent=call.urgent, **arguments_of(call))
    except Duplicate as error:
        if call.operation == "contact.create" and error.detail:
            return {"contact": {"id": error.detail}}
        raise
    except Unprocessable:
        # HighLevel can refuse a new contact and make it all the same (CONTRACT §4).
        found = repeating.find(client, call) if call.operation == "contact.create" else None
        if found is None:
            raise
        return found


def _ready(moment: datetime) -> Any:
    """Due calls that no earlier one of the same contact holds up and nobody else is taking."""
    earlier = OutboundCall.objects.filter(state=State.WAITING, contact_id=OuterRef("contact_id"), pk__lt=OuterRef("pk"))
    held_up = Q(contact_id__gt="") & (
        Q(urgent=False) & Exists(earlier) | Q(urgent=True) & Exists(earlier.filter(_not_resting(moment)))
    )
    due = OutboundCall.objects.filter(state=State.WAITING, next_at__lte=moment)
    return due.exclude(held_up).select_for_update(skip_locked=True)


def _not_resting(moment: datetime) -> Q:
    """What an urgent call waits for: others as urgent, what was never tried, and what somebody has in hand."""
    in_hand = Q(begun_at__isnull=False, reason="")
    return Q(urgent=True) | Q(attempts=0) | in_hand | Q(next_at__lte=moment)


def _is_due(tenant_id: UUID) -> bool:
    """Whether something would be made if only there were more room."""
    with scope(tenant_id):
        return bool(_ready(now()).exists())


def _begun(call: OutboundCall) -> tuple[OutboundCall, datetime | None]:
    before = call.begun_at
    call.begun_at, call.next_at, call.attempts, call.reason = now(), now() + LEASE, call.attempts + 1, ""
    call.save(update_fields=["begun_at", "next_at", "attempts", "reason"])
    return call, before


def _next(urgent_only: bool) -> OutboundCall | None:
    rows = _ready(now()).order_by("-urgent", "pk")
    found: OutboundCall | None = (rows.filter(urgent=True) if urgent_only else rows).first()
    return found


def _not_any_more(call: OutboundCall) -> str | None:
    """Why a write that was promised must not be made now, "" when it may; None when that could not be found out.

    One that was begun may have been made: it is looked for, not judged.
    """
    if call.attempts > settling.MOST_ATTEMPTS:
        return "gave_up"  # whatever happens to it, its worker does not live to settle it
    if call.begun_at is not None:
        return ""
    if call.operation == "message.send":
        asked = parse_datetime(str(call.answer.get("again", ""))) or call.created_at
        if asked < now() - REPLY_GOOD_FOR:
            return "too_late"
    table: dict[str, Callable[[OutboundCall], str]] = import_string(settings.GHL_STILL_TABLE)
    try:
        with transaction.atomic():
            return table[call.operation](call) if call.operation in table else ""
    except Exception:
        log.exception("ghl_still_failed", operation=call.operation, call=str(call.pk))
        return None


def _put_back(tenant_id: UUID, call: OutboundCall, begun_at: datetime | None, *, wait: float, reason: str = "") -> bool:
    """Nothing was sent; it waits as it did before, and the others with it."""
    with scope(tenant_id):
        settling.put_back(call, until=now() + timedelta(seconds=wait), begun_at=begun_at, reason=reason)
    waking.wake_after(tenant_id, min(wait, 60.0))
    return False
