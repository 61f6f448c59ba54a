"""How is what HighLevel told us worked on: once in effect, in the contact's order, and again when it failed?

Postgres is the truth. Whoever works (who follows the hints, the worker) takes the oldest waiting event of a contact under the
contact's lock; what the event's function changes and the mark that it is done are one transaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils.module_loading import import_string
from django.utils.timezone import now
from redis.exceptions import RedisError
from structlog.contextvars import bound_contextvars

from enterprisehub.errors import HubError
from enterprisehub.ghl import figures, hints
from enterprisehub.ghl.hints import Hint
from enterprisehub.ghl.models import InboundEvent, Source, State
from enterprisehub.ghl.schemas import MESSAGES, Event, clean, read, read_workflow
from enterprisehub.privacy.audit import Actor, acting
from enterprisehub.tenants.scope import scope

log = structlog.get_logger(__name__)

# How long a failed event rests before it is tried again; after the last one it is dead. Its contact's later events wait as long.
RESTS: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600))
ATTEMPTS: Final = len(RESTS) + 1
LEASE: Final = timedelta(seconds=20)  # for what a worker has taken in hand: when it dies, others may try after that
AT_ONCE: Final = 8  # events that a worker takes in hand together
# So long a new message is left to whoever follows the hints: the worker runs behind everything else, and would keep it waiting.
LEFT_ALONE: Final = timedelta(seconds=10)

Function = Callable[[Event], Any]

# The oldest waiting event of each contact, and every event without one.
_OLDEST = """
e.tenant_id = %(tenant)s AND e.state = 'waiting' AND e.next_at <= %(now)s AND (e.subject = '' OR NOT EXISTS (
    SELECT 1 FROM ghl_inboundevent o WHERE o.tenant_id = e.tenant_id AND o.subject = e.subject AND o.state = 'waiting'
    AND (o.occurred_at, o.id) < (e.occurred_at, e.id)))
"""
_IN_HAND = f"""
WITH due AS MATERIALIZED (
    SELECT e.id, e.attempts, e.next_at FROM ghl_inboundevent e WHERE {_OLDEST}
    AND (e.attempts > 0 OR e.received_at <= %(left)s OR e.type <> ALL (%(messages)s)) ORDER BY e.next_at LIMIT %(most)s FOR UPDATE SKIP LOCKED),
first AS (SELECT id, attempts FROM due ORDER BY next_at LIMIT 1)
UPDATE ghl_inboundevent e SET attempts = e.attempts + 1, next_at = %(until)s FROM due, first
WHERE e.id = due.id AND (due.id = first.id OR (due.attempts = 0 AND first.attempts = 0))
RETURNING e.id, e.attempts, e.subject
"""  # noqa: S608 - our own condition
_COLUMNS = """
SELECT e.id, e.type, e.source, e.external_id, e.subject, e.occurred_at, e.received_at, e.body, ARRAY(
    SELECT DISTINCT n.type FROM ghl_inboundevent n WHERE e.subject <> '' AND n.tenant_id = e.tenant_id
    AND n.subject = e.subject AND n.state = 'waiting' AND n.id <> e.id)"""
_NEXT = f"{_COLUMNS} FROM ghl_inboundevent e WHERE {_OLDEST} AND e.subject = %(subject)s FOR UPDATE SKIP LOCKED"
_THIS = f"""{_COLUMNS} FROM ghl_inboundevent e
WHERE e.tenant_id = %(tenant)s AND e.id = %(id)s AND e.state = 'waiting' AND e.attempts = %(attempts)s
FOR UPDATE SKIP LOCKED"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(tenant)s::text || ':' || %(subject)s, 0))"
_SETTLE = """
UPDATE ghl_inboundevent SET state = %s, reason = %s, processed_at = %s, attempts = attempts + %s
WHERE tenant_id = %s AND id = %s
"""


