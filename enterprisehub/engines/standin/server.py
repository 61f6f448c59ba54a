"""How does the stand-in serve? Plain HTTP/1.1 with server-sent events, and every fault on demand."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from enterprisehub.engines.standin import batches, line, replies
from enterprisehub.engines.standin.faults import STATUSES, WRITTEN, Faults, check
from enterprisehub.engines.standin.line import ClientLeft, Line, Request
from enterprisehub.engines.standin.refusals import MODELS, refused
from enterprisehub.engines.standin.writing import write

LATE_SECONDS = 8.0
KEPT = 1000  # requests in the log


@dataclass(frozen=True)
class Trouble:
    """An error as the API would tell it; without a type it is a proxy's page."""

    status: int
    type: str
    message: str
    code: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Pace:
    """How fast it writes: milliseconds to the first word, then tokens per second."""

    first_text_ms: float = 400.0
    tokens_per_second: float = 160.0


@dataclass
class StandIn:
    """One server: its pace, its faults, and the log of what it was asked (`GET /__requests`)."""

    pace: Pace = field(default_factory=Pace)
    faults: Faults = field(default_factory=Faults)
    requests: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    open: int = 0
    batches: dict[str, batches.Batch] = field(default_factory=dict)
    _known_prefixes: dict[str, float] = field(default_factory=dict)
    _lines: set[asyncio.Task[None]] = field(default_factory=set)

    async def listen(self, host: str = "127.0.0.1", port: int = 0) -> asyncio.Server:
        """Begin to serve; the caller closes the server."""
        return await asyncio.start_server(self._talk, host, port, limit=2**25)

    async def hang_up(self) -> None:
        """Cut every open connection."""
        for task in list(self._lines):
            task.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (task := asyncio.current_task()) is not None:
            self._lines.add(task)
        self.open += 1
        talk = Line(reader, writer)
        try:
            with suppress(ClientLeft, ConnectionError, asyncio.CancelledError):
                while (request := await talk.request()) and await self._answer(talk, request):
                    pass
        finally:
            self.open -= 1
            if task is not None:
                self._lines.discard(task)
            talk.cut()

    async def _answer(self, talk: Line, request: Request) -> bool:
        """Answer one request; False ends the connection."""
        if request.path.startswith("/__"):
            return await self._about_itself(talk, request)
        if request.method == "GET" and request.path.startswith("/v1/models"):
            return await self._models(talk, request)
        if request.path.startswith(batches.PATH):
            return await self._batch(talk, request)
        if (request.method, request.path) != ("POST", "/v1/messages"):
            return await self._refuse(talk, Trouble(404, "not_found_error", request.path))
        record: dict[str, Any] = {"headers": request.headers, "body": request.json, "fault": "", "ended": "client_left"}
        self.requests.append(record)
        complaint = refused(request.headers, request.json)
        if complaint:
            record["ended"] = f"refused: {complaint.message}"
            return await self._refuse(talk, Trouble(complaint.status, complaint.type, complaint.message))
        record["fault"] = fault = self.faults.next()
        stays = await self._play(talk, request, fault)
        record["ended"] = fault or "complete"
        return stays

    async def _play(self, talk: Line, request: Request, fault: str) -> bool:
        if fault in STATUSES:
            wrong = STATUSES[fault]
            return await self._refuse(
                talk, Trouble(wrong.status, wrong.type, "as asked for", wrong.code, dict(wrong.headers))
            )
        if fault in ("hang", "reset", "garbage", "garbage_json", "hang_after_headers"):
            return await line.misbehave(talk, fault)
        value = write(request.json)
        text = WRITTEN[fault](value) if fault in WRITTEN else value if isinstance(value, str) else json.dumps(value)
        usage = self._usage(request.json, text)
        if not request.json.get("stream"):
            await asyncio.sleep(self.pace.first_text_ms / 1000 + usage["output_tokens"] / self.pace.tokens_per_second)
            await talk.json(200, replies.message(request.json, text, usage, fault), _headers())
            return True
        await talk.begin(200, {"content-type": "text/event-stream; charset=utf-8", **_headers()})
        async for event in self._events(talk, request.json, text=text, usage=usage, fault=fault):
            await talk.chunk(event)
        if fault == "disconnect":
            await asyncio.sleep(0.05)  # let what was said arrive first
            return False
        await talk.end()
        return True

    async def _events(
        self, talk: Line, body: dict[str, Any], *, text: str, usage: dict[str, Any], fault: str
    ) -> AsyncIterator[bytes]:
        yield replies.start(body, usage)
        yield replies.event("ping", {"type": "ping"})
        first = LATE_SECONDS if fault == "late" else self.pace.first_text_ms / 1000
        if fault == "hang_pinging":
            async for ping in line.pings_for_ever(talk):
                yield ping
        await talk.pause(first)
        if fault == "garbage_events":
            yield b"event: content_block_delta\ndata: <html>not json</html>\n\n"
            return
        yield replies.block_start()
        half = fault in replies.HALF
        shown = "" if fault == "refusal_empty" else text[: max(len(text) // 2, 1)] if half else text
        async for delta in self._deltas(talk, shown):
            yield delta
        if fault in ("stall", "stall_pinging"):
            async for ping in line.pings_for_ever(talk, silent=fault == "stall"):
                yield ping
        for event in replies.ending(shown, usage, fault):
            yield event
        if fault == "stop_and_hold":
            async for _ in line.pings_for_ever(talk, silent=True):
                pass

    async def _deltas(self, talk: Line, text: str) -> AsyncIterator[bytes]:
        """The text in pieces of a few tokens, at the pace; very long texts in few large pieces."""
        size = max(24, len(text) // 400)
        began, sent = time.monotonic(), 0
        for start in range(0, len(text), size):
            piece = text[start : start + size]
            yield replies.delta(piece)
            sent += len(piece)
            ahead = sent / 2.5 / self.pace.tokens_per_second - (time.monotonic() - began)
            if len(text) < 20_000 and ahead > 0.02:
                await talk.pause(ahead)

    def _usage(self, body: dict[str, Any], text: str) -> dict[str, Any]:
        """Token counts as the API reports them, with a prompt cache that remembers prefixes for their time to live."""
        prefix, rest = replies.tokens(body)
        now = time.monotonic()
        stamp = hashlib.sha256(json.dumps(replies.prefix_of(body), sort_keys=True).encode()).hexdigest()
        warm = self._known_prefixes.get(stamp, 0.0) > now
        cacheable = prefix >= replies.LEAST_CACHEABLE
        if cacheable:
            self._known_prefixes[stamp] = now + 3600
        return replies.usage(prefix if cacheable else 0, rest + (0 if cacheable else prefix), text, warm=warm)

    async def _batch(self, talk: Line, request: Request) -> bool:
        """Hand in, look at, and fetch; the faults that are queued meet its questions one by one."""
        record = {"headers": request.headers, "body": request.json, "fault": "", "ended": "batch"}
        self.requests.append(record)
        if request.method == "POST" and self.faults.queued and self.faults.queued[0] in STATUSES:
            wrong = STATUSES[self.faults.next()]
            return await self._refuse(talk, Trouble(wrong.status, wrong.type, "as asked for", wrong.code))
        base = f"http://{request.headers.get('host', '')}"
        found = batches.answer(self.batches, request, faults=self.faults, usage=self._usage, base=base)
        if isinstance(found, bytes):
            await talk.send(200, found, {"content-type": "application/x-jsonl", **_headers()})
        elif isinstance(found, dict):
            await talk.json(200, found, _headers())
        else:
            return await self._refuse(talk, Trouble(*found))
        return True

    async def _models(self, talk: Line, request: Request) -> bool:
        wanted = request.path.removeprefix("/v1/models").strip("/")
        if wanted and wanted not in MODELS:
            return await self._refuse(talk, Trouble(404, "not_found_error", f"model: {wanted[:80]}"))
        rows = [
            {"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"} for name in MODELS
        ]
        page = {"data": rows, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]}
        await talk.json(200, next(row for row in rows if row["id"] == wanted) if wanted else page, _headers())
        return True

    async def _refuse(self, talk: Line, trouble: Trouble) -> bool:
        if not trouble.type:
            await talk.send(trouble.status, b"<html><h1>Bad gateway</h1></html>", {"content-type": "text/html"})
            return True
        details = {"details": {"error_code": trouble.code}} if trouble.code else {}
        identity = _headers()
        error = {"type": trouble.type, "message": trouble.message, **details}
        body = {"type": "error", "error": error, "request_id": identity["request-id"]}
        await talk.json(trouble.status, body, {**identity, **trouble.headers})
        return True

    async def _about_itself(self, talk: Line, request: Request) -> bool:
        """The doors for tests and drills: /__requests (GET, DELETE) and /__faults (GET, POST {always, next})."""
        if request.path == "/__requests":
            if request.method == "DELETE":
                self.requests.clear()
            await talk.json(200, {"requests": list(self.requests), "open": self.open}, {})
            return True
        if request.path == "/__faults":
            try:
                if request.method == "POST":
                    self.faults.queued = deque(check(name) for name in request.json.get("next", ()))
                    self.faults.always = check(request.json.get("always", ""))
                elif request.method == "DELETE":
                    self.faults = Faults()
            except ValueError as error:
                return await self._refuse(talk, Trouble(400, "invalid_request_error", str(error)))
            await talk.json(200, {"always": self.faults.always, "next": list(self.faults.queued)}, {})
            return True
        return await self._refuse(talk, Trouble(404, "not_found_error", request.path))


def _headers() -> dict[str, str]:
    stamp = hashlib.sha256(str(time.perf_counter_ns()).encode()).hexdigest()[:22]
    return {"request-id": f"req_standin_{stamp}", "anthropic-organization-id": "stand-in", "x-stand-in": "1"}
