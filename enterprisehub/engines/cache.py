"""Has Claude answered exactly this before, for this tenant?"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from enterprisehub.engines.base import Policy
from enterprisehub.ops.stores import cache_redis
from enterprisehub.tenants import keys


def key(tenant: UUID, *versions: str, policy: Policy, parts: tuple[str, ...]) -> str:
    """The one name of an answer: tenant, capability and prompt and schema versions, how Claude is asked, and the question."""
    told = json.dumps([*versions, *map(str, astuple(policy)), *parts], ensure_ascii=False)
    return keys.of(tenant, "answer", hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest())


def get(name: str) -> dict[str, Any] | None:
    """The draft that was kept; a damaged one, or no Redis, is none."""
    try:
        kept = cache_redis().get(name)
        value = json.loads(kept) if isinstance(kept, bytes) else None
    except (RedisError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def put(name: str, draft: dict[str, Any], *, seconds: int) -> None:
    """Keep a draft, which must name nobody; without Redis it is simply not kept."""
    if seconds <= 0:
        return
    try:
        cache_redis().set(name, json.dumps(draft, ensure_ascii=False), ex=seconds)
    except RedisError:
        return
