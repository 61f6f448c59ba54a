"""How does one agent's screen get every event exactly once and in order, and no other agent's?"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import UUID

import structlog
from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import connection

from enterprisehub.errors import HubError, Invalid
from enterprisehub.privacy.audit import Actor, acting, record
from enterprisehub.realtime import callers, replay
from enterprisehub.realtime.callers import Caller
from enterprisehub.realtime.events import (
    HTML_PROTOCOL,
    JSON_PROTOCOL,
    SERVER_EVENTS,
    ClientMessage,
    direct,
    envelope,
    topic,
)
from enterprisehub.realtime.events import read as read_frame
from enterprisehub.realtime.push import Told, group, heard_by
from enterprisehub.tenants.scope import scope

log = structlog.get_logger(__name__)
T = TypeVar("T")
NOT_SIGNED_IN, TOO_FAST, TOO_MANY_SOCKETS = 4401, 4429, 4409  # close codes, docs/realtime.md
RATE, BURST = 20.0, 40.0  # client messages per second, and at once
SOCKETS_PER_AGENT = 20  # in one process
QUEUE = 500  # events waiting for a slow client; what does not fit is read from the table later
FIRST_WORD = 0.25  # seconds in which a fresh client may say `resume` before live events are sent
LOOK_EVERY = 3.0  # seconds between two looks at permissions and at lost pushes

_threads = ThreadPoolExecutor(max_workers=int(getattr(settings, "SOCKET_THREADS", 12)), thread_name_prefix="socket")
_open: set[AgentConsumer] = set()
_watch: asyncio.Task[None] | None = None


class AgentConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """A socket of one agent. Subclasses add `verbs`: client message type → coroutine."""

    caller: Caller
    verbs: dict[str, Callable[[Any, ClientMessage], Coroutine[Any, Any, None]]] = {}

    async def connect(self) -> None:
        caller = await self._thread(callers.recognise, self.scope)
        if caller is None:
            await self.close(code=NOT_SIGNED_IN)
            return
        if sum(one.caller.agent.pk == caller.agent.pk for one in _open) >= SOCKETS_PER_AGENT:
            await self.close(code=TOO_MANY_SOCKETS)
            return
        self.caller = caller
        offered = self.scope.get("subprotocols", [])
        self.protocol = next((one for one in offered if one in (JSON_PROTOCOL, HTML_PROTOCOL)), None)
        self.queue: asyncio.Queue[Told | int] = asyncio.Queue(QUEUE)
        self.begun, self.topics = asyncio.Event(), frozenset(SERVER_EVENTS)
        self.tokens, self.counted = BURST, time.monotonic()
        with contextlib.suppress(Exception):  # without Redis the look at the table delivers
            await self.channel_layer.group_add(self._group(), self.channel_name)
        self.base = self.sent = await self.run(replay.last, caller.agent.pk)
        await self.accept(subprotocol=self.protocol)
        _open.add(self)
        _keep_watch()
        await self.answer("status", {"state": "connected", "seq": self.sent, "mode": await self.mode()})
        self.pump = asyncio.create_task(self._pump())

    async def disconnect(self, code: int) -> None:
        _open.discard(self)
        if (pump := getattr(self, "pump", None)) is not None:
            pump.cancel()
        if hasattr(self, "caller"):
            with contextlib.suppress(Exception):
                await self.channel_layer.group_discard(self._group(), self.channel_name)

    async def mode(self) -> str:
        return "full" if settings.ANTHROPIC_API_KEY else "local"

    def _group(self) -> str:
        return group(self.caller.tenant_id, self.caller.agent.pk)

    # --- what the client says

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self._may_speak():
            await self.refuse("too_many", "Too many messages; this connection ends.")
            await self.close(code=TOO_FAST)
            return
        try:
            if text_data is None:
                raise Invalid("Frames are text.", field="frame")
            message = read_frame(text_data)
            await getattr(self, f"_{message.type}", self._verb)(message)
        except HubError as error:
            await self.refuse(error.code, error.message, field=error.field)
        except Exception as error:
            log.exception("socket_message_failed", error=type(error).__name__)
            await self.refuse("error", "Something went wrong here; nothing was lost that was confirmed.")
        finally:
            self.begun.set()

    def _may_speak(self) -> bool:
        at = time.monotonic()
        self.tokens = min(BURST, self.tokens + (at - self.counted) * RATE) - 1
        self.counted = at
        return self.tokens >= 0

    async def _verb(self, message: ClientMessage) -> None:
        await self.verbs[message.type](self, message)

    async def _resume(self, message: ClientMessage) -> None:
        """Tell again what came after `last_seq`, up to what this socket was sent or will be sent live."""
        asked = message.fields["last_seq"]
        if asked > self.sent:
            await self.answer("resync", {"seq": self.sent, "reason": "unknown"})
            return
        missed = await self.run(replay.between, self.caller.agent, asked, self.sent)
        if missed is None:
            await self.answer("resync", {"seq": self.sent, "reason": "too_old"})
            return
        for told in missed:
            await self._emit(told)

    async def _ack(self, message: ClientMessage) -> None:
        if message.fields["seq"] > self.sent:
            raise Invalid("This number has not been sent yet.", field="seq")

    async def _subscribe(self, message: ClientMessage) -> None:
        """Narrow what is sent to these topics of one's own agent; a foreign or unknown one is refused and noted."""
        own = {topic(self.caller.agent.pk, kind): kind for kind in SERVER_EVENTS}
        wanted = message.fields["topics"]
        if not wanted or not all(isinstance(one, str) and one in own for one in wanted):
            await self.run(record, "socket.topic.refused", self.caller.agent)
            raise Invalid("Topics are claude.<your agent id>.<event type>.", field="topics")
        self.topics = frozenset(own[one] for one in wanted)
        await self.answer("status", {"state": "subscribed", "topics": sorted(wanted)})

    async def _typing(self, message: ClientMessage) -> None:
        event = {"type": "typed", "lead": message.fields["lead"][:64], "by": self.channel_name}
        with contextlib.suppress(Exception):
            await self.channel_layer.group_send(self._group(), event)

    async def typed(self, event: dict[str, Any]) -> None:
        if event["by"] != self.channel_name:
            await self.answer("status", {"state": "typing", "lead": event["lead"]})

    # --- what the client is told

    async def told(self, message: dict[str, Any]) -> None:
        """An event that came through Redis."""
        caller = self.caller
        self.take(
            Told(caller.tenant_id, caller.agent.pk, message["seq"], message["event"], message["payload"], message["at"])
        )

    def take(self, told: Told | int) -> None:
        """Queue an event, or the newest number; one that does not fit is found missing later."""
        with contextlib.suppress(asyncio.QueueFull):
            self.queue.put_nowait(told)

    async def _pump(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.begun.wait(), FIRST_WORD)
        while True:
            told = await self.queue.get()
            upto = told if isinstance(told, int) else told.seq - 1
            try:
                if upto > self.sent:
                    for missed in await self.run(replay.between, self.caller.agent, self.sent, upto) or []:
                        await self._live(missed)
                if not isinstance(told, int):
                    await self._live(told)
            except Exception as error:  # the database may be away: the next look tries again
                log.warning("socket_replay_failed", error=type(error).__name__)

    async def _live(self, told: Told) -> None:
        if told.seq > self.sent:
            self.sent = told.seq
            await self._emit(told)

    async def _emit(self, told: Told) -> None:
        if told.type in self.topics:
            await self._write(envelope(told))

    async def answer(self, kind: str, payload: dict[str, Any]) -> None:
        await self._write(direct(kind, payload, agent=self.caller.agent.pk, tenant=self.caller.tenant_id))

    async def refuse(self, code: str, message: str, *, field: str = "") -> None:
        await self.answer("error", {"code": code, "message": message, "field": field})

    async def _write(self, event: dict[str, Any]) -> None:
        text = self.render(event) if self.protocol == HTML_PROTOCOL else json.dumps(event, separators=(",", ":"))
        await self.send(text_data=text)

    def render(self, event: dict[str, Any]) -> str:
        """The event as HTML; subclasses know the page's partials."""
        raise NotImplementedError

    # --- work in threads

    async def run(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a service in this caller's scope, in a thread; its own events reach this socket at once."""
        loop = asyncio.get_running_loop()

        def sink(told: Told) -> None:
            if told.agent_id == self.caller.agent.pk:
                loop.call_soon_threadsafe(self.take, told)

        def inside() -> T:
            with acting(Actor(self.caller.user_id, via="socket")), heard_by(sink), scope(self.caller.tenant_id):
                return work(*args, **kwargs)

        return await self._thread(inside)

    async def _thread(self, work: Callable[..., T], *args: Any) -> T:
        return await sync_to_async(_giving_back, thread_sensitive=False, executor=_threads)(work, *args)


def _giving_back(work: Callable[..., T], *args: Any) -> T:
    try:
        return work(*args)
    finally:
        connection.close()  # back to the pool


def _keep_watch() -> None:
    global _watch
    if _watch is None or _watch.done() or _watch.get_loop() is not asyncio.get_running_loop():
        _watch = asyncio.create_task(_look())


async def _look() -> None:
    """While sockets are open: close those that may listen no longer, and find what Redis lost."""
    while _open:
        await asyncio.sleep(LOOK_EVERY)
        here = [one for one in _open if hasattr(one, "caller")]
        try:
            welcome, newest = await sync_to_async(_giving_back, thread_sensitive=False, executor=_threads)(
                _look_once, [one.caller for one in here]
            )
        except Exception as error:
            log.warning("socket_watch_failed", error=type(error).__name__)
            continue
        for one in here:
            if one.caller not in welcome:
                _open.discard(one)
                one.pump.cancel()
                with contextlib.suppress(Exception):
                    await one.close(code=NOT_SIGNED_IN)
            elif (seq := newest.get(one.caller.agent.pk, 0)) > one.sent:
                one.take(seq)


def _look_once(here: list[Caller]) -> tuple[set[Caller], dict[UUID, int]]:
    return callers.still_welcome(here), callers.newest(here)
