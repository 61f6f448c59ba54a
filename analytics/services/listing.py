"""Which events does somebody read, page by page, and of which leads?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from analytics.models import Event
from enterprisehub.errors import Invalid
from enterprisehub.tenants.models import Agent
from leads.lists import finding
from leads.models import Lead


@dataclass(frozen=True)
class Wish:
    """Which events are wanted; None and "" are no wish. Times are aware and of `at`."""

    kind: str = ""
    lead: UUID | None = None
    agent: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def visible_lead(reader: Agent | None, lead_id: UUID) -> Lead:
    """The lead if this reader may see it (None = everybody's); any other looks like none."""
    return finding.one(reader, lead_id)


def page(reader: Agent | None, wish: Wish, *, size: int, cursor: str = "") -> tuple[list[Event], str]:
    """Up to `size` events after the cursor, the latest first, and the next page's cursor ("" = there is none).

    `reader` None sees everybody's, an agent their own and those of their leads.
    """
    rows = _wanted(_seen(reader), wish)
    if cursor:
        at, pk = _place(cursor)
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)
    found = list(rows.order_by("-at", "-pk")[: size + 1])
    after = f"{found[size - 1].at.timestamp():.6f}_{found[size - 1].pk.hex}" if len(found) > size else ""
    return found[:size], after


def _seen(reader: Agent | None) -> QuerySet[Event]:
    rows: QuerySet[Event] = Event.objects.all()
    return rows if reader is None else rows.filter(Q(agent=reader) | Q(lead__agent=reader))


def _wanted(rows: QuerySet[Event], wish: Wish) -> QuerySet[Event]:
    rows = rows.filter(kind=wish.kind) if wish.kind else rows
    rows = rows.filter(lead=wish.lead) if wish.lead else rows
    rows = rows.filter(agent=wish.agent) if wish.agent else rows
    rows = rows.filter(at__gte=wish.since) if wish.since else rows
    return rows.filter(at__lt=wish.until) if wish.until else rows


def _place(cursor: str) -> tuple[datetime, UUID]:
    stamp, _, key = cursor.partition("_")
    try:
        from_epoch = float(stamp)
        return datetime.fromtimestamp(from_epoch).astimezone(), UUID(key)
    except (ValueError, OverflowError, OSError):
        raise Invalid("This page does not exist. Begin without a cursor.", field="cursor") from None
