"""How did a tenant's leads go so far, when did they write, and where did they answer? Read once a night."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import F, Max, Window
from django.db.models.functions import Lead as Following

from analytics.models import Event, EventKind
from analytics.predicting import Past
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current
from leads.models import Lead, Message, Overlay, Speaker, Stage, StageMove

LOOKS_BACK: Final = timedelta(days=730)  # whose leads are counted
HABITS: Final = timedelta(days=180)  # whose messages say when and where leads answer
ANSWERS_WITHIN: Final = timedelta(days=2)
GONE: Final = (Overlay.LOST, Overlay.OTHER_AGENT, Overlay.DNC, Overlay.INVALID, Overlay.DUPLICATE)
CHUNK: Final = 1_000


def lives(moment: datetime) -> Iterator[Past]:
    leads = Lead.objects.filter(created_at__gt=moment - LOOKS_BACK).order_by("pk")
    after: UUID | None = None
    while chunk := list((leads.filter(pk__gt=after) if after else leads).only("pk", "created_at", "stage")[:CHUNK]):
        after = chunk[-1].pk
        yield from _of(chunk)


def _of(leads: list[Lead]) -> Iterator[Past]:
    ids = [lead.pk for lead in leads]
    moves: dict[UUID, list[StageMove]] = defaultdict(list)
    for move in StageMove.objects.filter(lead__in=ids).order_by("at"):
        moves[move.lead_id].append(move)
    words = words_of(ids)
    told = Event.objects.filter(lead__in=ids, kind=EventKind.CLOSING).order_by().values("lead").annotate(at=Max("at"))
    closings: dict[UUID, datetime] = {row["lead"]: row["at"] for row in told}
    for lead in leads:
        own = moves[lead.pk]
        start = own[0].from_stage if own else lead.stage
        went = [(lead.created_at, start), *((move.at, move.to_stage) for move in own)]
        done = [move.at for move in own if move.to_stage == Stage.CLOSED]
        done += [closings[lead.pk]] if lead.pk in closings else []
        gone = next((move.at for move in own if move.to_overlay in GONE), None)
        yield Past(lead.pk, lead.created_at, tuple(went), tuple(words[lead.pk]), min(done, default=None), gone)


def hours(moment: datetime) -> dict[str, int]:
    """Prospects' messages by the hour of their own day."""
    zone = Tenant.objects.values_list("timezone", flat=True).get(pk=current())
    found: Counter[int] = Counter()
    said = Message.objects.filter(at__gt=moment - HABITS, speaker=Speaker.PROSPECT).order_by()
    for at, own in said.values_list("at", "lead__timezone").iterator(chunk_size=5_000):
        found[at.astimezone(zone_of(own, zone)).hour] += 1
    return {str(hour): n for hour, n in sorted(found.items())}


def media(said: Any, moment: datetime) -> dict[str, list[int]]:
    """Medium → how many of the agent's messages were answered within two days, of how many that had the time."""

    def following(column: str) -> Window:
        return Window(Following(column), partition_by=[F("conversation")], order_by=F("position").asc())

    rows = said.order_by().annotate(then=following("speaker"), then_at=following("at"))
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    columns = ("conversation__medium", "speaker", "at", "then", "then_at")
    for medium, speaker, at, then, then_at in rows.values_list(*columns).iterator(chunk_size=5_000):
        if speaker != Speaker.AGENT or then == Speaker.AGENT or at > moment - ANSWERS_WITHIN:
            continue
        found[medium][0] += bool(then == Speaker.PROSPECT and then_at - at <= ANSWERS_WITHIN)
        found[medium][1] += 1
    return dict(found)


@lru_cache(maxsize=256)
def zone_of(*names: str) -> ZoneInfo:
    """The first of these that is a time zone; a lead's may have been written by anybody."""
    for name in names:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def words_of(leads: list[UUID]) -> dict[UUID, list[datetime]]:
    """When each prospect wrote, oldest first."""
    words: dict[UUID, list[datetime]] = defaultdict(list)
    said = Message.objects.filter(lead__in=leads, speaker=Speaker.PROSPECT).order_by("at")
    for lead_id, at in said.values_list("lead_id", "at"):
        words[lead_id].append(at)
    return words
