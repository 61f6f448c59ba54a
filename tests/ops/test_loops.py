"""Does synchronous code get its awaited answers, in time, with its context, and after a fork too?"""

from __future__ import annotations

import asyncio
import os
import threading
from contextvars import ContextVar

import pytest

from enterprisehub.ops import loops

colour: ContextVar[str] = ContextVar("colour", default="none")


async def _double(number: int) -> int:
    await asyncio.sleep(0)
    return number * 2


async def _colour() -> str:
    return colour.get()


def test_it_answers() -> None:
    assert loops.run(_double(21), 60) == 42


def test_every_thread_shares_one_loop() -> None:
    seen: list[asyncio.AbstractEventLoop] = []
    threads = [threading.Thread(target=lambda: seen.append(loops.loop())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 1


def test_the_callers_context_is_visible_inside() -> None:
    token = colour.set("ivory")
    try:
        assert loops.run(_colour(), 60) == "ivory"
    finally:
        colour.reset(token)


def test_late_work_is_cancelled() -> None:
    cancelled = threading.Event()

    async def slow() -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(TimeoutError):
        loops.run(slow(), 0.05)
    assert cancelled.wait(60)


def test_an_error_inside_reaches_the_caller() -> None:
    async def broken() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError):
        loops.run(broken(), 60)


async def test_it_refuses_to_block_a_running_loop() -> None:
    with pytest.raises(RuntimeError, match="await the coroutine"):
        loops.run(_double(1), 1)


def test_a_forked_child_gets_a_loop_of_its_own() -> None:
    loops.run(_double(1), 60)
    child = os.fork()
    if child == 0:
        os._exit(0 if loops.run(_double(4), 60) == 8 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
