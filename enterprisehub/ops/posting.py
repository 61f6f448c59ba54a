"""How fast are posts answered? A client of its own process: `python -m enterprisehub.ops.posting`.

It reads a plan (one line of JSON), opens its connections and the sockets of the screens to watch, says so in one line, waits
for `go`, sends each post at its planned moment whether or not earlier ones were answered, and prints what came in one line.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
MARK = re.compile(r"bench-[0-9a-f]{10}-m\d+")
ANSWER_WITHIN = 30.0  # seconds
AGAIN_AFTER = 0.5  # seconds, when the server was not there or said 429; as a sender does that tries again


class Wire(asyncio.Protocol):
    """One connection that carries one request after the other; as little work as can be."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._heard = b""
        self._answer: asyncio.Future[int] | None = None
        self.open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self.open = transport, True  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, found, rest = self._heard.partition(b"\r\n\r\n")
        if not found or self._answer is None or self._answer.done():
            return
        length = LENGTH.search(head)
        if len(rest) >= int(length[1] if length else 0):
            self._heard = b""
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(0)

    async def ask(self, request: bytes) -> int:
        """The status of the answer, 0 when there was none."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport is None:
            return 0
        self._transport.write(request)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return await self._answer
        except TimeoutError:
            self._transport.abort()
            return 0


@dataclass
class Seen:
    """What came back; moments are seconds since the start."""

    acks: dict[str, float] = field(default_factory=dict)  # post id -> moment of its 200
    late: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    cards: dict[str, float] = field(default_factory=dict)  # post id -> moment of its card
    slowest_refusal: float = 0.0


class Sender:
    def __init__(self, plan: dict[str, Any], seen: Seen) -> None:
        self.host, self.port = plan["host"], plan["port"]
        self.persistent = plan.get("persistent", False)
        self.most = plan["connections"]
        self.seen = seen
        self._idle: deque[Wire] = deque()
        self._turn = asyncio.Semaphore(self.most)

    async def _wire(self) -> Wire | None:
        while self._idle:
            wire = self._idle.pop()
            if wire.open:
                return wire
        try:
            _, wire = await asyncio.get_running_loop().create_connection(Wire, self.host, self.port)
        except OSError:
            return None
        return wire

    async def warm(self) -> None:
        wires = await asyncio.gather(*(self._wire() for _ in range(self.most)))
        self._idle.extend(wire for wire in wires if wire is not None)

    async def post(self, name: str, request: bytes, start: float) -> None:
        """Once; when persistent until it is taken, as HighLevel does with what was refused or not answered."""
        while True:
            async with self._turn:
                status = await self._once(request)
            self.seen.statuses[str(status)] += 1
            if status == 200:
                self.seen.acks.setdefault(name, time.perf_counter() - start)
            if status == 200 or not self.persistent or status not in (0, 429):
                return
            await asyncio.sleep(AGAIN_AFTER)

    async def _once(self, request: bytes) -> int:
        wire = await self._wire()
        if wire is None:
            return 0
        began = time.perf_counter()
        status = await wire.ask(request)
        if status != 200:
            self.seen.slowest_refusal = max(self.seen.slowest_refusal, time.perf_counter() - began)
        if wire.open:
            self._idle.append(wire)
        return status


def request_of(plan: dict[str, Any], post: dict[str, Any]) -> bytes:
    body = base64.b64decode(post["body"])
    head = [f"POST {post['path']} HTTP/1.1", f"host: {plan['host']}:{plan['port']}", f"content-length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in post["headers"].items()]
    return "\r\n".join([*head, "content-type: application/json", "", ""]).encode() + body


async def _watch(url: str, opened: asyncio.Event, seen: Seen, clock: dict[str, float]) -> None:
    """One screen: when does the card of which post come? The posts' ids stand in what was said."""
    own = [Subprotocol("ehub.json.v1")]
    try:
        async with connect(url, subprotocols=own, open_timeout=40, ping_interval=None, compression=None) as line:
            await line.recv()
            opened.set()
            while True:
                text = str(await line.recv())
                event = json.loads(text)
                if event["type"] == "suggestion" and event["payload"].get("message"):
                    for name in MARK.findall(text):
                        seen.cards.setdefault(name, time.perf_counter() - clock.get("start", 0.0))
    except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError) as error:
        seen.statuses[f"screen:{type(error).__name__}"] += 1
    finally:
        opened.set()


async def _run(plan: dict[str, Any]) -> None:
    seen, clock = Seen(), {}  # type: Seen, dict[str, float]
    sender = Sender(plan, seen)
    requests = [(post["id"], post["at"], request_of(plan, post)) for post in plan["posts"]]
    ready = [asyncio.Event() for _ in plan["tickets"]]
    screens = [
        asyncio.create_task(_watch(f"{plan['socket']}/ws/coaching/?ticket={ticket}", opened, seen, clock))
        for ticket, opened in zip(plan["tickets"], ready, strict=True)
    ]
    await asyncio.gather(*(opened.wait() for opened in ready))
    await sender.warm()
    print(json.dumps({"opened": len(sender._idle), "screens": len(screens)}), flush=True)
    await asyncio.to_thread(sys.stdin.readline)  # go
    start, used = time.perf_counter(), time.process_time()
    clock["start"] = start
    sending = set()
    for name, at, request in requests:
        wait = start + at - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        seen.late.append((time.perf_counter() - start - at) * 1000)
        sending.add(asyncio.create_task(sender.post(name, request, start)))
    sent = time.perf_counter() - start
    await asyncio.gather(*sending)
    lasted = time.perf_counter() - start
    cpu = time.process_time() - used
    await asyncio.sleep(plan.get("drain", 0.0))
    for screen in screens:
        screen.cancel()
    told = {name: dict(value) if isinstance(value, dict) else value for name, value in vars(seen).items()}
    print(
        json.dumps({**told, "cpu_s": round(cpu, 3), "sending_s": round(sent, 3), "lasted_s": round(lasted, 3)}),
        flush=True,
    )


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    try:
        import uvloop  # comes with uvicorn[standard]; the client should cost as little as it can
    except ImportError:
        asyncio.run(_run(plan))
    else:
        uvloop.run(_run(plan))


if __name__ == "__main__":
    main()
