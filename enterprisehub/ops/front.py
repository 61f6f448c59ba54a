"""What happens to every request and socket before the product sees it? Probes, an id, a count, a line in the log."""

from __future__ import annotations

import asyncio
import gc
import hmac
import json
import re
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import structlog
from django.conf import settings
from django.urls import Resolver404, resolve
from structlog.contextvars import bound_contextvars

from enterprisehub.ops import bodies, metrics
from enterprisehub.ops.bodies import Message, Receive, Scope
from enterprisehub.ops.health import Readiness
from enterprisehub.ops.logs import request_id

Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Look = Callable[[], Awaitable[dict[str, Any]]]

log = structlog.get_logger("enterprisehub.requests")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
HUNG_UP = 499  # who asked was gone before the answer: nothing of ours broke (a figure that proxies made usual)
CLOSE_CODES = range(1000, 1016)  # a client may send any of 4,000: what it makes up is no label
USABLE_ID = re.compile(rb"[A-Za-z0-9-]{8,64}")
QUIET = ("static/", "healthz", "readyz", "metrics")
ROUTE = "ehub.route"  # set in the scope by an app that is no Django view: how its requests are counted; logged is what it refused


class Front:
    """Wraps the ASGI application. The probes answer here, since they must not wait behind a busy or stuck product."""

    def __init__(self, app: App, look: Look | None = None) -> None:
        """`look` measures anew what is only measured when somebody looks, and returns numbers by name for /readyz."""
        self.app = app
        self.look = look
        self.readiness = Readiness()
        self.probes = {"/healthz": self._live, "/readyz": self._ready, "/metrics": self._measured}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        with bound_contextvars(request_id=_request_id(scope)):
            if scope["type"] == "websocket":
                await self._socket(scope, receive, send)
            elif scope["path"] in self.probes and scope["method"] in ("GET", "HEAD"):
                await self.probes[scope["path"]](scope, send)
            else:
                await self._request(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status, whole = time.perf_counter(), 0, scope
        own = request_id().encode()

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", own)]
            await send(message)

        try:
            whole, heard = await bodies.put_together(scope, receive)
            await self.app(whole, heard, counted)
        except bodies.TooLarge:
            sentence = f"A body has at most {bodies.LARGEST} bytes."
            await _problem(counted, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", sentence)
        except Exception:
            status = status or 500
            raise
        finally:
            _note(whole, status or HUNG_UP, time.perf_counter() - started)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        code = "unaccepted"
        opened = False

        async def heard() -> Message:
            nonlocal code
            message = await receive()
            if message["type"] == "websocket.disconnect":
                given = message.get("code", 1005)
                code = str(given) if given in CLOSE_CODES else "other"
            return message

        async def told(message: Message) -> None:
            nonlocal code, opened
            if message["type"] == "websocket.accept":
                opened = True
                metrics.SOCKETS.inc()
            elif message["type"] == "websocket.close":
                code = str(message.get("code", 1000))
            await send(message)

        try:
            await self.app(scope, heard, told)
        finally:
            if opened:
                metrics.SOCKETS.dec()
            metrics.SOCKETS_CLOSED.labels(code).inc()

    async def _live(self, scope: Scope, send: Send) -> None:
        await _answer(send, 200, {"status": "ok"})

    async def _ready(self, scope: Scope, send: Send) -> None:
        found, figures = await asyncio.gather(self.readiness.report(), self._looked())
        fine = all(answer == "ok" for answer in found.values())
        told = {"status": "ok" if fine else "down", "dependencies": found, **figures}
        await _answer(send, 200 if fine else 503, told)

    async def _measured(self, scope: Scope, send: Send) -> None:
        given = dict(scope["headers"]).get(b"authorization", b"")
        wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
        if settings.METRICS_TOKEN and not hmac.compare_digest(given, wanted):
            await _answer(send, 401, {"status": "not allowed"})
            return
        await self._looked()
        await _send(send, 200, metrics.exposition(), metrics.CONTENT_TYPE)

    async def _looked(self) -> dict[str, Any]:
        return {"highlevel": await self.look()} if self.look else {}


def settle() -> None:
    """What was loaded at the start stays: keep the collector from walking it, and from pausing 1,000 sockets."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            settle()
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return


def _request_id(scope: Scope) -> str:
    """The id that a proxy in front gave this request, when it is a plausible one, else a new one."""
    given: bytes = dict(scope["headers"]).get(b"x-request-id", b"")
    return given.decode() if USABLE_ID.fullmatch(given) else str(uuid4())


def _route(path: str) -> str:
    """The pattern that `path` matches: the path itself may hold ids and one-time keys."""
    if path.startswith("/static/"):
        return "static/"
    try:
        return resolve(path).route or "/"
    except Resolver404:
        return "unknown"


def _note(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in METHODS else "other"
    route = scope.get(ROUTE) or _route(scope["path"])
    metrics.REQUESTS.labels(method, route, str(status)).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(seconds)
    if not route.startswith(QUIET) and not (ROUTE in scope and status < 400):
        log.info("answered", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


async def _problem(send: Send, status: HTTPStatus, code: str, detail: str) -> None:
    """An answer before Django's, in the shape of the API's own (RFC 9457); the connection ends with it."""
    told = {"type": f"urn:enterprisehub:problem:{code}", "title": status.phrase, "status": status.value, "code": code}
    body = json.dumps({**told, "detail": detail, "request_id": request_id(), "errors": []}).encode()
    await _send(send, status.value, body, "application/problem+json", (b"connection", b"close"))


async def _answer(send: Send, status: int, body: dict[str, Any]) -> None:
    await _send(send, status, json.dumps(body).encode(), "application/json")


async def _send(send: Send, status: int, body: bytes, content_type: str, *more: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    headers += [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
