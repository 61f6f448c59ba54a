"""How long is a body that comes in pieces? Only its end tells; so it is put together before anybody reads it.

Django REST framework takes a request without Content-Length for an empty one, and Django would keep what comes without end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

LARGEST = 1_000_000  # bytes; as much as a body that tells its length may have
PATIENCE = 8 * LARGEST  # bytes of a larger one that are thrown away, so that its sender gets to read the answer


class TooLarge(Exception):
    """The body has more than LARGEST bytes."""


async def put_together(scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
    """The request as if it had told its length; one that did is left as it is. Raises TooLarge."""
    if not any(name == b"transfer-encoding" for name, _ in scope["headers"]):
        return scope, receive
    first: Message | None = await _whole(receive)
    length = str(len(first.get("body", b""))).encode() if first else b"0"
    framing = (b"transfer-encoding", b"content-length")
    headers = [pair for pair in scope["headers"] if pair[0] not in framing] + [(b"content-length", length)]

    async def again() -> Message:
        nonlocal first
        if first is None:
            return await receive()
        message, first = first, None
        return message

    return {**scope, "headers": headers}, again


async def _whole(receive: Receive) -> Message:
    """The body in one message, or the news that its sender has gone."""
    body, length, more = bytearray(), 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return message
        piece = message.get("body", b"")
        length += len(piece)
        more = message.get("more_body", False) and length <= PATIENCE
        if length <= LARGEST:
            body += piece
    if length > LARGEST:
        raise TooLarge
    return {"type": "http.request", "body": bytes(body), "more_body": False}
