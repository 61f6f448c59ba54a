"""How are events told? Signed, in an envelope, again when it failed, and with the mishaps that were chosen."""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections import deque

import httpx2

from enterprisehub.ghl.sandbox import retries
from enterprisehub.ghl.sandbox.clock import written
from enterprisehub.ghl.sandbox.index import Row
from enterprisehub.ghl.sandbox.keys import Signer
from enterprisehub.ghl.sandbox.options import Options
from enterprisehub.ghl.sandbox.world import App

KEPT = 20_000
_AT_ONCE = 64


class Post:
    """The events of this sandbox and what became of each."""

    def __init__(self, app: App, signer: Signer, options: Options) -> None:
        self.app, self.signer, self.options = app, signer, options
        self.log: deque[Row] = deque(maxlen=KEPT)
        self.dice = random.Random()
        self._tasks: set[asyncio.Task[None]] = set()
        self._before: dict[str, asyncio.Event] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._go = asyncio.Event()
        self._client: httpx2.AsyncClient | None = None

    def event(self, kind: str, location_id: str, fields: Row, subject: str) -> None:
        """Something to be told, as soon as the options let it."""
        fields = dict(fields)
        after = float(fields.pop("_after", 0.0))
        head = {"type": kind, "locationId": location_id, "versionId": self.app.version_id, "appId": self.app.app_id}
        identity = str(uuid.uuid4())
        body = {**head, **fields, "timestamp": written(time.time()), "webhookId": identity}
        row: Row = {
            "webhookId": identity, "type": kind, "locationId": location_id, "subject": subject, "at": body["timestamp"],
            "state": "waiting", "attempts": [], "body": body,
        }  # fmt: skip
        self.log.append(row)
        if not self.options.webhook_url:
            row["state"] = "nobody to tell"
        elif self.dice.random() < self.options.losses:
            row["state"] = "lost"
        else:
            self._start(row, after=after)
            if self.dice.random() < self.options.duplicates:
                self._start(row, after=after)

    def resend(self, identity: str) -> bool:
        """Tell it again, unchanged, as the dashboard's button does."""
        row = next((row for row in self.log if row["webhookId"] == identity), None)
        if row is not None:
            self._start(row, after=0.0)
        return row is not None

    @property
    def busy(self) -> int:
        """How many events are still on their way, or wait for their next try."""
        return len(self._tasks)

    def let_go(self) -> None:
        """Those that were held may go."""
        self._go.set()
        self._go = asyncio.Event()

    async def forget(self) -> None:
        """Stop whatever is on its way, and begin an empty log."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._before.clear()
        self.log.clear()

    async def close(self) -> None:
        await self.forget()
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _start(self, row: Row, *, after: float) -> None:
        key = row["subject"] or row["locationId"]
        # Whoever comes next waits for the first try only, not for all the tries of this one.
        before, first = self._before.get(key) if self.options.in_order else None, asyncio.Event()
        self._before[key] = first
        task = asyncio.get_running_loop().create_task(self._tell(row, after, before, first))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, row: Row, after: float, before: asyncio.Event | None, first: asyncio.Event) -> None:
        try:
            await asyncio.sleep(after + self.options.delay + self.dice.uniform(0, self.options.shuffle))
            if self.options.hold:
                row["state"] = "held"
                await self._go.wait()
            if before is not None and not self.options.shuffle:
                await before.wait()
            row["state"] = "waiting"
            await self._try(row, first)
        finally:
            first.set()

    async def _try(self, row: Row, first: asyncio.Event) -> None:
        policy, tried = self.options.retry, 0
        body = json.dumps(row["body"], ensure_ascii=False, separators=(",", ":")).encode()
        while True:
            status = await self._once(row, body)
            first.set()
            tried += 1
            if 200 <= status < 300:
                row["state"] = "delivered"
                return
            if not retries.again(policy, status, tried):
                row["state"] = "given up"
                return
            row["state"] = "to be tried again"
            await asyncio.sleep(retries.wait(policy, tried, dice=self.dice) / self.options.compress)

    async def _once(self, row: Row, body: bytes) -> int:
        began, status, trouble = time.monotonic(), 0, ""
        headers = {"content-type": "application/json", "user-agent": "axios/1.7.7", **self._signed(body)}
        if self._client is None:
            limits = httpx2.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
            self._client = httpx2.AsyncClient(limits=limits, trust_env=False)
        async with self._gate:
            try:
                answer = await self._client.post(
                    self.options.webhook_url, content=body, headers=headers, timeout=self.options.webhook_wait
                )
                status = answer.status_code
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                trouble = type(error).__name__
        took = round((time.monotonic() - began) * 1000, 1)
        row["attempts"].append({"at": written(time.time()), "status": status, "trouble": trouble, "ms": took})
        return status

    def _signed(self, body: bytes) -> dict[str, str]:
        match self.options.sign:
            case "none":
                return {}
            case "n/a":
                return {"x-ghl-signature": "N/A"}
            case "bad":
                return {"x-ghl-signature": self.signer.sign(body + b" ")}
        return {"x-ghl-signature": self.signer.sign(body)}
