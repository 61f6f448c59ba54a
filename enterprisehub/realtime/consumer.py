"""How does one screen of an agent get every event once and in order, and how is it heard? (docs/realtime.md)"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

import structlog
from channels.consumer import AsyncConsumer
from django.db import Error as DatabaseError

from enterprisehub.errors import HubError, Invalid, NotAllowed, TooMany
from enterprisehub.ops import logs, metrics
from enterprisehub.privacy.audit import Actor, acting, record
from enterprisehub.realtime import door, events, hub, push, replay
from enterprisehub.realtime.door import Entry
from enterprisehub.realtime.events import BASIC_MESSAGES, HTML_PROTOCOL, MAX_FRAME, ClientMessage, Frame
from enterprisehub.realtime.limits import INBOX_MESSAGES, Bucket, Pace
from enterprisehub.realtime.logins import Login
from enterprisehub.realtime.outbox import Outbox, Send
from enterprisehub.realtime.sequence import Sequence
from enterprisehub.realtime.threads import in_thread, persistently
from enterprisehub.tenants.scope import scope

log = structlog.get_logger(__name__)
T = TypeVar("T")
Receive = Callable[[], Awaitable[dict[str, Any]]]
FIRST_WORD = 0.5  # seconds in which a fresh client may say `resume` before it is told anything that is live
OUT_OF_ORDER = 0.03  # seconds that a number may come later than its successor before the table is read
RESUME_PRICE = 4.0  # further messages that a replay counts for


class AgentConsumer(AsyncConsumer):  # type: ignore[misc]
    """A socket of one agent. Subclasses add messages and their verbs, and know how an event looks as HTML."""

    messages: ClassVar[dict[str, type[ClientMessage]]] = BASIC_MESSAGES
    verbs: ClassVar[dict[str, str]] = {name: f"on_{name}" for name in BASIC_MESSAGES}  # message -> method

    login: Login

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        self.hub = hub.here()
        try:
            entry = await in_thread(door.enter, scope)
            if self.hub.crowded(entry.login):
                raise TooMany("So many sockets at once are too many.")
        except HubError as error:
            metrics.SOCKETS_REFUSED.labels(error.code).inc()
            await send({"type": "websocket.close", "code": door.code_of(error)})
            return
        except (DatabaseError, OSError) as error:
            log.warning("socket_not_opened", error=type(error).__name__)
            await send({"type": "websocket.close", "code": door.TRY_LATER})
            return
        with logs.bind_tenant(entry.login.agent.tenant_id):
            await self._serve(entry, receive, send)

    async def _serve(self, entry: Entry, receive: Receive, send: Send) -> None:
        self.login, self.protocol, self.id = entry.login, entry.protocol, uuid4().hex
        self.html = entry.protocol == HTML_PROTOCOL
        self.outbox, self.bucket, self.tasks = Outbox(send), Bucket(), list[asyncio.Task[None]]()
        self.inbox: asyncio.Queue[tuple[str, ClientMessage, str]] = asyncio.Queue(INBOX_MESSAGES)
        self.sequence, self.topics = Sequence(0), frozenset(events.SERVER_EVENTS)
        self.paused, self.told_mode = {"opening"}, ""
        self.mending: asyncio.Task[None] | None = None
        await self.hub.join(self)
        try:
            self.sequence.rewind(await in_thread(replay.newest, self.login.address))
            await send({"type": "websocket.accept", "subprotocol": entry.protocol})
            self.answer("status", await self.hello())
            self.tasks = [asyncio.create_task(work) for work in (self._read(receive), self.outbox.run(), self._work())]
            await self._open(entry.last_seq)
            await asyncio.wait(self.tasks[:2], return_when=asyncio.FIRST_COMPLETED)
        except (DatabaseError, OSError) as error:
            log.warning("socket_not_opened", error=type(error).__name__)
            await send({"type": "websocket.close", "code": door.TRY_LATER})
        finally:
            await self.hub.leave(self)
            ending = [task for task in (*self.tasks, self.mending) if task is not None]
            for task in ending:
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)

    async def hello(self) -> dict[str, Any]:
        """What a client is told first: who it listens as, and where the stream stands."""
        self.told_mode = await self.mode()
        return {"state": "connected", "seq": self.sequence.sent, "mode": self.told_mode, "screen": self.id}

    async def mode(self) -> str:
        """full | reduced | local; subclasses know the engines."""
        return "full" if self.hub.healthy else "reduced"

    async def _open(self, last_seq: int | None) -> None:
        if last_seq is not None:
            await self._replay(last_seq)
        else:
            asyncio.get_running_loop().call_later(FIRST_WORD, self._go_on, "opening")

    # --- what the client says

    async def _read(self, receive: Receive) -> None:
        while (event := await receive())["type"] != "websocket.disconnect":
            if self.outbox.code is None:
                self._hear(event.get("text"))

    def _hear(self, text: str | None) -> None:
        pace = self.bucket.take()
        if pace is not Pace.FINE:
            self._slow_down(pace)
            return
        if text is None:
            self.refuse(Invalid("A message is a JSON object in a text frame."))
            return
        if len(text) > MAX_FRAME or len(text.encode(errors="surrogatepass")) > MAX_FRAME:
            self.refuse(Invalid(f"A message has at most {MAX_FRAME} bytes."))
            self.outbox.end(door.TOO_BIG)
            return
        try:
            kind, message = events.parse(text, self.messages)
            self.inbox.put_nowait((kind, message, getattr(message, "id", "")))
        except HubError as error:
            self.refuse(error, about=events.reference(text))
        except asyncio.QueueFull:
            self.refuse(TooMany("Wait for answers before you send more."), about=events.reference(text))

    def _slow_down(self, pace: Pace) -> None:
        self.refuse(TooMany("You send faster than 20 messages a second; this one was dropped."))
        if pace is Pace.ENOUGH:
            self.outbox.end(door.TOO_MUCH)

    async def _work(self) -> None:
        """One message after the other, so that a conversation is heard in the order in which it was sent."""
        while True:
            kind, message, about = await self.inbox.get()
            if kind != "resume":
                self._go_on("opening")
            try:
                await getattr(self, self.verbs[kind])(message)
            except HubError as error:
                self.refuse(error, about=about)
            except Exception as error:
                log.exception("socket_message_failed", message=kind)
                away = isinstance(error, DatabaseError | OSError)
                sentence = "Not possible just now; send it again." if away else "Something went wrong on our side."
                self.answer(
                    "error", {"code": "unavailable" if away else "error", "message": sentence, "field": "", "id": about}
                )

    async def on_resume(self, message: events.Resume) -> None:
        self.bucket.take(RESUME_PRICE)
        await self._replay(message.last_seq)

    async def on_ack(self, message: events.Ack) -> None:
        if message.seq > self.sequence.sent:
            raise Invalid("This number was not sent yet.", field="seq")

    async def on_subscribe(self, message: events.Subscribe) -> None:
        own = events.own_topics(self.login.agent.pk)
        if foreign := [one for one in message.topics if one not in own]:
            metrics.SOCKETS_REFUSED.labels("foreign_topic").inc()
            await self.run(record, "socket.topic.refused", self.login.agent, topics=len(foreign))
            raise NotAllowed("A topic is claude.<your agent id>.<event type>, one by one.", field="topics")
        self.topics = frozenset(own[one] for one in message.topics) or frozenset(events.SERVER_EVENTS)
        self.answer(
            "status",
            {"state": "subscribed", "topics": sorted(events.topic(self.login.agent.pk, t) for t in self.topics)},
        )

    async def on_typing(self, message: events.Typing) -> None:
        frame = events.direct(self.login.address, "status", {"state": "typing", "lead": message.lead})
        frame.sender = self.id
        await in_thread(push.whisper, frame, self.login.address)

    async def run(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a service beside the loop in the tenant's scope; what it tells reaches this process' screens at once."""
        actor = Actor(self.login.user_id, via="socket", request_id=logs.request_id())

        def inside() -> T:
            with acting(actor), push.heard_by(self.hub.sink), scope(self.login.agent.tenant_id):
                return work(*args, **kwargs)

        return await in_thread(inside)

    async def run_again(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """As `run`, for work that counts once however often it is done: a database that restarts is waited for."""
        return await persistently(partial(self.run, work, *args, **kwargs))

    # --- what the client is told

    @property
    def sent(self) -> int:
        return self.sequence.sent

    def take(self, frame: Frame) -> None:
        """An event, from this process or through Redis, in whatever order and however often."""
        if frame.seq is not None:
            self.sequence.add(frame)
            self._flush()
        elif frame.sender != self.id and frame.type in self.topics and not self.paused:
            self._write(frame)

    def _flush(self) -> None:
        if self.paused or self.outbox.code is not None:
            return
        for frame in self.sequence.ready():
            if frame.type in self.topics:
                self._write(frame)
        if self.sequence.gap:
            self._mend(OUT_OF_ORDER)

    def behind(self, seq: int) -> None:
        if seq > self.sequence.sent and not self.paused:
            self._mend(0)

    def _mend(self, wait: float) -> None:
        if self.mending is None or self.mending.done():
            self.mending = asyncio.create_task(self._fetch(wait))

    async def _fetch(self, wait: float) -> None:
        """Read what did not come; nothing to do when it came meanwhile."""
        await asyncio.sleep(wait)
        if wait and not self.sequence.gap:
            return
        try:
            await self._replay(self.sequence.sent, missed=False)
        except (DatabaseError, OSError) as error:  # the next look mends it
            log.warning("replay_failed", error=type(error).__name__)

    async def _replay(self, last_seq: int, *, missed: bool = True) -> None:
        """Go on after `last_seq`, or say that the page must be loaded afresh. Nothing live overtakes it."""
        address = self.login.address
        self.paused.add("replay")
        try:
            found = await in_thread(replay.after, address, last_seq)
            if found is None:
                newest = await in_thread(replay.newest, address)
                self.sequence.rewind(newest)
                self.answer("resync", {"seq": newest, "asked": last_seq})
                return
            self.sequence.rewind(last_seq if missed else max(last_seq, self.sequence.sent))
            for frame in found[0]:
                frame.missed = missed
                self.sequence.add(frame)
        finally:
            self._go_on("replay", "opening")

    def _go_on(self, *reasons: str) -> None:
        self.paused.difference_update(reasons)
        self._flush()

    def doubt(self, doubted: bool) -> None:
        if doubted:
            self.paused.add("doubt")
        elif "doubt" in self.paused:
            self._go_on("doubt")

    def expire(self) -> None:
        """The login ended: nothing more is told."""
        self.outbox.end(door.NOT_SIGNED_IN, discard=True)

    def tell_mode(self) -> None:
        """The way between processes broke or came back."""
        self.tasks.append(asyncio.create_task(self._tell_mode()))

    async def _tell_mode(self) -> None:
        with contextlib.suppress(DatabaseError, OSError):
            mode = await self.mode()
            if self.told_mode not in ("", mode):
                self.told_mode = mode
                self.answer("status", {"state": "mode", "mode": mode})

    def answer(self, kind: str, payload: dict[str, Any]) -> None:
        """Tell this screen alone; not numbered, not replayed."""
        self._write(events.direct(self.login.address, kind, payload))

    def refuse(self, error: HubError, *, about: str = "") -> None:
        """The one place where an error becomes an event; `about` is the id of the message that it answers."""
        self.answer("error", {"code": error.code, "message": error.message, "field": error.field, "id": about})

    def _write(self, frame: Frame) -> None:
        if self.html and not frame.drawn:
            frame.drawn = self.draw(frame)
        if not self.outbox.put(frame.drawn if self.html else frame.text):
            self.outbox.end(door.TOO_SLOW, discard=True)
            self.tasks.append(asyncio.create_task(self._cut_off()))

    async def _cut_off(self) -> None:
        """The client takes nothing, so the writer is stuck: close beside it, and let it go."""
        with contextlib.suppress(Exception):
            await self.outbox.cut(door.TOO_SLOW)
        self.tasks[1].cancel()

    def draw(self, frame: Frame) -> str:
        """The event as HTML; subclasses know the page's partials."""
        raise NotImplementedError
