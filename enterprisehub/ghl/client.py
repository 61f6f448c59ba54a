"""How is HighLevel asked? With the tenant's own token, at the pace that it allows, and refused in words of ours."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

import stamina
import structlog
from django.utils.timezone import now

from enterprisehub.ghl import calls, pace, tokens, wire
from enterprisehub.ghl.models import Connection, Kind, Standing
from enterprisehub.ghl.refusals import (
    Busy,
    DaySpent,
    HighLevelError,
    NotConnected,
    Paced,
    ScopeMissing,
    TokenRefused,
    Unreachable,
    WrongKindOfToken,
    WrongLocation,
)
from enterprisehub.ops.metrics import GHL_CALLS
from enterprisehub.privacy.audit import record
from enterprisehub.privacy.crypto import unseal_from
from enterprisehub.tenants.scope import scope

log = structlog.get_logger(__name__)
ATTEMPTS = 3  # of a question that changes nothing
PATIENCE = 12.0  # seconds that a caller waits for the pace: a window, and a little
EARLY = timedelta(seconds=60)  # a token that ends within this is renewed before it is used
NOTE_EVERY = 30.0  # seconds between two notes of "last called at", per process
_noted: dict[UUID, float] = {}


@dataclass
class Client:
    """One tenant's line to HighLevel. Holds a token, so it is made where it is used and never handed to a task or a log."""

    tenant_id: UUID
    location_id: str
    company_id: str
    kind: str
    version: int
    expires_at: datetime | None
    access: str = field(repr=False)
    former: str = field(repr=False, default="")
    patience: float = PATIENCE

    @classmethod
    def for_(cls, connection: Connection, *, patience: float = PATIENCE) -> Self:
        """A line over this connection. NotConnected when it is not usable (see its standing)."""
        access = unseal_from(connection, "access_sealed")
        if connection.standing != Standing.ACTIVE or access is None:
            raise NotConnected(detail=connection.standing)
        overlap = connection.former_until is not None and connection.former_until > now()
        return cls(
            tenant_id=connection.tenant_id,
            location_id=connection.location_id,
            company_id=connection.company_id,
            kind=connection.kind,
            version=connection.version,
            expires_at=connection.expires_at,
            access=access,
            former=(unseal_from(connection, "former_sealed") or "") if overlap else "",
            patience=patience,
        )

    @classmethod
    def of(cls, tenant_id: UUID, *, patience: float = PATIENCE) -> Self:
        """The same for a tenant's id. Raises NotConnected."""
        with scope(tenant_id):
            connection = Connection.objects.first()
        if connection is None:
            raise NotConnected
        return cls.for_(connection, patience=patience)

    def call(self, operation: str, *, urgent: bool = False, **arguments: Any) -> dict[str, Any]:
        """HighLevel's answer. Raises one of ghl/refusals.py, or Invalid before anything is sent.

        Waits for the pace up to `patience` seconds. What changes nothing is tried three times; writes are tried once:
        they go through ghl/outbox.py, which knows whether they may be repeated. Not inside a transaction: the network
        is waited for.
        """
        request = calls.ready(operation, arguments, location_id=self.location_id, company_id=self.company_id)
        if not calls.of(operation).reads:
            return self._asked(operation, request, urgent)
        for attempt in stamina.retry_context(
            on=_again, attempts=ATTEMPTS, timeout=60.0, wait_initial=0.3, wait_max=4.0
        ):
            with attempt:
                return self._asked(operation, request, urgent)
        raise AssertionError("the retries either answer or raise")

    def _asked(self, operation: str, request: calls.Ready, urgent: bool) -> dict[str, Any]:
        if self.kind == Kind.OAUTH and self.expires_at is not None and self.expires_at < now() + EARLY:
            self._renew()
        try:
            return self._sent(operation, request, urgent)
        except TokenRefused:
            self._other_token()
        try:
            return self._sent(operation, request, urgent)
        except TokenRefused as error:
            self._standing(Standing.NEEDS_REAUTH, error)
            raise

    def _sent(self, operation: str, request: calls.Ready, urgent: bool) -> dict[str, Any]:
        self._wait(urgent)
        started, headers = time.perf_counter(), self._headers(request)
        body = {} if request.body is None else {"json": request.body}
        try:
            answer = wire.ask(request.method, request.path, headers=headers, query=request.query, **body)
        except HighLevelError as error:
            self._failed(operation, error)
            raise
        pace.learn(self.tenant_id, answer.headers)
        GHL_CALLS.labels(operation, "ok").inc()
        log.debug("ghl_called", operation=operation, ms=round((time.perf_counter() - started) * 1000, 1))
        self._note(answer.headers.get("x-ratelimit-daily-remaining"))
        return answer.body

    def _headers(self, request: calls.Ready) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}", "Version": request.version, "Accept": "application/json"}

    def _wait(self, urgent: bool) -> None:
        until = time.monotonic() + self.patience
        while wait := pace.take(self.tenant_id, urgent=urgent):
            if time.monotonic() + wait > until:
                raise Paced(wait=wait)
            time.sleep(wait)

    def _failed(self, operation: str, error: HighLevelError) -> None:
        """Count and log what came of it; keep what it says of the limits and of the connection."""
        GHL_CALLS.labels(operation, error.code).inc()
        log.warning(
            "ghl_refused", operation=operation, code=error.code, status=error.status, detail=error.detail,
            trace_id=error.trace_id,
        )  # fmt: skip
        pace.learn(self.tenant_id, error.heard)
        if isinstance(error, Busy):
            pace.rest(self.tenant_id, pace.until_tomorrow() if isinstance(error, DaySpent) else error.wait)
        elif isinstance(error, WrongLocation):
            log.error("ghl_wrong_location", tenant=str(self.tenant_id), trace_id=error.trace_id)
            self._standing(Standing.NEEDS_REAUTH, error)
        elif isinstance(error, ScopeMissing | WrongKindOfToken):
            self._standing(Standing.ACTIVE, error)

    def _other_token(self) -> None:
        """After a refusal: the renewed one, or the private token that was there before, while it is still good."""
        if self.kind == Kind.OAUTH:
            self._renew()
        elif self.former:
            self._standing(Standing.ACTIVE, TokenRefused(status=401))
            self.access, self.former = self.former, ""
        else:
            refused = TokenRefused(status=401)
            self._standing(Standing.NEEDS_REAUTH, refused)
            raise refused

    def _renew(self) -> None:
        try:
            row = tokens.renew(self.tenant_id, seen=self.version)
        except HighLevelError as error:
            if not error.reached:
                raise
            # Only the renewal is in doubt: what was to be called has not been sent.
            raise Unreachable(detail="renewal", status=error.status, trace_id=error.trace_id) from error
        newer = type(self).for_(row, patience=self.patience)
        self.access, self.version, self.expires_at = newer.access, newer.version, newer.expires_at

    def _standing(self, standing: Standing, error: HighLevelError) -> None:
        """What the connection page shows from now on; told to the audit when it is news."""
        with scope(self.tenant_id):
            row = Connection.objects.filter(version=self.version).exclude(trouble=error.code, standing=standing).first()
            if row is None or row.standing not in (Standing.ACTIVE, standing):
                return
            row.standing, row.trouble = standing, error.code
            row.save(update_fields=["standing", "trouble"])
            record("highlevel.trouble", row, code=error.code, standing=standing, trace_id=error.trace_id)

    def _note(self, daily: str | None) -> None:
        """When the line was last used; seldom, and never waiting for somebody who renews the tokens."""
        if time.monotonic() - _noted.get(self.tenant_id, -NOTE_EVERY) < NOTE_EVERY:
            return
        _noted[self.tenant_id] = time.monotonic()
        left = int(daily) if daily and daily.isdigit() and len(daily) < 9 else None
        with scope(self.tenant_id):
            rows = Connection.objects.select_for_update(skip_locked=True).values_list("pk", flat=True)
            Connection.objects.filter(pk__in=list(rows)).update(last_call_at=now(), daily_remaining=left)


def _again(error: Exception) -> bool:
    """Whether asking the same once more may help, and soon."""
    return isinstance(error, HighLevelError) and error.again and not isinstance(error, DaySpent | Paced)
