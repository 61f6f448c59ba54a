"""What did this agent miss? Within the window every event again, beyond it nothing but the advice to start afresh."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils.timezone import now

from enterprisehub.realtime.models import Event, Stream
from enterprisehub.realtime.push import Told
from enterprisehub.tenants.models import Agent

WINDOW = timedelta(hours=24)
MOST = 1_000  # events


def last(agent_id: UUID) -> int:
    """The last number given to this agent; 0 before the first."""
    return Stream.objects.filter(agent_id=agent_id).values_list("seq", flat=True).first() or 0


def between(agent: Agent, after: int, upto: int) -> list[Told] | None:
    """The events after one number and up to another, in order; None when they are beyond the window."""
    if upto <= after:
        return []
    if upto - after > MOST:
        return None
    rows = list(Event.objects.filter(agent=agent, seq__gt=after, seq__lte=upto).order_by("seq"))
    whole = len(rows) == upto - after and rows[0].at > now() - WINDOW
    return [_told(row) for row in rows] if whole else None


def _told(row: Event) -> Told:
    return Told(row.tenant_id, row.agent_id, row.seq, row.type, row.payload, row.at.isoformat())
