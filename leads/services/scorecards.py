"""How does a tenant's file of past leads become the model that scores? Handed in, learned from, put to use, taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from enterprisehub.errors import Conflict, Invalid
from enterprisehub.ops.stores import cache_redis
from enterprisehub.privacy.audit import record
from enterprisehub.tenants import keys
from enterprisehub.tenants.models import Membership, Tenant
from enterprisehub.tenants.scope import current, scope
from enterprisehub.tenants.work import later
from leads.learning.choosing import Wish
from leads.learning.live import Made, of_file, of_own
from leads.learning.mapping import recognised, wanted
from leads.learning.table import measured, read
from leads.models import ScoringModel
from leads.scorecards import dumps
from leads.services import own_past

State = ScoringModel.State
LARGEST = 20 * 1024 * 1024  # bytes of a file
MOST_ROWS = 100_000
STEPS = 17  # training tells of 16 steps; the last percent is the writing down
HELD = 150  # seconds without news after which whoever trains is taken for dead
USABLE = (State.READY, State.RETIRED)


@dataclass(frozen=True)
class Past:
    """A file of past leads, and what of it is to be learned."""

    name: str
    content: bytes
    outcome: str
    time_column: str = ""
    exclude: Sequence[str] = ()
    mapping: str = ""


@transaction.atomic
def hand_in(past: Past, *, by: Membership | None) -> ScoringModel:
    """Keep the file until it is learned from, and ask for that. Invalid names what is wrong with the file or the columns."""
    if len(past.content) > LARGEST:
        raise Invalid(f"The file has more than {LARGEST // 1024 // 1024} MB.", field="csv")
    header, rows = measured(past.content)
    if rows > MOST_ROWS:
        raise Invalid(f"The file has {rows:,} rows; at most {MOST_ROWS:,} are learned from.", field="csv")
    mapping = wanted(past.mapping)
    named = {"outcome": [past.outcome], "time_column": list(filter(None, [past.time_column])), "exclude": past.exclude}
    named["mapping"] = list(mapping.values())
    for field, names in named.items():
        if wrong := [name for name in names if name not in header]:
            there = ", ".join(header)[:1_000]
            raise Invalid(f"The file has no column {wrong[0]!r}; it has: {there}.", field=field)
    row: ScoringModel = ScoringModel.objects.create(
        name=past.name.strip()[:80],
        content=past.content,
        outcome=past.outcome,
        time_column=past.time_column,
        exclude=list(past.exclude),
        mapping=mapping,
        owner=by,
    )
    record("scoring.hand_in", row, rows=rows, columns=len(header))
    later("leads.train_scoring", model=row.pk)
    return row


@transaction.atomic
def hand_in_own(name: str, *, by: Membership | None) -> ScoringModel:
    """Ask for a model of the tenant's own leads; what it learns from is read when it is trained."""
    row: ScoringModel = ScoringModel.objects.create(
        name=name.strip()[:80],
        source=ScoringModel.Source.OWN,
        outcome=own_past.OUTCOME,
        time_column=own_past.SETTLED_AT,
        owner=by,
    )
    record("scoring.hand_in", row)
    later("leads.train_scoring", model=row.pk)
    return row


def learn(model_id: UUID, *, time_is_up: type[Exception]) -> None:
    """Train; runs named, not scoped, so that its progress is seen. Whatever happens, it ends as ready or as failed in words.

    `time_is_up` is how whoever runs it says that it has taken long enough. Raises Conflict while somebody else trains it, so that the work is tried again should they have died.
    """
    with scope(current()):
        row = ScoringModel.objects.get(pk=model_id)
    if row.state not in (State.WAITING, State.TRAINING):
        return
    with _alone(model_id) as alive:
        raw = _begin(model_id)
        if raw is None:
            return
        try:
            made = _made(row, raw, alive=alive)
        except Invalid as error:
            _failed(model_id, error.message)
        except time_is_up:
            _failed(model_id, "Learning from this file takes too long; hand in fewer rows or columns.")
        except Exception as error:
            _failed(model_id, f"Training ended unexpectedly ({type(error).__name__}); the operator's log says where.")
            raise
        else:
            _ready(model_id, made)


