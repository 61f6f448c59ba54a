"""Is this still the newest message of its conversation? Asked often while Claude writes, so Redis remembers it."""

from __future__ import annotations

import time
from uuid import UUID

from redis.exceptions import RedisError

from enterprisehub.ops.stores import cache_redis
from enterprisehub.tenants import keys

KEEP = 120  # seconds: longer than any refinement lives
REST = 5.0  # seconds without trying Redis after it failed, so that the live path does not wait for it

_down_until = 0.0


def mark(tenant_id: UUID, conversation_id: UUID, message_id: UUID) -> None:
    """This message is the newest; refinements of older ones give up."""
    global _down_until
    if time.monotonic() < _down_until:
        return
    try:
        cache_redis().set(_key(tenant_id, conversation_id), message_id.bytes, ex=KEEP)
    except RedisError:
        _down_until = time.monotonic() + REST


def is_latest(tenant_id: UUID, conversation_id: UUID, message_id: UUID) -> bool:
    """False only when a newer message is known; not knowing keeps the refinement going (it is checked again at the end)."""
    try:
        newest = cache_redis().get(_key(tenant_id, conversation_id))
    except RedisError:
        return True
    return newest is None or newest == message_id.bytes


def _key(tenant_id: UUID, conversation_id: UUID) -> str:
    return keys.of(tenant_id, "latest", conversation_id)
