"""Where does a socket's database work run? On a few threads sized to the connection pool, never on one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import connection

P = ParamSpec("P")
R = TypeVar("R")
WITHOUT_POOL = 8


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
