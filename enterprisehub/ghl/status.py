"""How is the line to HighLevel? What the connection page and the API tell of it; never a token, never anybody's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Min, Model, Q
from django.utils.timezone import now

from enterprisehub.ghl import pace
from enterprisehub.ghl.connecting import PROBES
from enterprisehub.ghl.models import Connection, InboundEvent, Kind, OutboundCall, Source, Standing, State
from enterprisehub.ghl.oauth import SCOPES
from enterprisehub.ghl.pace import Headroom
from enterprisehub.ghl.remembering import ABOUT
from enterprisehub.ghl.schemas import read, read_workflow

SHOWN = 50
MOST_NAMES = 60  # of one letter, and characters of one name
_UNANSWERED = r"^(unreachable|unanswered|server_fault)"  # reasons of refusals.py that say nothing about us
BOXES: Final[dict[str, type[InboundEvent | OutboundCall]]] = {"inbox": InboundEvent, "outbox": OutboundCall}


@dataclass(frozen=True)
class Box:
    """Counts of the inbox or the outbox; `lag` is how long the oldest that is due has been waiting, in seconds."""

    waiting: int
    done: int
    ignored: int
    dead: int
    lag: float


@dataclass(frozen=True)
class Status:
    """Everything about one tenant's line. `missing` are needed scopes that were not granted, as far as that is known."""

    connection: Connection | None
    health: str
    granted: list[str]
    missing: list[str]
    headroom: Headroom
    inbox: Box
    outbox: Box
    last_event_at: datetime | None


@dataclass(frozen=True)
class Letter:
    """One row of a box, without its words: only the names of what it holds, and what kind of thing each is."""

    id: UUID
    type: str
    subject: str
    external_id: str
    state: str
    attempts: int
    reason: str
    at: datetime
    next_at: datetime
    shape: list[tuple[str, str]]

    @property
    def holds(self) -> list[str]:
        return [name for name, _ in self.shape]


def of(tenant_id: UUID) -> Status:
    """The current tenant's line."""
    row = Connection.objects.first()
    granted = sorted(row.scopes) if row else []
    missing = [one for one in _needed(row) if one not in granted] if row and granted else []
    return Status(
        connection=row,
        health=_health(row, missing),
        granted=granted,
        missing=missing,
        headroom=pace.headroom(tenant_id),
        inbox=_box(InboundEvent, "received_at"),
        outbox=_box(OutboundCall, "created_at"),
        last_event_at=_told_last(),
    )


def _told_last() -> datetime | None:
    """When HighLevel last told anything by itself."""
    told = InboundEvent.objects.exclude(source=Source.SWEEP).order_by("-received_at")
    return told.values_list("received_at", flat=True).first()


def is_unanswered() -> bool:
    """Whether something that is to be written waits because HighLevel gave no answer, or a broken one."""
    rows = OutboundCall.objects.filter(state=State.WAITING, reason__regex=_UNANSWERED)
    return bool(rows.exists())


def letters(box: str, *, state: str = State.DEAD, before: UUID | None = None, most: int = SHOWN) -> list[Letter]:
    """Rows of a box in this state, newest first; `before` is the id after which to go on."""
    rows = BOXES[box].objects.filter(state=state).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_letter(row) for row in rows[:most]]


def given_up(line: Status) -> dict[str, tuple[int, list[Letter]]]:
    """By box how many were given up and the newest of them; a box without any is left out where nothing is connected."""
    boxes = {"inbox": line.inbox, "outbox": line.outbox}
    shown = line.health != "none"
    return {name: (box.dead, letters(name) if box.dead else []) for name, box in boxes.items() if box.dead or shown}


def masked(identity: str) -> str:
    """The end of an id: enough to find it at HighLevel, useless to anybody else."""
    return f"…{identity[-4:]}" if len(identity) > 4 else identity


def _needed(row: Connection | None) -> tuple[str, ...]:
    """A private token only shows what it may read; what it may write is known when it is refused."""
    return tuple(name for name, _, _ in PROBES) if row is not None and row.kind == Kind.PIT else SCOPES


def _health(row: Connection | None, missing: list[str]) -> str:
    """One word: none, good, limited, or the standing that stands in the way."""
    if row is None or row.standing == Standing.DISCONNECTED:
        return "none"
    if row.standing != Standing.ACTIVE:
        return str(row.standing)
    return "limited" if row.trouble or missing else "good"


def _box(model: type[Model], came: str) -> Box:
    counted = model._default_manager.aggregate(
        **{state: Count("pk", filter=Q(state=state)) for state in ("waiting", "done", "ignored", "dead")},
        oldest=Min(came, filter=Q(state=State.WAITING, next_at__lte=now())),
    )
    oldest = counted.pop("oldest")
    return Box(**counted, lag=max(0.0, (now() - oldest).total_seconds()) if oldest else 0.0)


def _letter(row: Any) -> Letter:
    inbound = isinstance(row, InboundEvent)
    return Letter(
        id=row.pk,
        type=(row.type or row.source) if inbound else row.operation,
        subject=masked(row.subject if inbound else row.contact_id),
        external_id=row.external_id if inbound else row.key,
        state=row.state,
        attempts=row.attempts,
        reason=row.reason,
        at=row.received_at if inbound else row.created_at,
        next_at=row.next_at,
        shape=_shape(_told(row) if inbound else {name: one for name, one in row.arguments.items() if name != ABOUT}),
    )


def _told(event: InboundEvent) -> Mapping[str, Any]:
    return (read_workflow if event.source == Source.WORKFLOW else read)(bytes(event.body)).body


def _shape(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name[:MOST_NAMES], _kind(value)) for name, value in sorted(body.items())[:MOST_NAMES]]


def _kind(value: Any) -> str:
    """Enough to see what was odd, no word of anybody's."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, str):
        return f"text, {len(value)} characters"
    if isinstance(value, int | float):
        return "a number"
    return f"an object of {len(value)}" if isinstance(value, dict) else f"a list of {len(value)}"
