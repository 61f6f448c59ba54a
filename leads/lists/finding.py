"""Which leads does a program find, page by page? Reads by filter, those spoken with last first."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from enterprisehub.errors import Invalid, NotFound
from enterprisehub.tenants.models import Agent
from leads.lists import listing as lists
from leads.models import Lead

NOT_READ = ("facts", "profile", "score_told", "found_by")


@dataclass(frozen=True)
class Wish:
    """Which leads are wanted; "" and None are no wish. Scores and completeness run from 0 to 1, times are aware."""

    stage: str = ""
    overlay: str = ""
    side: str = ""
    vertical: str = ""
    agent: UUID | None = None
    q: str = ""
    min_score: float | None = None
    min_completeness: float | None = None
    spoken_since: datetime | None = None


def page(reader: Agent | None, wish: Wish, *, size: int, cursor: str = "") -> tuple[list[Lead], str]:
    """Up to `size` leads after the cursor, and the cursor of the next page ("" = there is none).

    `reader` None sees everybody's, an agent their own and nobody's. Raises Invalid for a cursor that we cannot have made.
    """
    rows = _wanted(visible(reader), wish)
    if cursor:
        at, lead = _place(cursor)
        rows = rows.filter(Q(spoken_at__lt=at) | Q(spoken_at=at, pk__lt=lead), spoken_at__lte=at)
    found = list(rows.defer(*NOT_READ).order_by("-spoken_at", "-pk")[: size + 1])
    return found[:size], _cursor(found[size - 1]) if len(found) > size else ""


def one(reader: Agent | None, wanted: UUID) -> Lead:
    """The lead, if this reader may see it; any other looks like none."""
    found = visible(reader).select_related("agent").filter(pk=wanted).first()
    if found is None:
        raise NotFound("There is no such lead.", field="lead_id")
    return found


def visible(reader: Agent | None) -> QuerySet[Lead]:
    """Everybody's leads, or an agent's own and nobody's."""
    return lists.visible(lists.Reader(reader, everyone=reader is None))


def _wanted(rows: QuerySet[Lead], wish: Wish) -> QuerySet[Lead]:
    exact = {name: getattr(wish, name) for name in ("stage", "overlay", "side", "vertical") if getattr(wish, name)}
    rows = rows.filter(**exact)
    if wish.agent is not None:
        rows = rows.filter(agent_id=wish.agent)
    for name, least in (
        ("score", wish.min_score),
        ("completeness", wish.min_completeness),
        ("spoken_at", wish.spoken_since),
    ):
        if least is not None:
            rows = rows.filter(**{f"{name}__gte": least})
    return rows.filter(lists.named(wish.q)) if wish.q.strip() else rows


def _cursor(lead: Lead) -> str:
    told = json.dumps([lead.spoken_at.isoformat(), str(lead.pk)], separators=(",", ":"))
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, UUID]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        at, lead = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        moment, ours = datetime.fromisoformat(at), UUID(lead)
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise _no_cursor() from None
    if moment.tzinfo is None or not 1900 <= moment.year <= 2200:
        raise _no_cursor()
    return moment, ours


def _no_cursor() -> Invalid:
    return Invalid("This page does not exist. Begin without a cursor.", field="cursor")
