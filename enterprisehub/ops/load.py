"""What do agents' screens see under load? A client of its own process: `python -m enterprisehub.ops.load`.

It reads a plan (one line of JSON) from its input, opens every socket, says so in one line, waits for `go`, sends each
message at its planned moment whether or not earlier ones were answered, and prints what came in one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

OPENING_AT_ONCE = 20
OPENING_WITHIN = 40.0  # seconds for one handshake on a machine that is busy with the others
HELLO = "connected"


@dataclass
class Seen:
    """What came back, over all sockets; moments are seconds since the start."""

    answered: dict[str, dict[str, Any]] = field(default_factory=dict)  # message id -> first event about it
    revised: dict[str, float] = field(default_factory=dict)  # card id -> moment of its first revision by Claude
    settled: Counter[str] = field(default_factory=Counter)  # why Claude left a card as it was
    errors: Counter[str] = field(default_factory=Counter)
    doubled: int = 0
    lost: int = 0
    resyncs: int = 0
    closes: Counter[str] = field(default_factory=Counter)


class Seat:
    """One agent's screen."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.seq = 0
        self.line: ClientConnection | None = None
        self.leaving = False

    async def open(self, url: str, ticket: str) -> None:
        self.line = await connect(
            f"{url}/ws/coaching/?ticket={ticket}",
            subprotocols=[Subprotocol("ehub.json.v1")],
            open_timeout=OPENING_WITHIN,
            ping_interval=None,
            compression=None,
            max_size=2**20,
        )
        hello = json.loads(await self.line.recv())
        self.seq = hello["payload"]["seq"]

    async def listen(self, start: float) -> None:
        if self.line is None:
            return
        try:
            while True:
                text = await self.line.recv()
                self._take(json.loads(text), time.perf_counter() - start)
        except ConnectionClosed as closed:
            if not self.leaving:
                self.seen.closes[str(closed.rcvd.code if closed.rcvd else 1006)] += 1

    def _take(self, event: dict[str, Any], moment: float) -> None:
        seq, payload, kind = event["seq"], event["payload"], event["type"]
        if seq is not None:
            if seq <= self.seq:
                self.seen.doubled += 1
                return
            self.seen.lost += seq - self.seq - 1
            self.seq = seq
        if kind == "error":
            self.seen.errors[payload["code"]] += 1
        elif kind == "resync":
            self.seen.resyncs += 1
        elif "message" in payload and kind != "objection.alert":
            self._answer(payload, moment)
        elif kind == "suggestion":
            self.seen.revised.setdefault(payload["card"]["id"], moment)
        elif payload.get("state") == "refinement_ended":
            self.seen.settled[payload.get("reason", "")] += 1

    def _answer(self, payload: dict[str, Any], moment: float) -> None:
        message, card = payload["message"]["client_id"], payload.get("card")
        if message in self.seen.answered:
            self.seen.doubled += 1
            return
        made = {"card": card["id"], "source": card["source"], "server_ms": card["local_ms"]} if card else {"card": None}
        self.seen.answered[message] = {"moment": moment, **made}


async def _open_all(seats: list[Seat], plan: dict[str, Any]) -> None:
    turn = asyncio.Semaphore(OPENING_AT_ONCE)

    async def one(seat: Seat, ticket: str) -> None:
        async with turn:
            try:
                await seat.open(plan["url"], ticket)
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError) as error:
                seat.seen.errors[f"open:{type(error).__name__}"] += 1
                seat.line = None

    await asyncio.gather(*(one(seat, ticket) for seat, ticket in zip(seats, plan["tickets"], strict=True)))


async def _send_all(seats: list[Seat], plan: dict[str, Any], start: float) -> dict[str, float]:
    """Open loop: each message leaves at its moment. Returns by how many milliseconds each left late."""
    late: dict[str, float] = {}
    sending: set[asyncio.Task[None]] = set()

    async def send(line: ClientConnection, message: dict[str, Any]) -> None:
        body = {"type": "hear", "id": message["id"], "lead": message["lead"], "text": message["text"]}
        try:
            await line.send(json.dumps(body))
        except ConnectionClosed:
            return  # its end is counted where it is listened to

    for message in plan["messages"]:
        wait = start + message["at"] - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        late[message["id"]] = (time.perf_counter() - start - message["at"]) * 1000
        line = seats[message["seat"]].line
        if line is not None:
            task = asyncio.create_task(send(line, message))
            sending.add(task)
            task.add_done_callback(sending.discard)
    return late


async def _run(plan: dict[str, Any]) -> None:
    seen = Seen()
    seats = [Seat(seen) for _ in plan["tickets"]]
    opening = time.perf_counter()
    await _open_all(seats, plan)
    opened = sum(seat.line is not None for seat in seats)
    print(json.dumps({"opened": opened, "seconds": round(time.perf_counter() - opening, 2)}), flush=True)
    await asyncio.to_thread(sys.stdin.readline)  # go
    start, used = time.perf_counter(), time.process_time()
    listening = [asyncio.create_task(seat.listen(start)) for seat in seats]
    late = await _send_all(seats, plan, start)
    sent = time.perf_counter()
    await _drain(seen, plan)
    busy = (time.process_time() - used) / max(0.001, time.perf_counter() - start)
    for seat in seats:
        seat.leaving = True
    await asyncio.gather(*(seat.line.close() for seat in seats if seat.line is not None), return_exceptions=True)
    await asyncio.gather(*listening)
    print(
        json.dumps({"late": late, "cpu": round(busy, 3), "sending_s": round(sent - start, 2), **_told(seen)}),
        flush=True,
    )


async def _drain(seen: Seen, plan: dict[str, Any]) -> None:
    """Wait until everything is answered and revised, at most the planned time."""
    end = time.perf_counter() + plan["drain"]
    while time.perf_counter() < end:
        cards = sum(one["card"] is not None for one in seen.answered.values())
        complete = len(seen.answered) >= len(plan["messages"]) and len(seen.revised) + seen.settled.total() >= cards
        if complete:
            await asyncio.sleep(0.5)  # doubles would still come
            return
        await asyncio.sleep(0.1)


def _told(seen: Seen) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, dict) else value for name, value in vars(seen).items()}


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
