"""How is a token renewed once, however many processes want it? Under a lock on its row, and kept before anybody uses it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import structlog
from django.db import OperationalError, connection, transaction
from django.utils.timezone import now

from enterprisehub.ghl import oauth
from enterprisehub.ghl.models import Agency, Connection, Kind, Standing
from enterprisehub.ghl.oauth import COMPANY, LOCATION, Pair
from enterprisehub.ghl.refusals import (
    GrantLost,
    HighLevelError,
    LocationPaused,
    NotConnected,
    TokenRefused,
    Unanswered,
)
from enterprisehub.privacy.audit import record
from enterprisehub.privacy.crypto import seal_into, unseal_from
from enterprisehub.tenants.scope import scope, unscoped

log = structlog.get_logger(__name__)
AHEAD = timedelta(minutes=30)  # the clock renews what ends within this
PATIENCE = 40.0  # seconds for somebody else's renewal
LOOK_EVERY = 0.05
LOCKED = "55P03"
Row = TypeVar("Row", Connection, Agency)
USABLE = (Standing.ACTIVE, Standing.PAUSED)


def renew(tenant_id: UUID, *, seen: int) -> Connection:
    """The tenant's connection with a pair newer than version `seen`, whoever renews it. Raises HighLevelError.

    Only outside a transaction: the new pair must be committed before anybody uses it.
    """
    _agency_first(tenant_id)
    return _single_flight(lambda: scope(tenant_id), Connection, seen, _renewed_location)


def renew_agency(company_id: str, *, seen: int) -> Agency:
    """The same for an agency's own tokens, from which location tokens are minted."""
    rows: Callable[[], AbstractContextManager[None]] = transaction.atomic
    with rows():
        key = Agency.objects.only("pk").get(company_id=company_id).pk
    return _single_flight(rows, Agency, seen, _renewed_agency, key)


def _agency_first(tenant_id: UUID) -> None:
    """Should the location's pair turn out to be lost, its agency's must be good to mint from."""
    with scope(tenant_id):
        company = Connection.objects.values_list("company_id", flat=True).first()
    stale = Agency.objects.filter(company_id=company or "-", standing__in=USABLE, expires_at__lt=now())
    for version in stale.values_list("version", flat=True):
        try:
            renew_agency(str(company), seen=version)
        except HighLevelError as error:
            log.warning("ghl_renewal_failed", code=error.code, trace_id=error.trace_id)


def renew_ahead() -> dict[str, int]:
    """Renew what ends soon, so that nobody has to wait for it; how many were, and how many could not be."""
    soon = now() + AHEAD
    with unscoped("the clock renews the tokens of every tenant"):
        rows = Connection.objects.filter(kind=Kind.OAUTH, standing__in=USABLE, expires_at__lt=soon)
        due = list(rows.order_by("expires_at").values_list("tenant_id", "version")[:500])
    agencies = Agency.objects.filter(standing__in=USABLE, expires_at__lt=soon).values_list("company_id", "version")
    jobs: list[Callable[[], object]] = [lambda a=a: renew_agency(a[0], seen=a[1]) for a in agencies]  # type: ignore[misc]
    jobs += [lambda t=t: renew(t[0], seen=t[1]) for t in due]  # type: ignore[misc]
    counted = {"renewed": 0, "failed": 0}
    for job in jobs:
        try:
            job()
            counted["renewed"] += 1
        except HighLevelError as error:
            counted["failed"] += 1
            log.warning("ghl_renewal_failed", code=error.code, trace_id=error.trace_id)
    return counted


def keep(row: Connection | Agency, pair: Pair) -> None:
    """Put the pair into the row and save it; whoever saw an older version takes this one."""
    seal_into(row, "access_sealed", pair.access)
    if pair.refresh:
        seal_into(row, "refresh_sealed", pair.refresh)
    row.expires_at, row.version, row.standing = pair.expires_at, row.version + 1, Standing.ACTIVE
    if isinstance(row, Connection):
        row.trouble = ""
        row.scopes = list(pair.scopes) or row.scopes
        row.company_id = pair.company_id or row.company_id
    row.save()