@contextmanager
def _alone(model_id: UUID) -> Iterator[Callable[[], Any]]:
    """Nobody else trains this model meanwhile, as long as what is given is called every now and then."""
    key, store = keys.key("training", model_id), cache_redis()
    if not store.set(key, 1, nx=True, ex=HELD):
        raise Conflict("Somebody is training this model.")
    try:
        yield lambda: store.expire(key, HELD)
    finally:
        store.delete(key)


def _begin(model_id: UUID) -> bytes | None:
    """The file, if it still waits to be learned from."""
    with scope(current()):
        row = ScoringModel.objects.select_for_update().get(pk=model_id)
        if row.state not in (State.WAITING, State.TRAINING):
            return None
        row.state, row.progress = State.TRAINING, 0
        row.save(update_fields=["state", "progress"])
        return bytes(row.content or b"")


def _made(row: ScoringModel, raw: bytes, *, alive: Callable[[], Any]) -> Made:
    with scope(current()):
        name = Tenant.objects.values_list("name", flat=True).get(pk=current())
    wish = Wish(row.outcome, row.time_column, exclude=tuple(row.exclude), tenant=name)
    if row.source == ScoringModel.Source.OWN:
        return of_own(own_past.table(), wish, told=_teller(row.pk, alive))
    table = read(raw)
    if len(table) > MOST_ROWS:
        raise Invalid(f"The file has {len(table):,} rows; at most {MOST_ROWS:,} are learned from.", field="csv")
    twice = bool(row.mapping or recognised(list(table.columns)))  # the whole table, then what a live lead has of it
    return of_file(table, wish, row.mapping, told=_teller(row.pk, alive, STEPS * (1 + twice)))


def _teller(model_id: UUID, alive: Callable[[], Any], steps: int = STEPS) -> Callable[[str], None]:
    """Each of the steps that training tells of moves the row's percentage on."""
    step = 0

    def told(_: str) -> None:
        nonlocal step
        step += 1
        alive()
        with scope(current()):
            ScoringModel.objects.filter(pk=model_id).update(progress=min(99, 100 * step // steps))

    return told


def _ready(model_id: UUID, made: Made) -> None:
    numbers = json.loads(dumps(made.model))
    card = {**numbers["card"], "version": made.model.version, "live": made.card}
    _settle(model_id, state=State.READY, progress=100, numbers=numbers, card=card, live=made.live, problem="")


def _failed(model_id: UUID, problem: str) -> None:
    _settle(model_id, state=State.FAILED, problem=problem)


def _settle(model_id: UUID, **values: Any) -> None:
    """The end of a training, whichever; the file goes."""
    with scope(current()):
        row = ScoringModel.objects.select_for_update().get(pk=model_id)
        for name, value in {**values, "content": None}.items():
            setattr(row, name, value)
        row.save(update_fields=[*values, "content"])
        record(f"scoring.{row.state}", row)


@transaction.atomic
def promote(model: ScoringModel, *, acknowledged: Collection[str]) -> ScoringModel:
    """From now on this model scores, and the one before it is retired. A retired one is promoted to go back to it.

    `acknowledged` are the columns whose proxy risk the person has read about; Invalid names one that is missing.
    """
    # The one that scores is locked too, so that of two people who promote at once the second waits and sees.
    locked = ScoringModel.objects.select_for_update().defer("content", "numbers").order_by("pk")
    rows = {row.pk: row for row in locked}
    row = rows[model.pk]
    if row.state not in USABLE:
        raise Conflict(
            f"This model is {row.get_state_display().lower()}: only a ready or a retired one can be promoted."
        )
    risks = proxies_of(row)
    if missing := [column for column in risks if column not in acknowledged]:
        raise Invalid(f"Read first what is said of {', '.join(missing)}, and acknowledge it.", field="acknowledged")
    for other in rows.values():
        if other.state == State.LIVE:
            other.state = State.RETIRED
            other.save(update_fields=["state"])
            record("scoring.retire", other)
    back = row.state == State.RETIRED
    row.state, row.promoted_at = State.LIVE, now()
    row.save(update_fields=["state", "promoted_at"])
    record("scoring.roll_back" if back else "scoring.promote", row, acknowledged=risks)
    later("leads.score_again", after="")  # until then each lead keeps its old score, which says by which version it is
    return row


def proxies_of(model: ScoringModel) -> list[str]:
    """The columns of the file that stand for a protected class, used or left out."""
    return list(dict.fromkeys(proxy["column"] for proxy in model.card.get("proxies", ())))
