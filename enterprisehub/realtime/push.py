"""How does the agent's screen hear of something: numbered, replayable, only once the change is really there?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from redis.exceptions import RedisError

from enterprisehub.ops.stores import channel_redis
from enterprisehub.realtime import events
from enterprisehub.realtime.events import Address, Frame
from enterprisehub.realtime.models import Event
from enterprisehub.tenants import keys
from enterprisehub.tenants.scope import current

log = structlog.get_logger(__name__)
REST = 2.0  # seconds without trying Redis after it failed; the sockets' own look at the table repairs what was lost

Told = tuple[str, dict[str, Any]]
Sink = Callable[[Address, Sequence[Frame]], None]
_sink: ContextVar[Sink | None] = ContextVar("told_sink", default=None)
_down_until = 0.0


@contextmanager
def heard_by(sink: Sink) -> Iterator[None]:
    """Give this process's own sockets their events straight away, before the way through Redis.

    `sink` is called in this thread, after the commit, with the finished frames in their order.
    """
    token = _sink.set(sink)
    try:
        yield
    finally:
        _sink.reset(token)


def channel(address: Address) -> str:
    """The one place where the name of an agent's Redis channel is built; the tenant is part of it."""
    return keys.of(address.tenant, "screen", address.agent)


def logins_channel() -> str:
    """Where every process hears whose logins must be looked at again; carries ids only."""
    return keys.shared("logins")


def tell(agent_id: UUID, *told: Told) -> list[Event]:
    """Number these (type, payload) events for one agent, keep them, and send them once the transaction commits."""
    rows = Event.objects.append(agent_id, list(told))
    transaction.on_commit(partial(_send, Address(current(), agent_id), rows, _sink.get()))
    return rows


def tell_each(told: Mapping[UUID, Sequence[Told]]) -> None:
    """As `tell`, for several agents: their streams are locked in one order, so that two who tell each other do not wait for ever."""
    for agent_id in sorted(told):
        tell(agent_id, *told[agent_id])


def whisper(frame: Frame, address: Address) -> None:
    """Pass an unnumbered frame to the agent's screens in every process; nobody minds when it is lost."""
    _publish([(channel(address), events.pack(frame))])


def recheck(subject: UUID) -> None:
    """The rights of this user, agent or API key may have ended: once we commit, every process holds the events of
    their sockets back and looks."""
    transaction.on_commit(partial(_publish, [(logins_channel(), subject.bytes)]))


def _send(address: Address, rows: Sequence[Event], sink: Sink | None) -> None:
    frames = [events.numbered(address, row.type, row.payload, seq=row.seq, at=row.at) for row in rows]
    if sink is not None:
        try:
            sink(address, frames)
        except RuntimeError as error:  # the loop is gone; the change is committed and the event kept
            log.warning("push_failed", error=type(error).__name__, events=len(frames))
    name = channel(address)
    _publish([(name, events.pack(frame)) for frame in frames])


def _publish(messages: Sequence[tuple[str, bytes]]) -> None:
    global _down_until
    if time.monotonic() < _down_until:
        return
    try:
        with channel_redis().pipeline(transaction=False) as line:
            for name, packed in messages:
                line.publish(name, packed)
            line.execute()
    except RedisError as error:
        _down_until = time.monotonic() + REST
        log.warning("push_failed", error=type(error).__name__, events=len(messages))
