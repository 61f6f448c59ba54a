"""Where does synchronous code run a coroutine? On one event loop per process, in a daemon thread of its own."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_making = threading.Lock()
_home: tuple[int, asyncio.AbstractEventLoop] | None = None


def loop() -> asyncio.AbstractEventLoop:
    """This process's loop, started on first use; a forked child gets one of its own."""
    global _home
    with _making:
        if _home is None or _home[0] != os.getpid():
            fresh = asyncio.new_event_loop()
            threading.Thread(target=_turn, args=(fresh,), name="ehub-loop", daemon=True).start()
            _home = (os.getpid(), fresh)
        return _home[1]


def start(coroutine: Coroutine[Any, Any, T]) -> Future[T]:
    """Begin it and return at once; cancelling the future cancels the coroutine."""
    return asyncio.run_coroutine_threadsafe(coroutine, loop())


def run(coroutine: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
    """Its result; after `timeout` seconds it is cancelled and TimeoutError raised. Not for code on the loop itself."""
    future = start(coroutine)
    try:
        return future.result(timeout)
    finally:
        future.cancel()


def _turn(fresh: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(fresh)
    fresh.run_forever()


def _after_fork() -> None:
    # The parent's thread may have held the lock, and its loop's thread does not exist here.
    global _making, _home
    _making, _home = threading.Lock(), None


os.register_at_fork(after_in_child=_after_fork)