def _single_flight(
    opening: Callable[[], AbstractContextManager[None]],
    model: type[Row],
    seen: int,
    renewed: Callable[[Row], HighLevelError | None],
    key: UUID | None = None,
) -> Row:
    if connection.in_atomic_block:
        raise RuntimeError("a token is renewed outside any transaction, or others would use it before it is kept")
    until, asked = time.monotonic() + PATIENCE, 0
    while True:
        error: HighLevelError | None = None
        with opening():
            row = _locked(model, key)
            if row is not None and row.version == seen:
                asked += 1
                error = renewed(row)
            elif row is None:
                row = _as_it_is(model, key)
        if error is None and row.version != seen:
            return row
        # After a timeout the old token may be spent: look again, and try once more; a second time nobody guesses.
        if error is not None and not (isinstance(error, Unanswered) and asked < 2):
            raise error
        if time.monotonic() > until:
            raise error or Unanswered(detail="renewal")
        time.sleep(LOOK_EVERY)


def _locked(model: type[Row], key: UUID | None) -> Row | None:
    """The row, locked; None while somebody else renews it. Waiting for the lock would keep a connection busy meanwhile."""
    rows = model._default_manager.select_for_update(nowait=True)
    try:
        with transaction.atomic():
            row = (rows.filter(pk=key) if key else rows).first()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != LOCKED:
            raise
        return None
    if row is None:
        raise NotConnected
    return row


def _as_it_is(model: type[Row], key: UUID | None) -> Row:
    rows = model._default_manager.all()
    row = (rows.filter(pk=key) if key else rows).first()
    if row is None:
        raise NotConnected
    return row


def _renewed_location(row: Connection) -> HighLevelError | None:
    """Renew the locked row; the error is returned, not raised, since what it means must be kept too."""
    if row.kind != Kind.OAUTH or row.standing not in USABLE:
        return NotConnected(detail=row.standing)
    try:
        refresh = unseal_from(row, "refresh_sealed")
        keep(row, oauth.renew(refresh, user_type=LOCATION) if refresh else _minted(row))
    except GrantLost as error:
        return _from_agency(row, error)
    except HighLevelError as error:
        _note(row, error)
        return error
    return None


def _from_agency(row: Connection, lost: HighLevelError) -> HighLevelError | None:
    """The pair is lost; where the agency is connected, a new one can be minted."""
    try:
        keep(row, _minted(row))
    except HighLevelError:
        row.standing, row.trouble = Standing.NEEDS_REAUTH, lost.code
        row.save(update_fields=["standing", "trouble"])
        record("highlevel.refresh_failed", row, code=lost.code, trace_id=lost.trace_id)
        return lost
    record("highlevel.minted", row, reason=lost.code)
    return None


def _minted(row: Connection) -> Pair:
    agency = Agency.objects.filter(company_id=row.company_id, standing__in=USABLE).first()
    access = unseal_from(agency, "access_sealed") if agency else None
    if access is None:
        raise GrantLost
    return oauth.mint(access, company_id=row.company_id, location_id=row.location_id)


def _note(row: Connection, error: HighLevelError) -> None:
    """A paused location keeps its tokens: the same ones work again later (CONTRACT §2.2)."""
    fields = ["trouble"]
    if isinstance(error, LocationPaused) and row.standing != Standing.PAUSED:
        row.standing = Standing.PAUSED
        fields.append("standing")
    if row.trouble != error.code:
        record("highlevel.refresh_failed", row, code=error.code, trace_id=error.trace_id)
    row.trouble = error.code
    row.save(update_fields=fields)


def _renewed_agency(row: Agency) -> HighLevelError | None:
    refresh = unseal_from(row, "refresh_sealed")
    if row.standing not in USABLE or not refresh:
        return NotConnected(detail=row.standing)
    try:
        keep(row, oauth.renew(refresh, user_type=COMPANY))
    except (GrantLost, TokenRefused) as error:
        row.standing = Standing.NEEDS_REAUTH
        row.save(update_fields=["standing"])
        log.error("ghl_agency_lost", code=error.code, trace_id=error.trace_id)
        return error
    except HighLevelError as error:
        return error
    return None
