"""How do frames reach a client that may be slower than its news?"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from enterprisehub.realtime.limits import OUTBOX_BYTES, OUTBOX_FRAMES

Send = Callable[[dict[str, Any]], Awaitable[None]]
CLOSE_WITHIN = 1.0  # seconds that a stuck client gets to take the close


class Outbox:
    """Frames in their order, bounded; `run` sends them until `end` was called."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._texts: deque[str] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self.code: int | None = None

    def put(self, text: str) -> bool:
        """False when the client is so far behind that it should come back and resume."""
        if self.code is not None:
            return True
        self._texts.append(text)
        self._bytes += len(text)
        self._wake.set()
        return len(self._texts) <= OUTBOX_FRAMES and self._bytes <= OUTBOX_BYTES

    def end(self, code: int, *, discard: bool = False) -> None:
        """Close with this code, after what waits, or at once when nothing more may be told."""
        if self.code is None:
            self.code = code
        if discard:
            self._texts.clear()
        self._wake.set()

    async def run(self) -> None:
        """Send until ended; returns when the close is on its way."""
        while True:
            while self._texts:
                text = self._texts.popleft()
                self._bytes -= len(text)
                await self._send({"type": "websocket.send", "text": text})
            if self.code is not None:
                await self._send({"type": "websocket.close", "code": self.code})
                return
            self._wake.clear()
            await self._wake.wait()

    async def cut(self, code: int) -> None:
        """Close although sending is stuck; TimeoutError when not even that is taken."""
        async with asyncio.timeout(CLOSE_WITHIN):
            await self._send({"type": "websocket.close", "code": code})
