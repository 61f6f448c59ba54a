"""How does the current tenant's inbox stand, and what do its dead letters look like without what people said?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.utils.timezone import now

from enterprisehub.ghl.models import InboundEvent, Source, State
from enterprisehub.ghl.schemas import read, read_workflow

LATELY = timedelta(hours=24)


@dataclass(frozen=True)
class Standing:
    """Counts of the current tenant; `done` and `ignored` are of the last 24 hours, `lag` is how long the oldest has waited."""

    waiting: int
    dead: int
    done: int
    ignored: int
    last_at: datetime | None
    lag: timedelta | None


@dataclass(frozen=True)
class Letter:
    """One dead letter: where it came from and what failed, and the shape of its body."""

    event: InboundEvent
    shape: list[tuple[str, str]]


def of_the_inbox() -> Standing:
    since = now() - LATELY
    found = InboundEvent.objects.aggregate(
        waiting=Count("pk", filter=Q(state=State.WAITING)),
        dead=Count("pk", filter=Q(state=State.DEAD)),
        done=Count("pk", filter=Q(state=State.DONE, received_at__gte=since)),
        ignored=Count("pk", filter=Q(state=State.IGNORED, received_at__gte=since)),
        last_at=Max("received_at"),
        oldest=Min("received_at", filter=Q(state=State.WAITING)),
    )
    oldest = found.pop("oldest")
    return Standing(**found, lag=now() - oldest if oldest else None)


def letters(most: int) -> list[Letter]:
    """The newest that were given up."""
    rows = InboundEvent.objects.filter(state=State.DEAD).order_by("-received_at")[:most]
    return [Letter(row, shape(row)) for row in rows]


def shape(event: InboundEvent) -> list[tuple[str, str]]:
    """Names of the body's fields and what kind of thing each holds: enough to see what was odd, no word of anybody's."""
    body = (read_workflow if event.source == Source.WORKFLOW else read)(bytes(event.body)).body
    return [(name[:60], _kind(value)) for name, value in sorted(body.items())[:60]]


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, str):
        return f"text, {len(value)} characters"
    if isinstance(value, int | float):
        return "a number"
    return f"an object of {len(value)}" if isinstance(value, dict) else f"a list of {len(value)}"
