"""May a call go out now? At most GHL_RATE per ten seconds and location over all processes; replies to leads have the last fifth."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from limits import RateLimitItemPerDay, RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from redis.exceptions import RedisError

from enterprisehub.ghl.refusals import interval
from enterprisehub.ops.stores import cache_redis
from enterprisehub.tenants import keys

log = structlog.get_logger(__name__)
# HighLevel counts ten seconds on its own clock; a call may be under way for a second of them.
WINDOW = 11
SHARE = 0.8  # of what HighLevel allows, should it allow less than usual
URGENT_SHARE = 0.2  # of the window, and half of that of the day: only for replies to leads
ALONE = 8  # while Redis is away, each process takes one such part for itself
REST = 5.0  # seconds without asking Redis after it failed

_down_until = 0.0
_own_rest: dict[UUID, float] = {}
_lock = Lock()


@dataclass(frozen=True)
class Headroom:
    """What a location has left: calls of this window, of the day as HighLevel told last (None: not yet), seconds of rest."""

    allowed: int
    left: int
    day_left: int | None
    rest: float


def take(tenant_id: UUID, *, urgent: bool = False) -> float:
    """Count a call and return 0, or count nothing and return the seconds after which to ask again."""
    rest = _own_rest.get(tenant_id, 0.0) - time.monotonic()
    if rest > 0:
        return rest
    if (redis_is_there := _ask(_take_shared, tenant_id, urgent)) is not None:
        return float(redis_is_there)
    with _lock:  # the memory counter is made for one thread at a time
        limiter = _own()
        item = RateLimitItemPerSecond(max(1, settings.GHL_RATE // ALONE), WINDOW)
        return _hit(limiter, item, str(tenant_id), urgent=urgent)


def learn(tenant_id: UUID, headers: Mapping[str, str]) -> None:
    """Remember what an answer said of the limits: HighLevel's own count is the one that counts (CONTRACT §3)."""
    told = {name: _number(headers.get(f"x-ratelimit-{name}")) for name in ("max", "remaining", "daily-remaining")}
    _ask(_learn_shared, tenant_id, told)
    if told["remaining"] == 0:
        rest(tenant_id, interval(headers))


def rest(tenant_id: UUID, seconds: float) -> None:
    """Nobody calls for this tenant for so long; with some chance in it, or all would come back at once."""
    wait = seconds + random.uniform(0, 1)
    _own_rest[tenant_id] = time.monotonic() + wait
    _ask(lambda key, ms: cache_redis().set(keys.of(key, "ghl", "rest"), 1, px=ms), tenant_id, int(wait * 1000))


def until_tomorrow() -> float:
    """Seconds until the day of HighLevel's counter is over; it does not say when, so: midnight in UTC and a minute."""
    today = datetime.now(UTC)
    midnight = (today + timedelta(days=1)).replace(hour=0, minute=1, second=0, microsecond=0)
    return (midnight - today).total_seconds()


def headroom(tenant_id: UUID) -> Headroom:
    """For the connection page, and for who would rather not take up a call in vain."""
    found = _ask(_headroom_shared, tenant_id)
    if isinstance(found, Headroom):
        return found
    alone = max(1, settings.GHL_RATE // ALONE)
    return Headroom(alone, alone, None, max(0.0, _own_rest.get(tenant_id, 0.0) - time.monotonic()))


def _ask(question: Any, *arguments: Any) -> Any:
    """What Redis says, or None while it is away."""
    global _down_until
    if time.monotonic() < _down_until:
        return None
    try:
        return question(*arguments)
    except (RedisError, OSError) as error:
        _down_until = time.monotonic() + REST
        log.warning("ghl_pace_counted_locally", error=type(error).__name__)
        return None


def _take_shared(tenant_id: UUID, urgent: bool) -> float:
    resting, most, day_left = _known(tenant_id)
    if resting > 0:
        return resting
    budget = RateLimitItemPerDay(settings.GHL_DAILY_BUDGET)
    limiter, day = _shared(settings.CACHE_REDIS_URL)
    spent = budget.amount - day.get_window_stats(budget, str(tenant_id)).remaining
    left = min(budget.amount - spent, budget.amount if day_left is None else day_left)
    if left <= (0 if urgent else budget.amount * URGENT_SHARE / 2):
        return until_tomorrow()
    wait = _hit(limiter, RateLimitItemPerSecond(most, WINDOW), str(tenant_id), urgent=urgent)
    if not wait:
        day.hit(budget, str(tenant_id))
    return wait


def _hit(limiter: MovingWindowRateLimiter, item: RateLimitItemPerSecond, name: str, *, urgent: bool) -> float:
    """What is not urgent leaves a fifth free. The whole is exact; between look and count others may enter the fifth."""
    free = 1 if urgent else 1 + int(item.amount * URGENT_SHARE)
    if (urgent or limiter.test(item, name, cost=free)) and limiter.hit(item, name):
        return 0.0
    until = limiter.get_window_stats(item, name).reset_time - time.time()
    return min(max(until, 0.05), WINDOW) + random.uniform(0, 0.1)


def _known(tenant_id: UUID) -> tuple[float, int, int | None]:
    """Seconds of rest, calls per window, and what is left of the day by HighLevel's own count."""
    names = [keys.of(tenant_id, "ghl", part) for part in ("rest", "max", "day")]
    with cache_redis().pipeline(transaction=False) as line:
        line.pttl(names[0])
        line.mget(names[1:])
        resting, (most, day) = line.execute()
    usual = settings.GHL_RATE
    return (
        max(0, resting) / 1000,
        min(usual, max(1, int(int(most) * SHARE))) if most else usual,
        int(day) if day else None,
    )


def _learn_shared(tenant_id: UUID, told: dict[str, int | None]) -> None:
    with cache_redis().pipeline(transaction=False) as line:
        if told["max"] is not None:
            line.set(keys.of(tenant_id, "ghl", "max"), told["max"], ex=3600)
        if told["daily-remaining"] is not None:
            line.set(keys.of(tenant_id, "ghl", "day"), told["daily-remaining"], ex=int(until_tomorrow()))
        line.execute()


def _headroom_shared(tenant_id: UUID) -> Headroom:
    resting, most, day_left = _known(tenant_id)
    item = RateLimitItemPerSecond(most, WINDOW)
    left = _shared(settings.CACHE_REDIS_URL)[0].get_window_stats(item, str(tenant_id)).remaining
    return Headroom(most, left, day_left, resting)


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None


@lru_cache(maxsize=4)
def _shared(url: str) -> tuple[MovingWindowRateLimiter, FixedWindowRateLimiter]:
    storage = RedisStorage(url, connection_pool=cache_redis().connection_pool, key_prefix="ehub:ghl")
    return MovingWindowRateLimiter(storage), FixedWindowRateLimiter(storage)


@lru_cache(maxsize=1)
def _own() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())
