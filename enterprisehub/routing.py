"""Which websocket path leads to which consumer?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from django.urls import URLPattern, path, re_path

from coaching.consumers import CoachingConsumer

NO_SUCH_SOCKET = 4404

websockets: list[URLPattern] = [path("ws/coaching/", CoachingConsumer.as_asgi())]


async def nowhere(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    """Refuse a path that leads nowhere; Channels' own answer is a traceback."""
    await receive()
    await send({"type": "websocket.close", "code": NO_SUCH_SOCKET})


everything: list[URLPattern] = [*websockets, re_path(r"", nowhere)]  # type: ignore[arg-type]  # an ASGI app is no view
