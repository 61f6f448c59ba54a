"""Which sessions have there been, and what was advised in one of them? Reads for programs."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from coaching.models import Session, Suggestion
from coaching.trials import HELD
from enterprisehub.errors import NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Agent

MOST_CARDS = 500  # of one session, newest first


def page(reader: Agent | None, *, size: int, before: UUID | None = None, agent: UUID | None = None) -> list[Session]:
    """Up to `size` sessions, newest first, older than `before`; `reader` None sees everybody's.

    Ids are time-ordered, so the last id of a page is where the next one begins.
    """
    rows = _seen(reader)
    if agent is not None:
        rows = rows.filter(agent_id=agent)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:size])


def find(reader: Agent | None, wanted: UUID) -> Session:
    """The session, if this reader may see it."""
    found = _seen(reader).filter(pk=wanted).first()
    if found is None:
        raise NotFound("There is no such session.")
    return found


def read(reader: Agent | None, wanted: UUID) -> tuple[Session, list[Suggestion]]:
    """The session with its cards, newest first; that it was read is written down, since cards quote the prospect."""
    session = find(reader, wanted)
    record("coaching.session.read", session)
    cards = Suggestion.objects.filter(session=session).exclude(arm=HELD)  # a trial does not tell
    return session, list(cards.order_by("-pk")[:MOST_CARDS])


def _seen(reader: Agent | None) -> QuerySet[Session]:
    rows: QuerySet[Session] = Session.objects.select_related("conversation")
    return rows if reader is None else rows.filter(agent=reader)
