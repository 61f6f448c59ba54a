"""How do many events that arrive together share one commit? Whoever waits while all lines are busy goes into the next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg
import structlog

from enterprisehub.ghl.lines import Line, StoreDown
from enterprisehub.ghl.schemas import MESSAGES

log = structlog.get_logger(__name__)

LINES: Final = 2  # while Postgres commits on one, the next events are read and sent on the other
AT_ONCE: Final = 500  # events in one transaction
MOST_WAITING: Final = 5_000
MOST_BYTES: Final = 64_000_000  # of bodies that wait
KEPT_WITHIN: Final = 4.0  # seconds; after that the sender is asked to come again


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event as it is to be kept. `tenant` is known of a workflow's secret; else the location tells."""

    id: UUID
    tenant: UUID | None
    source: str
    external_id: str
    former_id: str  # the same thing told in the window before this one: then this one is a repetition
    type: str
    subject: str
    location_id: str
    company_id: str
    occurred_at: datetime
    received_at: datetime
    body: bytes
    state: str
    reason: str

    @property
    def is_a_message(self) -> bool:
        return self.type in MESSAGES


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an arrival: `tenant` is None while the location is nobody's; not `new` when it was known."""

    arrival: Arrival
    tenant: UUID | None
    new: bool


_COLUMNS: Final = (
    ("id", "uuid"),
    ("known", "uuid"),
    ("source", "text"),
    ("external_id", "text"),
    ("former_id", "text"),
    ("type", "text"),
    ("subject", "text"),
    ("location_id", "text"),
    ("company_id", "text"),
    ("occurred_at", "timestamptz"),
    ("received_at", "timestamptz"),
    ("body", "bytea"),
    ("state", "text"),
    ("reason", "text"),
)
# It runs as every tenant: one sentence keeps the events of many, each under the tenant whose location was signed with it.
_KEEP: Final = f"""
WITH told AS MATERIALIZED (
    SELECT u.*, coalesce(u.known, t.id) AS tenant_id
    FROM unnest({", ".join(f"%s::{kind}[]" for _, kind in _COLUMNS)}) AS u({", ".join(name for name, _ in _COLUMNS)})
    LEFT JOIN tenants_tenant t ON u.known IS NULL AND u.location_id <> '' AND t.location_id = u.location_id),
kept AS (
    INSERT INTO ghl_inboundevent (id, tenant_id, source, external_id, type, subject, occurred_at, received_at, body,
        state, attempts, next_at, reason)
    SELECT id, tenant_id, source, external_id, type, subject, occurred_at, received_at, body,
        state, 0, received_at, reason
    FROM told WHERE tenant_id IS NOT NULL AND (former_id = '' OR NOT EXISTS (
        SELECT 1 FROM ghl_inboundevent f WHERE f.tenant_id = told.tenant_id AND f.source = told.source
        AND f.external_id = told.former_id AND f.received_at > told.received_at - interval '10 minutes'))
    ON CONFLICT DO NOTHING RETURNING id),
strange AS (
    INSERT INTO ghl_unmappedevent (id, location_id, company_id, external_id, type, subject, occurred_at, received_at, body)
    -- What is only kept to be looked at must not come alive when the location is connected.
    SELECT id, CASE WHEN state = 'waiting' THEN location_id ELSE '' END, company_id, external_id, type, subject,
        occurred_at, received_at, body
    FROM told WHERE tenant_id IS NULL ON CONFLICT DO NOTHING RETURNING id)
SELECT told.id, told.tenant_id, kept.id IS NOT NULL OR strange.id IS NOT NULL
FROM told LEFT JOIN kept USING (id) LEFT JOIN strange USING (id)
"""  # noqa: S608 - our own columns


class Commits:
    """Keeps events; `afterwards` is told what is committed, before the senders are answered or right after."""

    def __init__(self, afterwards: Callable[[list[Kept]], None]) -> None:
        self._afterwards = afterwards
        self._free = [Line() for _ in range(LINES)]
        self._lines = tuple(self._free)
        self._waiting: deque[tuple[Arrival, asyncio.Future[Kept]]] = deque()
        self._bytes = 0
        self._writers: set[asyncio.Task[None]] = set()

    async def keep(self, arrival: Arrival) -> Kept:
        """Durable when it returns. Raises StoreDown: then the sender must come again."""
        if len(self._waiting) >= MOST_WAITING or self._bytes + len(arrival.body) > MOST_BYTES:
            raise StoreDown("too many wait")
        mine: asyncio.Future[Kept] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, mine))
        self._bytes += len(arrival.body)
        if self._free:
            writer = asyncio.create_task(self._write(self._free.pop()))
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        try:
            async with asyncio.timeout(KEPT_WITHIN):
                return await mine
        except TimeoutError:
            raise StoreDown("took too long") from None

    async def _write(self, line: Line) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                self._bytes -= sum(len(arrival.body) for arrival, _ in batch)
                # Everybody takes the same keys in the same order, or two that are told the same could wait for each other.
                batch.sort(key=lambda one: one[0].external_id)
                try:
                    await self._commit(line, batch)
                except Exception as error:
                    _fail(batch, error)
        finally:
            self._free.append(line)

    async def _commit(self, line: Line, batch: list[tuple[Arrival, asyncio.Future[Kept]]]) -> None:
        columns = [list(column) for column in zip(*(_values(arrival) for arrival, _ in batch), strict=True)]
        try:
            rows = await line.ask(_KEEP, columns)
        except psycopg.Error as error:
            if len(batch) == 1:
                raise
            log.warning("events_kept_one_by_one", error=type(error).__name__, count=len(batch))
            for one in batch:
                try:
                    await self._commit(line, [one])
                except Exception as own:
                    _fail([one], own)
            return
        found = {row[0]: row for row in rows}
        kept = [Kept(arrival, found[arrival.id][1], found[arrival.id][2]) for arrival, _ in batch]
        for (_, mine), done in zip(batch, kept, strict=True):
            if not mine.done():
                mine.set_result(done)
        self._afterwards([one for one in kept if one.new])

    async def close(self) -> None:
        for writer in tuple(self._writers):
            writer.cancel()
        for line in self._lines:
            await line.close()


def _values(arrival: Arrival) -> tuple[object, ...]:
    return tuple(getattr(arrival, name) for name in Arrival.__slots__)


def _fail(batch: list[tuple[Arrival, asyncio.Future[Kept]]], error: Exception) -> None:
    if not isinstance(error, StoreDown):
        log.error("events_not_kept", error=type(error).__name__, count=len(batch))
    for _, mine in batch:
        if not mine.done():
            mine.set_exception(StoreDown(type(error).__name__))
