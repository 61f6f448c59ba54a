"""Is this process alive, and do the services it depends on answer? Never more than a second, never a secret."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import psycopg
import structlog
from django.conf import settings
from redis.asyncio import Redis

log = structlog.get_logger(__name__)
WITHIN = 0.8  # seconds for all dependencies together; they are asked at the same time
FRESH = 0.5  # seconds that an answer is shared, so that probing cannot become a load

Probe = Callable[[], Awaitable[object]]


async def _postgres() -> None:
    address = settings.DATABASE_URL
    if not address:
        raise ConnectionError
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as line:
        await line.execute("select 1")


def _redis(url: str) -> Probe:
    async def ask() -> None:
        async with Redis.from_url(url, socket_connect_timeout=WITHIN, socket_timeout=WITHIN) as client:
            await client.ping()

    return ask


def dependencies() -> dict[str, Probe]:
    """Name and question of each service that the product cannot serve without."""
    return {
        "postgres": _postgres,
        "cache": _redis(settings.CACHE_REDIS_URL),
        "broker": _redis(settings.BROKER_REDIS_URL),
        "channels": _redis(settings.CHANNEL_REDIS_URL),
    }


@dataclass
class Readiness:
    """Asks every dependency at once; callers at the same moment share one round."""

    _answer: dict[str, str] = field(default_factory=dict)
    _at: float = float("-inf")
    _asking: asyncio.Task[dict[str, str]] | None = None

    async def report(self) -> dict[str, str]:
        """`ok` or `down` for each dependency by name."""
        if time.monotonic() - self._at < FRESH:
            return self._answer
        if self._asking is None or self._asking.done() or self._asking.get_loop() is not asyncio.get_running_loop():
            self._asking = asyncio.create_task(ask(dependencies()))
        self._answer = await asyncio.shield(self._asking)
        self._at = time.monotonic()
        return self._answer


async def ask(probes: dict[str, Probe]) -> dict[str, str]:
    """Put every question at the same time; what has not answered within 0.8 s is down."""
    answers = await asyncio.gather(*(_one(name, probe) for name, probe in probes.items()))
    return dict(zip(probes, answers, strict=True))


async def _one(name: str, probe: Probe) -> str:
    try:
        async with asyncio.timeout(WITHIN):
            await probe()
    except Exception as error:  # whatever went wrong, this dependency does not serve
        log.warning("dependency_down", dependency=name, error=type(error).__name__)
        return "down"
    return "ok"
