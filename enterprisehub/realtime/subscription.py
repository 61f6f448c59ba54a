"""What do other processes tell the screens of this one? One Redis connection, which comes back by itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
CONNECT_WITHIN = 1.0  # seconds
QUIET = 2.0  # seconds of silence until Redis is asked whether it is there; as many again until it counts as gone
CONFIRM_WITHIN = 0.5  # seconds that a new screen waits until Redis has noted its channel
REST, LONGEST_REST = 0.1, 1.0  # seconds between two attempts to come back


class Subscription:
    """Hands every message on the wanted channels to `heard(channel, data)`, and tells `changed(healthy)`."""

    def __init__(
        self, url: str, *, heard: Callable[[str, bytes], None], changed: Callable[[bool], None], always: str
    ) -> None:
        self.url, self.heard, self.changed = url, heard, changed
        self.wanted = {always}
        self.healthy = False
        self._begun = asyncio.Event()
        self._line: PubSub | None = None
        self._confirming: dict[str, asyncio.Future[None]] = {}

    async def begun(self) -> None:
        """Returns once Redis answered, or did not in good time."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._begun.wait(), CONFIRM_WITHIN)

    async def add(self, channel: str) -> None:
        """Hear this channel too; returns once Redis has noted it, or at once while Redis is away."""
        self.wanted.add(channel)
        if self._line is None:
            return
        confirmed = self._confirming.setdefault(channel, asyncio.get_running_loop().create_future())
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            await self._line.subscribe(channel)
            await asyncio.wait_for(asyncio.shield(confirmed), CONFIRM_WITHIN)

    async def remove(self, channel: str) -> None:
        self.wanted.discard(channel)
        if self._line is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._line.unsubscribe(channel)
                if channel in self.wanted:  # somebody came back meanwhile
                    await self._line.subscribe(channel)

    async def run(self) -> None:
        """Listen until cancelled; come back whenever Redis does."""
        rest = REST
        while True:
            try:
                await self._listen()
            except (RedisError, OSError, TimeoutError) as error:
                if self.healthy:
                    rest = REST
                    log.warning("screens_cut_off", error=type(error).__name__)
            self._set_health(False)
            await asyncio.sleep(rest)
            rest = min(rest * 2, LONGEST_REST)

    async def _listen(self) -> None:
        client = Redis.from_url(
            self.url,
            socket_connect_timeout=CONNECT_WITHIN,
            socket_timeout=None,
            health_check_interval=0,
            retry=Retry(NoBackoff(), 0),
        )
        line = client.pubsub()
        try:
            async with asyncio.timeout(CONNECT_WITHIN * 2):
                await line.subscribe(*self.wanted)
            self._line = line
            asked = False
            while True:
                message = await line.get_message(timeout=QUIET)
                if message is not None:
                    asked = False
                    self._take(message)
                elif asked:
                    raise NoConnection("Redis no longer answers")
                else:
                    asked = True
                    await line.ping()
        finally:
            self._line = None
            with contextlib.suppress(Exception):
                await line.aclose()  # type: ignore[no-untyped-call]
                await client.aclose()

    def _take(self, message: dict[str, Any]) -> None:
        kind, channel = message["type"], message.get("channel")
        name = channel.decode() if isinstance(channel, bytes) else str(channel)
        if kind == "message":
            self.heard(name, message["data"])
        elif kind == "subscribe":
            self._set_health(True)
            self._begun.set()
            if (waiting := self._confirming.pop(name, None)) is not None and not waiting.done():
                waiting.set_result(None)

    def _set_health(self, healthy: bool) -> None:
        if healthy != self.healthy:
            self.healthy = healthy
            self.changed(healthy)
