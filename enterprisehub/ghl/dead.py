"""What becomes of what was given up? A person looks at it, and lets it be tried again: one or all."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import now

from enterprisehub.errors import NotFound
from enterprisehub.ghl import outbox
from enterprisehub.ghl.models import InboundEvent, OutboundCall, State
from enterprisehub.ghl.sweeping import WORK
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.scope import current
from enterprisehub.tenants.work import send

Box = type[InboundEvent] | type[OutboundCall]
BOXES: Final[dict[str, Box]] = {"inbox": InboundEvent, "outbox": OutboundCall}


def requeue(box: str, one: UUID | None = None) -> int:
    """Let dead letters of the current tenant's wait again, with all their attempts; how many. One may have been ignored, too.

    Trying something again that was done meanwhile does nothing: a done row is never dead. Raises NotFound for one that is
    neither dead nor ignored, or whose body is no longer kept. The outbox has rules of its own (outbox.requeue).
    """
    if box == "outbox":
        return outbox.requeue(*((one,) if one else ()))
    rows = InboundEvent.objects.filter(state=State.DEAD)
    if one is not None:
        rows = InboundEvent.objects.filter(Q(state=State.DEAD) | Q(state=State.IGNORED), pk=one).exclude(body=b"")
    count = int(rows.update(state=State.WAITING, attempts=0, next_at=now(), reason=""))
    if one is not None and not count:
        raise NotFound("There is no such dead letter.")
    if count:
        record(f"{box}.requeue", str(one) if one else "", count=count)
    return count


def wake() -> None:
    """Ask the worker for the current tenant's events now; the sweeper would within seconds."""
    send(WORK, current(), None, {})
