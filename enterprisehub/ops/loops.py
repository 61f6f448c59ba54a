"""How does synchronous code await something? On one event loop per process, in a thread of its own."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_pid = 0


def loop() -> asyncio.AbstractEventLoop:
    """The running loop of this process; a forked child gets its own, since threads do not survive a fork."""
    global _loop, _pid
    with _lock:
        if _loop is None or _pid != os.getpid():
            _loop, _pid = asyncio.new_event_loop(), os.getpid()
            threading.Thread(target=_loop.run_forever, name="async work", daemon=True).start()
        return _loop


def _fresh_lock() -> None:
    global _lock, _loop
    _lock, _loop = threading.Lock(), None


os.register_at_fork(after_in_child=_fresh_lock)


def spawn(work: Coroutine[Any, Any, T]) -> Future[T]:
    """Start `work` on the shared loop and return at once."""
    return asyncio.run_coroutine_threadsafe(work, loop())


def run(work: Coroutine[Any, Any, T], timeout: float) -> T:
    """The result of `work`, awaited on the shared loop; TimeoutError after `timeout` seconds, and the work is cancelled.

    Context variables of the caller (the tenant, the request id) are visible inside. Never call it from a running loop.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        work.close()
        raise RuntimeError("loops.run() would block the running event loop; await the coroutine instead")
    future = spawn(work)
    try:
        return future.result(timeout)
    except TimeoutError:
        future.cancel()
        raise
