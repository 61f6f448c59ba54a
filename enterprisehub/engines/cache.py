"""Has Claude answered exactly this before, for this tenant?"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import astuple
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from enterprisehub.engines.base import Policy
from enterprisehub.ops.stores import cache_redis
from enterprisehub.tenants import keys

REST = 5.0  # seconds in which the live path does not look again after Redis failed
_rest_until = 0.0


def key(tenant: UUID, *versions: str, policy: Policy, parts: tuple[str, ...]) -> str:
    """The one name of an answer: tenant, capability and prompt and schema versions, how Claude is asked, and the question."""
    told = json.dumps([*versions, *map(str, astuple(policy)), *parts], ensure_ascii=False)
    return keys.of(tenant, "answer", hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest())


def trace(tenant: UUID, capability: str, said: tuple[str, ...]) -> str:
    """Where it is noted that something is kept for these words: cheap to name, so that the live path can look every time."""
    told = json.dumps([capability, *said], ensure_ascii=False)
    return keys.of(tenant, "answered", hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest())


def known(name: str) -> bool:
    """Whether a trace is there: one look of the live path, which a silent Redis may hold up once in a while only."""
    global _rest_until
    if time.monotonic() < _rest_until:
        return False
    try:
        return bool(cache_redis().exists(name))
    except RedisError:
        _rest_until = time.monotonic() + REST
        return False


def get(name: str) -> dict[str, Any] | None:
    """The draft that was kept; a damaged one, or no Redis, is none."""
    try:
        kept = cache_redis().get(name)
        value = json.loads(kept) if isinstance(kept, bytes) else None
    except (RedisError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def put(name: str, draft: dict[str, Any], *, seconds: int, traced: str = "") -> None:
    """Keep a draft, which must name nobody, and note its trace; without Redis it is simply not kept."""
    if seconds <= 0:
        return
    try:
        with cache_redis().pipeline(transaction=False) as line:
            line.set(name, json.dumps(draft, ensure_ascii=False), ex=seconds)
            if traced:
                line.set(traced, 1, ex=seconds)
            line.execute()
    except RedisError:
        return
