"""How do the engines of all processes share a number? One Lua script per decision, and a rest after Redis failed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import structlog
from redis import Redis
from redis.commands.core import Script
from redis.exceptions import RedisError

from enterprisehub.engines.base import StoreDown
from enterprisehub.ops.stores import cache_redis

log = structlog.get_logger(__name__)
REST = 1.0  # seconds without trying Redis after it failed

_down_until = 0.0


def decide(script: str, keys: Sequence[str], *arguments: int | str) -> Any:
    """What the script decides, at one stroke for every process. Raises StoreDown when Redis cannot be asked."""
    global _down_until
    if time.monotonic() < _down_until:
        raise StoreDown
    try:
        redis = cache_redis()
        return _registered(redis, script)(keys=list(keys), args=list(arguments))
    except RedisError as error:
        _down_until = time.monotonic() + REST
        log.warning("engine_store_down", error=type(error).__name__)
        raise StoreDown from error


@lru_cache(maxsize=32)
def _registered(redis: Redis, script: str) -> Script:
    return redis.register_script(script)


def milliseconds() -> int:
    return int(time.time() * 1000)
