"""What does one request look like once it is read, and what is an answer before it is sent?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
MOST = 8 * 2**20  # bytes of a request body


@dataclass(frozen=True)
class Request:
    """One request; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None when there is none or when it is no JSON."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None

    @cached_property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    """An answer: a value that is sent as JSON, or bytes of another kind."""

    status: int = 200
    value: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    kind: str = "application/json; charset=utf-8"

    @property
    def body(self) -> bytes:
        return json.dumps(self.value, ensure_ascii=False).encode() if self.raw is None else self.raw


async def read(scope: Scope, receive: Receive) -> Request:
    """The whole request; a body that is too long is cut off."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MOST:
            parts.append(chunk)
        more = bool(message.get("more_body"))
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True))
    return Request(scope["method"], scope["path"], query, headers, b"".join(parts))


async def write(send: Send, reply: Reply) -> None:
    body = reply.body
    headers = {"content-type": reply.kind, "content-length": str(len(body)), **reply.headers}
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


async def cut(send: Send) -> None:
    """Close the connection without a word: ASGI has no word for it, so the server's own line is taken."""
    line = getattr(getattr(send, "__self__", None), "transport", None)
    if line is not None:
        line.abort()
        await asyncio.sleep(0)  # the server learns of it before the application ends
