"""Something about a lead changed: who asks for a new plan, and how often at most?"""

from __future__ import annotations

import time
from uuid import UUID

from redis.exceptions import RedisError

from enterprisehub.ops.stores import cache_redis
from enterprisehub.tenants import keys
from enterprisehub.tenants.work import later

DEBOUNCE = 10  # seconds in which a lead is planned once; the chore sees to what came in between
STORE_REST = 5.0  # seconds in which Redis is not asked again after it failed
_store_rests_until = 0.0


def wish(lead_id: UUID) -> None:
    """Something about this lead changed: plan it soon, once for a burst of words. No query; what is lost the chore repairs."""
    if _first(keys.key("planning", lead_id)):
        later("leads.plan", durable=False, lead=lead_id)


def _first(key: str) -> bool:
    global _store_rests_until
    if time.monotonic() < _store_rests_until:
        return False
    try:
        return bool(cache_redis().set(key, 1, nx=True, ex=DEBOUNCE))
    except RedisError:
        _store_rests_until = time.monotonic() + STORE_REST
        return False
