"""Which model of the tenant's own scores its live leads now? Kept in the process, and asked for by its id each time."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import connection

from enterprisehub.errors import Invalid
from enterprisehub.tenants.scope import current
from leads.own_scoring import Own
from leads.scorecards import loads

log = structlog.get_logger(__name__)
MOST: Final = 128  # tenants whose model a process keeps; about a megabyte each
OLD: Final = "The team's model was promoted before models could score live leads; train it anew. These are the rules."
DAMAGED: Final = "The team's own model cannot be read; these are the rules."

Told = tuple[UUID | None, str | None]
"""The id of the model that scores, and its `live` as JSON text; no text where the process holds that model already."""

# As `Message.objects.append` brings it along; here for every other door.
_ASK = """
    SELECT id, CASE WHEN id = %s::uuid THEN NULL ELSE live END FROM leads_scoringmodel
    WHERE tenant_id = %s AND state = 'live'
"""


@dataclass(frozen=True)
class _Held:
    """What does not change any more once a model is learned, so its id is all that has to be asked."""

    id: UUID
    own: Own


_held: OrderedDict[UUID, _Held] = OrderedDict()
_lock = Lock()


def held() -> UUID | None:
    """The model of this tenant that the process has at hand."""
    kept = _kept()
    return kept.id if kept else None


def own(told: Told | None = None) -> Own | None:
    """The tenant's own model, None when there is none. `told` is what a statement brought along; without it one is asked.

    The id always comes from the database, so promoting and going back hold in every process from the next word on.
    """
    model_id, numbers = told if told is not None else _ask(held())
    if model_id is None:
        return None
    kept = _kept()
    if kept is not None and kept.id == model_id:
        return kept.own
    if numbers is None:  # another thread let go of it between the question and now
        _, numbers = _ask(None)
    return _keep(model_id, numbers or "{}")


def _ask(known: UUID | None) -> Told:
    with connection.cursor() as cursor:
        cursor.execute(_ASK, [known, current()])
        found: Told | None = cursor.fetchone()
    return found or (None, None)


def _kept() -> _Held | None:
    with _lock:
        kept = _held.get(current())
        if kept is not None:
            _held.move_to_end(current())
        return kept


def _keep(model_id: UUID, numbers: str) -> Own:
    made = read(json.loads(numbers), model_id)
    with _lock:
        _held[current()] = _Held(model_id, made)
        _held.move_to_end(current())
        while len(_held) > MOST:
            _held.popitem(last=False)
    return made


def read(live: dict[str, Any], model_id: UUID) -> Own:
    """The column `live` of a model; a damaged one must not keep anybody from being heard."""
    if not live:
        return Own(None, OLD)
    if not live["numbers"]:
        return Own(None, str(live["why_not"]))
    try:
        return Own(loads(json.dumps(live["numbers"])), outcome=str(live["outcome"]))
    except Invalid as error:
        log.error("scoring_model_damaged", model=str(model_id), error=error.message)
        return Own(None, DAMAGED)
