"""Which tenant does a workflow's secret belong to? Made once, kept as a hash, two active so that one can take over."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils.timezone import now

from enterprisehub.errors import Conflict, NotFound
from enterprisehub.ghl.lines import Line, StoreDown
from enterprisehub.ghl.models import WorkflowSecret
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.scope import current

ACTIVE_AT_ONCE: Final = 2
FRESH: Final = 2.0  # seconds after which a revoked secret opens no door
REMEMBERED: Final = 10_000
LOOKING_AT_ONCE: Final = 100
_FIND = """
UPDATE ghl_workflowsecret s SET last_used_at = %(now)s FROM tenants_tenant t
WHERE s.hashed = %(hashed)s AND s.revoked_at IS NULL AND t.id = s.tenant_id
RETURNING s.id, s.tenant_id, coalesce(t.location_id, '')
"""


@dataclass(frozen=True)
class Opened:
    """Whose door a secret opens."""

    secret: UUID
    tenant: UUID
    location_id: str


def make(label: str) -> str:
    """A new secret of the current tenant's; shown now and never again. Raises Conflict when two are active."""
    with connection.cursor() as cursor:  # two people at once must not make a third
        cursor.execute("SELECT 1 FROM tenants_tenant WHERE id = %s FOR UPDATE", [current()])
    if WorkflowSecret.objects.filter(revoked_at=None).count() >= ACTIVE_AT_ONCE:
        raise Conflict("Two secrets are active. Revoke one before you make another.")
    token = secrets.token_urlsafe(32)
    row = WorkflowSecret.objects.create(label=label.strip()[:60], hashed=_hashed(token))
    record("workflow_secret.make", row)
    return token


def revoke(secret_id: UUID) -> None:
    """From now on (within FRESH seconds in every process) it opens nothing. Raises NotFound."""
    row = WorkflowSecret.objects.filter(pk=secret_id).first()
    if row is None:
        raise NotFound("There is no such secret.")
    if row.revoked_at is None:
        row.revoked_at = now()
        row.save(update_fields=["revoked_at"])
        record("workflow_secret.revoke", row)


class Secrets:
    """Finds the tenant of a token, and remembers it, or that there is none, for two seconds."""

    def __init__(self) -> None:
        self._line = Line()
        self._known: OrderedDict[str, tuple[float, Opened | None]] = OrderedDict()
        self._turn = asyncio.Lock()
        self._looking = 0

    async def find(self, token: str) -> Opened | None:
        """None for a token that is nobody's. Raises StoreDown."""
        # Looked up by the hash of 256 random bits: how long that takes says nothing about any other token.
        hashed = _hashed(token)
        if (known := self._remembered(hashed)) is not None:
            return known[1]
        if self._looking >= LOOKING_AT_ONCE:
            raise StoreDown("too many look")
        self._looking += 1
        try:
            async with self._turn:
                if (known := self._remembered(hashed)) is not None:
                    return known[1]
                return await self._ask(hashed)
        finally:
            self._looking -= 1

    def _remembered(self, hashed: str) -> tuple[float, Opened | None] | None:
        known = self._known.get(hashed)
        return known if known is not None and known[0] > monotonic() else None

    async def _ask(self, hashed: str) -> Opened | None:
        rows = await self._line.ask(_FIND, {"now": now(), "hashed": hashed}, "a secret tells whose it is")
        found = Opened(*rows[0]) if rows else None
        self._known.pop(hashed, None)
        self._known[hashed] = (monotonic() + FRESH, found)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found

    async def close(self) -> None:
        await self._line.close()


def _hashed(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
