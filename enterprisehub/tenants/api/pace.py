"""How often may a caller ask? A sliding minute per caller and per tenant, counted in Redis."""

from __future__ import annotations

import time
from functools import lru_cache
from threading import Lock

import structlog
from django.conf import settings
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from enterprisehub.ops.stores import cache_redis
from enterprisehub.tenants import keys
from enterprisehub.tenants.api.callers import Caller

log = structlog.get_logger(__name__)
REST = 5.0  # seconds in which this process counts by itself after Redis failed
_down_until = 0.0
_lock = Lock()


class Pace(BaseThrottle):
    """Refuses a caller, or a tenant, that asks more often than it may.

    Without Redis each process counts for itself, so that a dead Redis slows nobody down and opens nothing wide.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        caller = request.auth
        if not isinstance(caller, Caller):
            return True
        own = RateLimitItemPerMinute(settings.API_RATE_PER_MINUTE)
        every = RateLimitItemPerMinute(settings.API_TENANT_RATE_PER_MINUTE)
        mine = keys.of(caller.tenant.pk, "api", caller.id)
        ours = keys.of(caller.tenant.pk, "api", "all")
        fine, left, reset = _count([(own, mine), (every, ours)])
        request.pace = (own.amount, left, max(0.0, reset - time.time()))  # type: ignore[attr-defined]
        self._wait = max(1.0, reset - time.time())
        return fine

    def wait(self) -> float | None:
        return self._wait


def _count(limits: list[tuple[RateLimitItem, str]]) -> tuple[bool, int, float]:
    """Count one request against each limit: whether all allow it, what is left of the first, when it is full again."""
    global _down_until
    if time.monotonic() >= _down_until:
        try:
            return _ask(_shared(settings.CACHE_REDIS_URL), limits)
        except (RedisError, OSError) as error:
            _down_until = time.monotonic() + REST
            log.warning("pace_counted_locally", error=type(error).__name__)
    with _lock:  # the memory counter is made for one thread at a time
        return _ask(_own(), limits)


def _ask(counter: SlidingWindowCounterRateLimiter, limits: list[tuple[RateLimitItem, str]]) -> tuple[bool, int, float]:
    refused = next(((item, name) for item, name in limits if not counter.hit(item, name)), None)
    item, name = refused or limits[0]
    stats = counter.get_window_stats(item, name)
    return refused is None, stats.remaining if refused is None else 0, stats.reset_time


@lru_cache(maxsize=4)
def _shared(url: str) -> SlidingWindowCounterRateLimiter:
    pool = cache_redis().connection_pool
    return SlidingWindowCounterRateLimiter(RedisStorage(url, connection_pool=pool, key_prefix="ehub:pace"))


@lru_cache(maxsize=1)
def _own() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(MemoryStorage())
