"""Where does a socket's database work run? On a few threads sized to the connection pool, never on one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from typing import ParamSpec, TypeVar

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

log = structlog.get_logger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
WITHOUT_POOL = 8
AGAIN_AFTER = (0.1, 0.4, 1.0)  # seconds


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    """Half of the pool's connections: pages served by the same process need the others."""
    pool = settings.DATABASES["default"]["OPTIONS"].get("pool") or {}
    return ThreadPoolExecutor(max(2, pool.get("max_size", WITHOUT_POOL * 2) // 2), thread_name_prefix="socket")


async def in_thread(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run it beside the event loop, in this context; its database connection goes back to the pool afterwards."""

    def run() -> R:
        try:
            return function(*args, **kwargs)
        finally:
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(_threads(), copy_context().run, run)


async def persistently(attempt: Callable[[], Awaitable[R]]) -> R:
    """Wait for a database that restarts; only for work that counts once however often it is tried."""
    for rest in AGAIN_AFTER:
        try:
            return await attempt()
        except (OperationalError, InterfaceError) as error:
            log.warning("socket_tries_again", error=type(error).__name__)
            await asyncio.sleep(rest)
    return await attempt()
