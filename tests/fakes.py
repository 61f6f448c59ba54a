"""Who plays the outside world in the tests? Claude's stand-in, over real HTTP, on a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from enterprisehub.engines.standin.faults import Faults, check
from enterprisehub.engines.standin.server import Pace, StandIn


class FakeClaude:
    """A stand-in that tests steer: `play("529")` for the next request, `always("529")` for every one."""

    def __init__(self, *, first_text_ms: float = 10.0, tokens_per_second: float = 4000.0) -> None:
        self.pace = Pace(first_text_ms, tokens_per_second)
        self.standin = StandIn(self.pace)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake claude", daemon=True)
        self._thread.start()
        self._server = self._do(self.standin.listen())
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def play(self, *faults: str) -> None:
        """The next requests meet these faults, in this order; "" is none."""
        self.standin.faults.queued = deque(check(name) for name in faults)

    def always(self, fault: str) -> None:
        self.standin.faults.always = check(fault)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What was asked since the last `forget`, oldest first: headers, body, fault, ended."""
        return list(self.standin.requests)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [request["body"] for request in self.requests]

    @property
    def open(self) -> int:
        """How many connections are open now."""
        return self.standin.open

    def forget(self) -> None:
        """As new: no faults, an empty log."""
        self.standin.faults = Faults()
        self.standin.requests.clear()
        self.pace.first_text_ms, self.pace.tokens_per_second = 10.0, 4000.0

    def stop(self) -> None:
        async def end() -> None:
            self._server.close()
            await self.standin.hang_up()

        self._do(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)


@contextmanager
def playing_claude(**pace: float) -> Iterator[FakeClaude]:
    fake = FakeClaude(**pace)
    try:
        yield fake
    finally:
        fake.stop()


def nobody_listens() -> str:
    """An address that refuses connections."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def eventually(true: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether it becomes true within the seconds: a bound for what never comes, not a measure of how soon it does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return true()
