"""How is Redis reached from synchronous code, so that a dead one costs a third of a second and not a request?"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

CONNECT_SECONDS = 0.3
OPERATION_SECONDS = 0.5


def cache_redis() -> Redis:
    """The cache store's client, one pool per process; bytes in, bytes out. Raises redis.RedisError when it is down."""
    return _client(settings.CACHE_REDIS_URL)


def channel_redis() -> Redis:
    """The client for telling screens in other processes, as `cache_redis`; subscribers have connections of their own."""
    return _client(settings.CHANNEL_REDIS_URL)


@lru_cache(maxsize=8)
def _client(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=OPERATION_SECONDS,
        # One fresh connection, at once: pooled ones are dead after a restart. redis-py's default waits for seconds.
        retry=Retry(NoBackoff(), 1),
        decode_responses=False,
    )
