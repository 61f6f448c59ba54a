"""How often did this happen lately? Counted in Redis for every process alike, by each process alone while Redis is away."""

from __future__ import annotations

import time
from functools import lru_cache
from threading import Lock

import structlog
from django.conf import settings
from limits import RateLimitItem
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from enterprisehub.ops.stores import cache_redis

log = structlog.get_logger(__name__)
REST = 5.0  # seconds in which this process counts by itself after Redis failed
_down_until = 0.0
_lock = Lock()


def count(*limits: tuple[RateLimitItem, str]) -> tuple[bool, int, float]:
    """Count one event against each (limit, key): whether all allow it, what is left of the first, when it is full again.

    Without Redis each process counts for itself, so that a dead Redis slows nobody down and opens nothing wide.
    """
    global _down_until
    if time.monotonic() >= _down_until:
        try:
            return _ask(_shared(settings.CACHE_REDIS_URL), limits)
        except (RedisError, OSError) as error:
            _down_until = time.monotonic() + REST
            log.warning("pace_counted_locally", error=type(error).__name__)
    with _lock:  # the memory counter is made for one thread at a time
        return _ask(_own(), limits)


def _ask(
    counter: SlidingWindowCounterRateLimiter, limits: tuple[tuple[RateLimitItem, str], ...]
) -> tuple[bool, int, float]:
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
