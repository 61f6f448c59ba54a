"""Which leads has something happened to since the last reading, and what? Read again, the same comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import now

from analytics.crediting import read
from analytics.models import CREDIT, Outcome, StaleDay, Watermark
from analytics.services import keeping
from analytics.services.stories import stories
from analytics.talking import SETTLED_AFTER
from coaching.models import Feedback, Session, Suggestion
from enterprisehub.errors import Invalid
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current, scope, unscoped
from enterprisehub.tenants.work import later
from leads.models import Consent, CrmRecord, Lead, Message, StageMove

NAME: Final = "events"  # of the watermark
OVERLAP: Final = timedelta(minutes=5)  # longer than any transaction of ours: what was not committed then is read now
LATE: Final = timedelta(days=1)  # HighLevel's news may be that old when they come
AT_ONCE: Final = 100  # leads of one transaction
MOST: Final = 3_000  # leads of one task; the next one takes the rest
AT_LEAST: Final = timedelta(hours=1)  # how often a tenant is read in which nothing seemed to happen
BEGINNING: Final = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
# Changes that leave no row of their own with a time in its id; each writes an audit row.
VERBS: Final = {"coaching.session.end": "session", "lead.agreement": "lead", "contact.dnd": "lead"}


def everybody() -> int:
    """Ask for a reading of each tenant in which something may have happened; how many were asked for."""
    moment = now()
    with unscoped("events of every tenant are gathered"):
        busy: set[UUID] = set()
        for rows in _news(moment - 2 * OVERLAP, moment):
            busy.update(rows.order_by().values_list("tenant_id", flat=True).distinct())
        audited = AuditEvent.objects.filter(at__gte=moment - 2 * OVERLAP, verb__in=VERBS)
        busy.update(one for one in audited.order_by().values_list("tenant_id", flat=True).distinct() if one)
        busy.update(StaleDay.objects.values_list("tenant_id", flat=True).distinct())
        fresh = Watermark.objects.filter(name=NAME, at__gte=moment - AT_LEAST)
        busy.update(Tenant.objects.exclude(pk__in=fresh.values("tenant")).values_list("pk", flat=True))
    for tenant in busy:
        with scope(tenant):
            later("analytics.gather", durable=False)
    return len(busy)


def gather(since: datetime | None = None, *, after: UUID | None = None) -> int:
    """Read what happened since the watermark (or `since`), then let the changed days be counted anew; how many leads were read.

    Runs named: each hundred leads are a transaction of their own. More than a task can take go on after the lead `after`.
    """
    began = now()
    with scope(current()):
        mark = Watermark.objects.filter(name=NAME).first()
        start = since or (mark.at if mark else BEGINNING)
        touched = sorted(_touched(start, began))
    rest = [lead for lead in touched if after is None or lead > after]
    for leads in _pieces(rest[:MOST]):
        with scope(current()):
            of_leads(leads)
    with scope(current()):
        if len(rest) > MOST:
            later("analytics.gather", since=start.isoformat(), after=rest[MOST - 1])
        else:
            _advance(began)
        later("analytics.roll_up", durable=False)
    return len(rest[:MOST])


def asked(since: str, after: str) -> tuple[datetime | None, UUID | None]:
    """A task's arguments as it was given them; Invalid for what we cannot have written."""
    try:
        start = datetime.fromisoformat(since) if since else None
        place = UUID(after) if after else None
    except ValueError:
        raise Invalid("This is no place to go on from.") from None
    if start is not None and start.tzinfo is None:
        raise Invalid("A time has a zone.")
    return start, place


def of_leads(leads: Sequence[UUID]) -> None:
    """Read these leads' stories and keep what they say; in the scope of their tenant, one transaction."""
    keeping.take(leads)
    tenant = Tenant.objects.get(pk=current())
    keeping.keep(tenant, {story.lead: read(story, CREDIT) for story in stories(tenant, leads)})


def _pieces(leads: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    yield from (leads[start : start + AT_ONCE] for start in range(0, len(leads), AT_ONCE))


def _advance(began: datetime) -> None:
    mark, made = Watermark.objects.get_or_create(name=NAME, defaults={"at": began})
    if not made and mark.at < began:
        Watermark.objects.filter(pk=mark.pk).update(at=began)


def _touched(since: datetime, moment: datetime) -> set[UUID]:
    """The leads of whom there is news; ids hold their time, so the primary keys find it."""
    start, found = since - OVERLAP, set[UUID]()
    for rows in _news(start, moment):
        found.update(one for one in rows.order_by().values_list(_lead_of(rows), flat=True).distinct() if one)
    for verb, target in AuditEvent.objects.filter(at__gte=start, verb__in=VERBS).values_list("verb", "target"):
        key = UUID(target.rpartition(":")[2])
        if VERBS[verb] == "lead":
            found.add(key)
        else:
            found.update(Session.objects.filter(pk=key).values_list("conversation__lead", flat=True))
    return found


def _news(since: datetime, moment: datetime) -> Iterator[QuerySet[Any]]:
    # An id that was made otherwise (a seed's) holds no time: most of those lie above.
    floor, above = floor_of(since), floor_of(moment + LATE)
    for model in (Message, Feedback, StageMove, Consent, CrmRecord, Outcome, Lead):
        yield model.objects.filter(pk__gte=floor, pk__lt=above)
    yield CrmRecord.objects.filter(told_at__gte=since - LATE)
    yield Outcome.objects.filter(taken_back_at__gte=since)
    # Cards that nobody used are settled a day later.
    settled = Q(pk__gte=floor_of(since - SETTLED_AFTER), pk__lt=floor_of(moment - SETTLED_AFTER))
    yield Suggestion.objects.filter(settled, shown=True)


def _lead_of(rows: QuerySet[Any]) -> str:
    paths = {Lead: "pk", Feedback: "session__conversation__lead", Suggestion: "conversation__lead"}
    return paths.get(rows.model, "lead")


def floor_of(at: datetime) -> UUID:
    """The least time-ordered id (UUIDv7) of this millisecond."""
    return UUID(int=(max(0, int(at.timestamp() * 1000)) << 80) | (0x7 << 76) | (0x2 << 62))
