"""An agent's screen for the tests: opens a socket as a browser or a program would, and keeps what it is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from channels.testing import WebsocketCommunicator
from django.test import Client

from enterprisehub.asgi import application
from enterprisehub.realtime import tickets
from enterprisehub.realtime.threads import in_thread
from enterprisehub.realtime.tickets import Via
from tests.world import Person

ORIGIN = b"http://testserver"
_number = count(1)
WAIT = 60.0  # seconds until what should come is given up; it is not waited out


def cookie_of(person: Person) -> str:
    """The session cookie of somebody who signed in."""
    browser = Client()
    browser.force_login(person.user)
    return browser.cookies["sessionid"].value


class Screen:
    """One socket. `told` waits for an event; `said` sends a message."""

    def __init__(self, socket: WebsocketCommunicator) -> None:
        self.socket = socket
        self.events: list[dict[str, Any]] = []
        self.hello: dict[str, Any] = {}

    async def say(self, **message: Any) -> None:
        await self.socket.send_to(text_data=json.dumps(message))

    async def hears(self, lead: Any, text: str, **more: Any) -> str:
        """The prospect's words; returns the id they were sent with."""
        number = more.pop("id", f"m{next(_number)}")
        await self.say(type="hear", id=number, lead=str(lead.pk), text=text, **more)
        return number

    async def next(self, wait: float = WAIT) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(await self.socket.receive_from(wait))
        self.events.append(event)
        return event

    async def told(self, kind: str, wait: float = WAIT, **payload: Any) -> dict[str, Any]:
        """The next event of this type with these values in its payload."""
        while True:
            event = await self.next(wait)
            if event["type"] == kind and all(event["payload"].get(name) == value for name, value in payload.items()):
                return event

    async def closed(self, wait: float = WAIT) -> int:
        """The close code; events that still came before it are kept."""
        while True:
            output = await self.socket.receive_output(wait)
            if output["type"] == "websocket.close":
                return int(output.get("code", 1000))
            self.events.append(json.loads(output["text"]))

    async def silent(self, wait: float = 0.3) -> bool:
        return bool(await self.socket.receive_nothing(wait, 0.01))

    @property
    def seqs(self) -> list[int]:
        return [event["seq"] for event in self.events if event["seq"] is not None]


def socket(
    query: str = "", *, cookie: str = "", origin: bytes | None = ORIGIN, protocol: str | None = "ehub.json.v1"
) -> WebsocketCommunicator:
    headers = [(b"cookie", f"sessionid={cookie}".encode())] if cookie else []
    if origin is not None:
        headers.append((b"origin", origin))
    return WebsocketCommunicator(
        application, f"/ws/coaching/{query}", headers=headers, subprotocols=[protocol] if protocol else []
    )


@asynccontextmanager
async def screen(person: Person, *, last_seq: int | None = None, cookie: str = "") -> AsyncIterator[Screen]:
    """This person's screen, as a browser opens it."""
    query = "" if last_seq is None else f"?last_seq={last_seq}"
    line = socket(query, cookie=cookie or await in_thread(cookie_of, person))
    accepted, protocol = await line.connect(WAIT)
    assert accepted, f"refused with {protocol}"
    assert protocol == "ehub.json.v1"
    opened = Screen(line)
    opened.hello = await opened.next()
    try:
        yield opened
    finally:
        await line.disconnect(timeout=WAIT)


async def ticket_of(person: Person) -> str:
    return await in_thread(tickets.issue, person.agent, Via(person.user.pk))
