"""How does the agent's screen hear of something: numbered, replayable, only once the change is really there?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from channels.layers import get_channel_layer
from django.db import transaction

from enterprisehub.ops import loops
from enterprisehub.realtime.models import Event
from enterprisehub.tenants.scope import current

log = structlog.get_logger(__name__)
SEND_WAIT = (
    1.0  # seconds that a worker waits for Redis to take an event; the sockets' own look at the table repairs a loss
)


@dataclass(frozen=True)
class Told:
    """A numbered event on its way to one agent's screens."""

    tenant_id: UUID
    agent_id: UUID
    seq: int
    type: str
    payload: dict[str, Any]
    at: str


Sink = Callable[[Told], None]
_sink: ContextVar[Sink | None] = ContextVar("told_sink", default=None)


@contextmanager
def heard_by(sink: Sink) -> Iterator[None]:
    """Give this process's own socket its events straight away, without the way through Redis."""
    token = _sink.set(sink)
    try:
        yield
    finally:
        _sink.reset(token)


def group(tenant_id: UUID, agent_id: UUID) -> str:
    """The one place where a group's name is built; the tenant is part of it."""
    return f"ehub.{tenant_id.hex}.agent.{agent_id.hex}"


def tell(agent_id: UUID, *events: tuple[str, dict[str, Any]]) -> list[Told]:
    """Number these (type, payload) events for one agent, keep them, and send them once the transaction commits."""
    tenant_id = current()
    told = [
        Told(tenant_id, agent_id, row.seq, row.type, row.payload, row.at.isoformat())
        for row in Event.objects.append(agent_id, list(events))
    ]
    transaction.on_commit(partial(_send, told, _sink.get()))
    return told


def _send(told: list[Told], sink: Sink | None) -> None:
    try:
        if sink is None:
            loops.run(_publish(told), timeout=SEND_WAIT)
            return
        for one in told:
            sink(one)
        loops.spawn(_publish(told))  # other processes hear of it a moment later; nobody waits for that
    except Exception as error:  # whatever Redis does, the change is committed and the event kept
        log.warning("push_failed", error=type(error).__name__, events=len(told))


async def _publish(told: list[Told]) -> None:
    layer = get_channel_layer()
    for one in told:
        message = {"type": "told", "seq": one.seq, "event": one.type, "payload": one.payload, "at": one.at}
        await layer.group_send(group(one.tenant_id, one.agent_id), message)