class Ignored(Exception):
    """Raised by an event's function: there is nothing to do; the event is kept with this reason, a code of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class _Taken:
    """A waiting event that is held by the open transaction."""

    id: UUID
    type: str
    source: str
    external_id: str
    subject: str
    occurred_at: datetime
    received_at: datetime
    body: bytes
    behind: list[str]  # types of the contact's other events that waited when this one was taken

    def event(self) -> Event:
        told = (read_workflow if self.source == Source.WORKFLOW else read)(bytes(self.body))
        return Event(
            id=self.id,
            type=self.type,
            source=self.source,
            external_id=self.external_id,
            subject=self.subject,
            occurred_at=self.occurred_at,
            location_id=told.location_id,
            body=clean(told.body),
        )


def work(tenant_id: UUID, *, seconds: float, left_alone: timedelta = timedelta(0)) -> bool:
    """Work on what waits in this tenant, for so long at most; whether something due is left.

    Messages that are younger than `left_alone` and were not tried yet are somebody else's.
    """
    end = time.monotonic() + seconds
    while in_hand := _take_in_hand(tenant_id, left_alone):
        for event_id, attempts, subject in in_hand:
            if attempts > ATTEMPTS:  # each attempt took its worker with it
                _note_failure(tenant_id, event_id, "never_ended", counted=True)
                continue
            given = {"id": event_id, "attempts": attempts, "subject": subject}
            taken = _once(tenant_id, _THIS, given, counted=True)
            if taken is not None and left_alone and not MESSAGES.isdisjoint(taken.behind):
                _pass_on(Hint(tenant_id, event_id, subject))
        if time.monotonic() > end:
            return True
    return False


def _pass_on(hint: Hint) -> None:
    """A message waits behind what the worker had in hand: whoever followed its hint meanwhile has found nothing to do."""
    try:
        followed = hints.put([hint])
    except RedisError:
        followed = False
    if not followed:
        follow(hint.tenant, hint.subject)


def follow(tenant_id: UUID, subject: str) -> int:
    """Work on what is due of one contact, oldest first, until nothing is; how many. For threads that wait for nobody.

    What is kept after the last look has a hint of its own, so nobody looks again after an event that waited alone.
    """
    done = 0
    while (taken := _once(tenant_id, _NEXT, {"subject": subject}, counted=False)) is not None:
        done += 1
        if not taken.behind:
            break
    return done


def work_on(tenant_id: UUID, event_id: UUID) -> bool:
    """Work on one new event that names no contact; False when somebody else has it."""
    return _once(tenant_id, _THIS, {"id": event_id, "attempts": 0, "subject": ""}, counted=False) is not None


def table() -> Mapping[str, Function]:
    """Type of event to function; it lies above this room and is therefore named, not imported."""
    return _imported(settings.GHL_EVENT_TABLE)


@lru_cache(maxsize=4)
def _imported(name: str) -> Mapping[str, Function]:
    found: Mapping[str, Function] = import_string(name)
    return found


def _take_in_hand(tenant_id: UUID, left_alone: timedelta = timedelta(0)) -> list[tuple[UUID, int, str]]:
    """The next few events, each counted as tried before it is: what kills its worker is given up one day, too.

    What was tried before is taken alone: those that only lay beside the one that kills must not be given up with it.
    """
    moment = now()
    given: dict[str, Any] = {"tenant": tenant_id, "now": moment, "until": moment + LEASE, "most": AT_ONCE}
    given |= {"left": moment - left_alone, "messages": list(MESSAGES)}
    with scope(tenant_id), connection.cursor() as cursor:
        cursor.execute(_IN_HAND, given)
        found: list[tuple[UUID, int, str]] = cursor.fetchall()
    return found


def _once(tenant_id: UUID, sentence: str, given: dict[str, Any], *, counted: bool) -> _Taken | None:
    """Take one event and work on it; None when there was none to take. `counted`: the attempt was counted before."""
    taken: list[_Taken] = []
    try:
        with scope(tenant_id), acting(Actor(via="highlevel")):
            if (found := _take(tenant_id, sentence, given)) is None:
                return None
            taken.append(found)
            with bound_contextvars(event=str(found.id)):
                state, reason = _effect(found)
            _settle(tenant_id, found.id, (state, reason), counted=counted)
    except Exception as error:
        if not taken or _store_is_away(error):
            raise
        _refused(tenant_id, taken[0], error, counted=counted)
    else:
        figures.worked(taken[0].type, state, now() - taken[0].received_at)
    return taken[0]


def _take(tenant_id: UUID, sentence: str, given: dict[str, Any]) -> _Taken | None:
    given = {**given, "tenant": tenant_id, "now": now()}
    with connection.cursor() as cursor:
        if given["subject"]:
            # An event that is older than the one in hand may arrive at any time: only this keeps the two from overlapping.
            cursor.execute(_LOCK, given)
        cursor.execute(sentence, given)
        row = cursor.fetchone()
    return _Taken(*row) if row else None


def _effect(taken: _Taken) -> tuple[str, str]:
    """Let the event have its effect; what it is settled as, and why."""
    function = table().get(taken.type)
    if function is None:
        return State.IGNORED, "unknown_type"
    function(taken.event())
    return State.DONE, ""


def _settle(tenant_id: UUID, event_id: UUID, end: tuple[str, str], *, counted: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [*end, now(), 0 if counted else 1, tenant_id, event_id])


def _refused(tenant_id: UUID, taken: _Taken, error: Exception, *, counted: bool) -> None:
    """Everything that the function did is rolled back by now; keep what came of it."""
    if isinstance(error, Ignored):
        with scope(tenant_id):
            waiting = InboundEvent.objects.select_for_update().filter(pk=taken.id, state=State.WAITING)
            if waiting.exists():
                _settle(tenant_id, taken.id, (State.IGNORED, error.reason[:200]), counted=counted)
        figures.worked(taken.type, State.IGNORED, now() - taken.received_at)
        return
    code = error.code if isinstance(error, HubError) else type(error).__name__
    log.warning("event_failed", event_id=str(taken.id), type=_known(taken.type), error=code, exc_info=error)
    _note_failure(tenant_id, taken.id, code, counted=counted)


def _note_failure(tenant_id: UUID, event_id: UUID, code: str, *, counted: bool) -> None:
    with scope(tenant_id):
        event = InboundEvent.objects.select_for_update().filter(pk=event_id, state=State.WAITING).first()
        if event is None:
            return
        event.attempts += 0 if counted else 1
        event.reason = code[:200]
        if event.attempts >= ATTEMPTS:
            event.state, event.processed_at = State.DEAD, now()
            figures.DEAD.labels("inbox").inc()
        else:
            event.next_at = now() + RESTS[event.attempts - 1]
        event.save(update_fields=["attempts", "reason", "state", "processed_at", "next_at"])


def _known(kind: str) -> str:
    """A type as a word for logs and figures: only those of our own table, since a sender may write anything."""
    with suppress(ImportError):
        return kind if kind in table() else "other"
    return "other"


def _store_is_away(error: Exception) -> bool:
    """Whether Postgres has gone: then nothing can be noted, and it is not the event's fault."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return state == "" or state[:3] == "57P" or state[:2] in ("08", "53")
