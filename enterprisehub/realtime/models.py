"""What was told to each agent's screen: numbered without gaps, kept for the replay window."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.db import connection, models
from django.utils import timezone

from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Agent, TenantModel, new_id
from enterprisehub.tenants.scope import TenantManager, current


class Stream(TenantModel):
    """The last number given to one agent; its row lock puts that agent's events in one order."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="stream")
    seq = models.BigIntegerField(default=0)
    # Events up to this number were pruned: a client that asks for them must start afresh.
    pruned = models.BigIntegerField(default=0)

    class Meta:
        constraints = [SameTenant(field="agent", name="stream_agent_same_tenant")]


class EventManager(TenantManager["Event"]):
    def append(self, agent_id: Any, events: list[tuple[str, dict[str, Any]]]) -> list[Event]:
        """Number and keep these (type, payload) events for one agent, in this order, in one statement."""
        tenant, at = current(), timezone.now()
        rows = [Event(tenant_id=tenant, agent_id=agent_id, type=kind, payload=body, at=at) for kind, body in events]
        for row, seq in zip(rows, _number(rows), strict=True):
            row.seq, row._state.adding = seq, False
        return rows


def _number(rows: list[Event]) -> list[int]:
    first = rows[0]
    payload = Event._meta.get_field("payload")
    values = ", ".join(["(%s::uuid, %s, %s::jsonb)"] * len(rows))
    flat = [part for row in rows for part in (row.id, row.type, payload.get_db_prep_value(row.payload, connection))]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH counted AS (
                INSERT INTO realtime_stream (id, tenant_id, agent_id, seq, pruned) VALUES (%s, %s, %s, %s, 0)
                ON CONFLICT (agent_id) DO UPDATE SET seq = realtime_stream.seq + %s RETURNING seq),
            new (id, type, payload) AS (VALUES {values}),
            numbered AS (SELECT *, row_number() OVER () AS place FROM new)
            INSERT INTO realtime_event (id, tenant_id, agent_id, seq, type, payload, at)
            SELECT numbered.id, %s, %s, counted.seq - %s + numbered.place, numbered.type, numbered.payload, %s
            FROM counted, numbered ORDER BY numbered.place RETURNING seq
            """,  # noqa: S608 - only placeholders are put together
            [
                new_id(),
                first.tenant_id,
                first.agent_id,
                len(rows),
                len(rows),
                *flat,
                first.tenant_id,
                first.agent_id,
                len(rows),
                first.at,
            ],
        )
        return sorted(cast(int, row[0]) for row in cursor.fetchall())


class Event(TenantModel):
    """One thing told to one agent."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="events")
    seq = models.BigIntegerField()
    type = models.CharField(max_length=40)
    payload = models.JSONField()
    at = models.DateTimeField()

    objects: ClassVar[EventManager] = EventManager()

    class Meta:
        ordering = ["agent", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["agent", "seq"], name="one_number_per_event"),
            SameTenant(field="agent", name="event_agent_same_tenant"),
        ]
        indexes = [models.Index(fields=["at"], name="event_by_age")]
