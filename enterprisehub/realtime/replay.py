"""What did this screen miss? Every event again within the window, beyond it nothing but the advice to start afresh."""

from __future__ import annotations

from datetime import timedelta

from django.utils.timezone import now

from enterprisehub.realtime import events
from enterprisehub.realtime.events import Address, Frame
from enterprisehub.realtime.models import Event, Stream
from enterprisehub.realtime.pruning import KEEP_EVENTS, KEEP_FOR
from enterprisehub.tenants.scope import scope

WINDOW_EVENTS = KEEP_EVENTS
WINDOW: timedelta = KEEP_FOR


def newest(address: Address) -> int:
    """The last number given to this agent; 0 before the first."""
    with scope(address.tenant):
        found: int | None = Stream.objects.filter(agent_id=address.agent).values_list("seq", flat=True).first()
        return found or 0


def after(address: Address, seq: int) -> tuple[list[Frame], int] | None:
    """Every event after `seq` in order, and the newest number; None when they cannot all be told again.

    That is so beyond the window (24 hours, 1,000 events) and for a number that was never given.
    """
    with scope(address.tenant):
        rows = list(Event.objects.filter(agent_id=address.agent, seq__gt=seq).order_by("seq")[: WINDOW_EVENTS + 1])
        if not rows:
            return ([], seq) if newest(address) == seq else None
        whole = rows[0].seq == seq + 1 and len(rows) <= WINDOW_EVENTS
        if not whole or rows[0].at < now() - WINDOW:
            return None
        return [_frame(address, row) for row in rows], rows[-1].seq


def _frame(address: Address, row: Event) -> Frame:
    return events.numbered(address, row.type, row.payload, seq=row.seq, at=row.at)
