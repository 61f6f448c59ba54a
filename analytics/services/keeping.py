"""How do events come to be kept? Each once, made right where more is known by now, and their days marked to be counted anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.timezone import now

from analytics.happening import Happened, Read
from analytics.models import Event, StaleDay
from enterprisehub.tenants.models import Agent, Tenant

DIMS: Final = (
    "card_kind", "playbook_version", "prompt_version", "vertical", "language", "engine", "medium", "arm", "variant",
)  # fmt: skip
# What may become known better. Whose it was, in which team, vertical and language stays as it was when it happened.
MENDED: Final = (
    "kind", "day", "at", "value", "amount", "currency", "reason", "told_by", "prompt_version", "engine", "medium", "arm",
    "variant",
)  # fmt: skip
AT_ONCE: Final = 1_000


def take(leads: Sequence[UUID]) -> None:
    """Nobody else reads these leads' stories until this transaction ends: of two readers the later one sees what the first kept."""
    names = sorted(f"analytics.story:{lead}" for lead in leads)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) AS given(name)", [names]
        )


def keep(tenant: Tenant, read: Mapping[UUID, Read]) -> set[date]:
    """Write what the stories of these leads say happened; the days whose events changed, which are marked already."""
    teams = dict(Agent.objects.values_list("pk", "team"))
    zone = ZoneInfo(tenant.timezone)
    wanted = {
        row.pk: row
        for lead, one in read.items()
        for row in (_row(tenant, happened, lead=lead, zone=zone, teams=teams) for happened in one.events)
    }
    not_so = {Event.id_of(tenant.pk, *what) for one in read.values() for what in one.not_so}
    kept = {event.pk: event for event in Event.objects.filter(lead__in=list(read)).order_by()}
    new = [row for pk, row in wanted.items() if pk not in kept]
    changed = [_mended(kept[pk], row) for pk, row in wanted.items() if pk in kept and _differs(kept[pk], row)]
    gone = [event for pk, event in kept.items() if pk in not_so]
    days = {row.day for row in new} | {day for pair in changed for day in pair[1]} | {event.day for event in gone}
    Event.objects.bulk_create(new, ignore_conflicts=True, batch_size=AT_ONCE)
    Event.objects.bulk_update([event for event, _ in changed], [*MENDED, "recorded_at"], batch_size=AT_ONCE)
    if gone:
        Event.objects.filter(pk__in=[event.pk for event in gone]).delete()
    mark(days)
    return days


def mark(days: Iterable[date]) -> None:
    """These days are to be counted anew; in the transaction that changed their events."""
    StaleDay.objects.bulk_create([StaleDay(day=day) for day in sorted(set(days))])


def _row(tenant: Tenant, one: Happened, *, lead: UUID, zone: ZoneInfo, teams: Mapping[UUID, Any]) -> Event:
    dims = {name: str(one.dims.get(name, "")) for name in DIMS}
    return Event(
        id=Event.id_of(tenant.pk, *one.what),
        tenant_id=tenant.pk,
        kind=one.kind,
        day=(one.counted or one.at).astimezone(zone).date(),
        at=one.at,
        team=teams.get(one.agent) if one.agent else None,
        agent_id=one.agent,
        lead_id=lead,
        conversation=one.conversation,
        suggestion=one.suggestion,
        value=one.value,
        amount=one.amount,
        currency=one.currency,
        reason=one.reason,
        told_by=one.told_by,
        **dims,
    )


def _differs(old: Event, new: Event) -> bool:
    return any(getattr(old, name) != getattr(new, name) for name in MENDED)


def _mended(old: Event, new: Event) -> tuple[Event, set[date]]:
    """The kept row with what is known now, and the days that this changes."""
    days = {old.day, new.day}
    for name in MENDED:
        setattr(old, name, getattr(new, name))
    old.recorded_at = now()
    return old, days
