"""How is one connection read and written? Just enough HTTP/1.1 for one client, and the ways to break it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

PING = b'event: ping\ndata: {"type": "ping"}\n\n'
MOST = 32 * 2**20  # bytes of a request body


class ClientLeft(Exception):
    """The other side has closed the connection."""


@dataclass(frozen=True)
class Request:
    """One request; header names in lower case, `json` None when the body is none."""

    method: str
    path: str
    headers: Mapping[str, str]
    json: Any


class Line:
    """A connection that is kept for request after request."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def request(self) -> Request | None:
        """The next request; None when the client has finished."""
        try:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return None
        first, *rows = head.split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (row.partition(":") for row in rows) if name
        }
        length = min(int(headers.get("content-length") or 0), MOST)
        body = await self._reader.readexactly(length) if length else b""
        try:
            parsed = json.loads(body) if body else None
        except ValueError:
            parsed = None
        return Request(method, path.partition("?")[0], headers, parsed)

    async def send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        await self._head(status, {**headers, "content-length": str(len(body))})
        await self._write(body)

    async def json(self, status: int, value: Any, headers: Mapping[str, str]) -> None:
        await self.send(status, json.dumps(value).encode(), {"content-type": "application/json", **headers})

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Begin an answer whose length is not known."""
        await self._head(status, {**headers, "transfer-encoding": "chunked", "cache-control": "no-cache"})

    async def chunk(self, data: bytes) -> None:
        await self._write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def end(self) -> None:
        await self._write(b"0\r\n\r\n")

    def cut(self) -> None:
        """Close without a word more."""
        self._writer.transport.abort()

    def check(self) -> None:
        if self._reader.at_eof() or self._writer.transport.is_closing():
            raise ClientLeft

    async def pause(self, seconds: float) -> None:
        """Wait, but notice soon when the client leaves."""
        until = asyncio.get_running_loop().time() + seconds
        while (left := until - asyncio.get_running_loop().time()) > 0:
            self.check()
            await asyncio.sleep(min(left, 0.02))

    async def _head(self, status: int, headers: Mapping[str, str]) -> None:
        try:
            phrase = HTTPStatus(status).phrase
        except ValueError:
            phrase = "Overloaded"
        rows = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        await self._write(f"HTTP/1.1 {status} {phrase}\r\n{rows}\r\n".encode("latin-1"))

    async def _write(self, data: bytes) -> None:
        self.check()
        self._writer.write(data)
        await self._writer.drain()


async def misbehave(talk: Line, fault: str) -> bool:
    """The faults that need no reply at all. Returns whether the connection stays."""
    if fault == "garbage":
        await talk.send(200, b"<html><body>Please sign in to the network.</body></html>", {"content-type": "text/html"})
        return True
    if fault == "garbage_json":
        await talk.json(200, {"hello": "world"}, {})
        return True
    if fault == "hang_after_headers":
        await talk.begin(200, {"content-type": "text/event-stream"})
    if fault != "reset":
        async for _ in pings_for_ever(talk, silent=True):
            pass
    return False


async def pings_for_ever(talk: Line, *, silent: bool = False) -> AsyncIterator[bytes]:
    """A ping every fifth of a second until the client leaves; silent ones are not given."""
    while True:
        await talk.pause(0.2)
        if not silent:
            yield PING
