"""Which screens are open in this process, and does each hear what is meant for it, and nothing after its right ended?"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from django.conf import settings
from django.db import Error as DatabaseError

from enterprisehub.errors import NotAllowed
from enterprisehub.realtime import events, limits, logins, push
from enterprisehub.realtime.events import Address, Frame
from enterprisehub.realtime.logins import Login
from enterprisehub.realtime.subscription import Subscription
from enterprisehub.realtime.threads import in_thread

log = structlog.get_logger(__name__)
BEAT = 3.0  # seconds between two looks at every login and every stream
POOR_BEAT = 1.0  # the same while Redis is away, since then the table is all there is
DOUBT = 0.1  # seconds between the news that a right may have ended and the look: the change may still be on its way


class Screen(Protocol):
    """What the hub needs of a socket."""

    login: Login

    @property
    def sent(self) -> int: ...
    def take(self, frame: Frame) -> None: ...
    def doubt(self, doubted: bool) -> None: ...
    def behind(self, seq: int) -> None: ...
    def expire(self) -> None: ...
    def tell_mode(self) -> None: ...


class Hub:
    """The screens of one event loop; runs only while there are any."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.rooms: dict[str, set[Screen]] = {}
        self.people: Counter[UUID] = Counter()
        self.subscription = self._subscription()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def healthy(self) -> bool:
        return self.subscription.healthy

    def screens(self) -> list[Screen]:
        return [screen for room in self.rooms.values() for screen in room]

    def crowded(self, login: Login) -> bool:
        """Whether this person has as many sockets open here as one person may."""
        return self.people[login.user_id] >= limits.SOCKETS_PER_USER

    async def join(self, screen: Screen) -> None:
        """From now on the screen hears its agent's events."""
        first = not self.rooms
        if first:
            self.subscription = self._subscription()
            self._start(self.subscription.run())
            self._start(self._beat())
        name = push.channel(screen.login.address)
        room = self.rooms.setdefault(name, set())
        room.add(screen)
        self.people[screen.login.user_id] += 1
        if first:
            await self.subscription.begun()
        if len(room) == 1:
            await self.subscription.add(name)

    async def leave(self, screen: Screen) -> None:
        name = push.channel(screen.login.address)
        room = self.rooms.get(name, set())
        if screen not in room:
            return
        room.discard(screen)
        self.people[screen.login.user_id] -= 1
        if room:
            return
        del self.rooms[name]
        if self.rooms:
            await self.subscription.remove(name)
            return
        self.people.clear()
        ending, self._tasks = self._tasks, set()
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    def sink(self, address: Address, frames: Sequence[Frame]) -> None:
        """For push.heard_by: called in a thread; every screen of this process hears at once, Redis' echo is dropped."""
        self.loop.call_soon_threadsafe(self.deliver, push.channel(address), frames)

    def deliver(self, channel: str, frames: Sequence[Frame]) -> None:
        for screen in tuple(self.rooms.get(channel, ())):
            for frame in frames:
                screen.take(frame)

    # --- what Redis says

    def _subscription(self) -> Subscription:
        return Subscription(
            settings.CHANNEL_REDIS_URL, heard=self._heard, changed=self._changed, always=push.logins_channel()
        )

    def _heard(self, channel: str, data: bytes) -> None:
        try:
            if channel == push.logins_channel():
                self._doubt(UUID(bytes=data))
            else:
                self.deliver(channel, [events.unpack(data)])
        except ValueError:
            log.warning("push_unreadable", bytes=len(data))

    def _changed(self, healthy: bool) -> None:
        for screen in self.screens():
            screen.tell_mode()
        if healthy:  # what was told while Redis was away
            self._start(self.look(self.screens()))

    # --- who may still listen

    def _doubt(self, subject: UUID) -> None:
        """Nothing more goes to these screens until their logins were looked at."""
        doubted = [s for s in self.screens() if subject in (s.login.user_id, s.login.key_id, s.login.agent.pk)]
        for screen in doubted:
            screen.doubt(True)
        if doubted:
            self._start(self._look_soon(doubted))

    async def _look_soon(self, screens: list[Screen]) -> None:
        await asyncio.sleep(DOUBT)
        await self.look(screens)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT if self.healthy else POOR_BEAT)
            await self.look(self.screens())

    async def look(self, screens: list[Screen]) -> None:
        """One query for all of them: end those whose right ended, mend those that missed something."""
        try:
            findings = await in_thread(logins.check, [(screen.login, screen.sent) for screen in screens])
        except (DatabaseError, OSError) as error:  # no news can come either while the database is away
            log.warning("logins_unchecked", error=type(error).__name__, screens=len(screens))
            return
        for finding in findings:
            screen = screens[finding.place]
            if not finding.good:
                screen.expire()
            elif finding.seq > screen.sent:
                screen.behind(finding.seq)
        for screen in screens:
            screen.doubt(False)
        if stale := [screens[one.place] for one in findings if one.good and one.mark != screens[one.place].login.mark]:
            self._start(self._refresh(stale))

    async def _refresh(self, screens: list[Screen]) -> None:
        """Their agent's or tenant's row was changed: coach by what it says now."""
        for screen in screens:
            with contextlib.suppress(DatabaseError, NotAllowed):  # then the next look decides
                screen.login = await in_thread(logins.refreshed, screen.login)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def here() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
