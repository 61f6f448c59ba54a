"""What is a cache key called? One place builds them, tenant inside, so that none is shared by accident."""

from __future__ import annotations

from uuid import UUID

from enterprisehub.tenants.scope import current

PREFIX = "ehub"
SHARED = "-"


def key(*parts: object) -> str:
    """The current tenant's key for `parts`; raises NoTenant when nobody's work is being done."""
    return _join(str(current()), parts)


def shared(*parts: object) -> str:
    """A key of the installation itself, for state that holds nothing of any tenant (a breaker, a channel)."""
    return _join(SHARED, parts)


def of(tenant_id: UUID, *parts: object) -> str:
    """Another tenant's key, for code that was handed the tenant (on-commit work, erasure, the sweeper)."""
    return _join(str(tenant_id), parts)


def _join(owner: str, parts: tuple[object, ...]) -> str:
    words = [str(part) for part in parts]
    if not words or any(not word or ":" in word or word.split() != [word] for word in words):
        raise ValueError("the parts of a key are words without colons or spaces")
    return ":".join((PREFIX, owner, *words))
