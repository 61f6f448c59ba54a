"""What can befall a TCP line? A proxy that cuts, hangs, drips, breaks answers off, and stops the world at a given word."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

PIECE: Final = 65_536
T = TypeVar("T")
Fate = Literal["well", "refuse", "hang", "drip", "break"]
Place = tuple[str, int] | str  # host and port, or the path of a socket


@dataclass(eq=False)
class Trap:
    """Springs when these words came one after the other over one connection, from whoever asks.

    With `answered` the last ones are passed on and the other side has done what they say, but its answer is kept back;
    else they never arrive. Then `then` is called, and the connection is cut.
    """

    words: tuple[bytes, ...]
    then: Callable[[], object]
    answered: bool = False
    sprung: threading.Event = field(default_factory=threading.Event)


class Wires:
    """The loop on which all proxies of a test run."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="wires", daemon=True)
        self._thread.start()

    def wire(self, place: Place) -> Wire:
        return self.do(Wire.begun(place))

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def close(self) -> None:
        self.do(_end_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


async def _end_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class Wire:
    """One proxy: `port` is where to connect to, `place` where it leads. Every change holds at once, for open lines too."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.port = 0
        self.fate: Fate = "well"
        self.traps: list[Trap] = []
        self.passed = 0  # pieces that were passed on from whoever asks, over all connections
        self._cut_at = 0
        self._lines: set[_Line] = set()
        self._well = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def begun(cls, place: Place) -> Wire:
        wire = cls(place)
        wire._well.set()
        server = await asyncio.start_server(wire._serve, "127.0.0.1", 0)
        wire.port = int(server.sockets[0].getsockname()[1])
        return wire

    def set(self, fate: Fate) -> None:
        """From now on all goes well, is refused and cut, or hangs; answers drip, or break off in their middle."""
        self._now(lambda: self._set(fate))

    def cut_after(self, pieces: int) -> None:
        """Cut the connection on which the so-manyth piece from now would be passed on, once."""
        self._now(lambda: setattr(self, "_cut_at", self.passed + pieces))

    def cut(self) -> None:
        """Reset every open connection, once."""
        self._now(lambda: [line.cut() for line in tuple(self._lines)])

    def arm(self, trap: Trap) -> None:
        self._now(lambda: self.traps.append(trap))

    def disarm(self) -> None:
        self._now(self.traps.clear)

    def is_due(self) -> bool:
        """Whether the next piece is the one at which to cut; counts it."""
        self.passed += 1
        return self.passed == self._cut_at

    def _now(self, change: Callable[[], Any]) -> None:
        async def made() -> None:
            change()

        asyncio.run_coroutine_threadsafe(made(), self._loop).result(30)

    def _set(self, fate: Fate) -> None:
        self.fate = fate
        (self._well.clear if fate == "hang" else self._well.set)()
        if fate == "refuse":
            for line in tuple(self._lines):
                line.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = _Line(self, writer)
        self._lines.add(line)
        try:
            if self.fate == "refuse":
                line.cut()
                return
            await self._well.wait()
            await line.carry(reader)
        except (OSError, asyncio.IncompleteReadError):
            line.cut()
        finally:
            self._lines.discard(line)
            line.close()


class _Line:
    """One connection through a wire."""

    def __init__(self, wire: Wire, near: asyncio.StreamWriter) -> None:
        self.wire, self.near = wire, near
        self.far: asyncio.StreamWriter | None = None
        self.heard: dict[Trap, int] = {}  # how many of its words came already
        self.holding: Trap | None = None  # the answer to its last words is kept back
        self.tail = b""

    async def carry(self, asks: asyncio.StreamReader) -> None:
        place = self.wire.place
        opening = asyncio.open_unix_connection(place) if isinstance(place, str) else asyncio.open_connection(*place)
        answers, self.far = await opening
        ways = [asyncio.ensure_future(self._there(asks)), asyncio.ensure_future(self._back(answers))]
        _, left = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in left:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)

    async def _there(self, asks: asyncio.StreamReader) -> None:
        assert self.far is not None
        while data := await asks.read(PIECE):
            await self.wire._well.wait()
            if self.wire.is_due():
                self.cut()
                return
            trap = self._sprung(data)
            if trap is not None and not trap.answered:
                await self._spring(trap)
                return
            self.holding = trap or self.holding
            self.far.write(data)
            await self.far.drain()

    async def _back(self, answers: asyncio.StreamReader) -> None:
        while data := await answers.read(PIECE):
            await self.wire._well.wait()
            if self.holding is not None:
                await self._spring(self.holding)
                return
            if self.wire.fate == "break":
                self.near.write(data[: len(data) // 2])
                await self.near.drain()
                self.cut()
                return
            await self._pass(data)

    async def _pass(self, data: bytes) -> None:
        step = max(1, len(data) // 5) if self.wire.fate == "drip" else len(data)
        for start in range(0, len(data), step):
            self.near.write(data[start : start + step])
            await self.near.drain()
            if self.wire.fate == "drip":
                await asyncio.sleep(0.05)

    def _sprung(self, data: bytes) -> Trap | None:
        """The first trap whose last word has now come. Words may lie across two pieces."""
        seen = self.tail + data
        self.tail = seen[-80:]
        for trap in self.wire.traps:
            at, came = 0, self.heard.get(trap, 0)
            while came < len(trap.words) and (found := seen.find(trap.words[came], at)) >= 0:
                at, came = found + len(trap.words[came]), came + 1
            if came == len(trap.words):
                self.wire.traps.remove(trap)
                return trap
            self.heard[trap] = came
            self.tail = self.tail if at == 0 else seen[at:][-80:]
        return None

    async def _spring(self, trap: Trap) -> None:
        await asyncio.to_thread(trap.then)
        trap.sprung.set()
        self.cut()

    def cut(self) -> None:
        """With a reset, not with a goodbye."""
        for side in (self.near, self.far):
            if side is None:
                continue
            line = side.get_extra_info("socket")
            if line is not None and line.family != socket.AF_UNIX:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            side.transport.abort()

    def close(self) -> None:
        for side in (self.near, self.far):
            if side is not None:
                side.close()
