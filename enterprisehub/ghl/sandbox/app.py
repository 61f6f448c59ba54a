"""How does a request go through the sandbox: noted, spoilt when a fault is due, let in, answered?"""

from __future__ import annotations

import asyncio
from typing import Any

from enterprisehub.ghl.sandbox import (
    calendars,
    contacts,
    control,
    locations,
    messages,
    notes,
    oauth,
    opportunities,
    pages,
    refusals,
)
from enterprisehub.ghl.sandbox.faults import Fault
from enterprisehub.ghl.sandbox.house import House
from enterprisehub.ghl.sandbox.routes import Call, Match, Routes, reply
from enterprisehub.ghl.sandbox.wire import Receive, Reply, Request, Scope, Send, cut, read, write

ROUTES = Routes(
    (
        *contacts.ROUTES,
        *notes.ROUTES,
        *messages.ROUTES,
        *opportunities.ROUTES,
        *calendars.ROUTES,
        *locations.ROUTES,
        *oauth.ROUTES,
    )
)
_WEB_PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


class Sandbox:
    """The ASGI application."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        request = await read(scope, receive)
        if request.path.startswith("/_sandbox/") or request.path in ("/", "/favicon.ico"):
            page = pages.find(request)
            await write(send, page if page is not None else await control.answer(self.house, request))
            return
        await self._play(request, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.house.post.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _play(self, request: Request, send: Send) -> None:
        """One request of the API, with the fault that is due."""
        row = self.house.journal.add(request, at=self.house.world.clock.text())
        fault = self.house.faults.next(request.method, request.path)
        row["fault"] = fault.kind if fault else ""
        if fault is None:
            await write(send, self._done(request, row))
            return
        if fault.kind in ("status", "cut", "garbage", "delay"):
            await _before(fault, send)
        if fault.kind not in ("cut", "status", "garbage"):
            good = self._done(request, row)
            await _spoil(fault, good, send)
            return
        if fault.kind != "cut":
            spoilt = _instead(fault)
            row["status"] = spoilt.status
            await write(send, spoilt)

    def _done(self, request: Request, row: dict[str, Any]) -> Reply:
        done = self.answer(request, row)
        row["status"] = done.status
        return done

    def answer(self, request: Request, row: dict[str, Any]) -> Reply:
        """What the API says, with its trace id and its rate headers."""
        found = ROUTES.match(request.method, request.path)
        headers: dict[str, str] = {}
        try:
            if found is None:
                raise refusals.no_route(request.method, request.path)
            done = self._let_in(request, found, row, headers)
        except refusals.Refused as refusal:
            done = refusal.reply()
        value = done.value
        if isinstance(value, dict) and done.raw is None:
            value = {**value, "traceId": f"sandbox {row['number']:08d} {request.method.lower()}"}
        return Reply(done.status, value, {**headers, **done.headers}, done.raw, done.kind)

    def _let_in(self, request: Request, found: Match, row: dict[str, Any], headers: dict[str, str]) -> Reply:
        route, gate, options = found.route, self.house.gate, self.house.options
        call = Call(self.house.world, request, found.args)
        if route.versioned:
            gate.version(request.headers, request.path)
        if route.opens != "nobody":
            call.token = gate.token(request.headers)
            row["location"] = call.token.location_id
            pace = gate.pace(call.token)
            let_in = pace.ask(options)
            headers.update(pace.headers(options))
            if not let_in:
                raise refusals.too_many()
            gate.check(call, route)
        return reply(route.play(call), status=route.status)


async def _before(fault: Fault, send: Send) -> None:
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
    if fault.kind == "cut":
        await cut(send)


def _instead(fault: Fault) -> Reply:
    """What is answered when nothing is done."""
    if fault.kind == "garbage":
        return Reply(200, raw=_WEB_PAGE, kind="text/html")
    return refusals.Refused(fault.status, fault.message or f"Sandbox fault {fault.status}").reply()


async def _spoil(fault: Fault, good: Reply, send: Send) -> None:
    """What was done is answered badly."""
    match fault.kind:
        case "done_cut":
            await cut(send)
        case "done_status":
            await write(send, refusals.Refused(fault.status, fault.message or f"Sandbox fault {fault.status}").reply())
        case "garbage_json":
            await write(send, Reply(200, raw=good.body[: len(good.body) // 2]))
        case "empty":
            await write(send, Reply(good.status, raw=b"", headers=good.headers))
        case "slow" | "half":
            await _drip(fault, good, send)
        case _:
            await write(send, good)


async def _drip(fault: Fault, good: Reply, send: Send) -> None:
    """The body in ten pieces; half of them, and then the line is cut, when that is the fault."""
    body = good.body
    head = [(b"content-type", good.kind.encode()), (b"content-length", str(len(body)).encode())]
    head += [(name.encode(), value.encode()) for name, value in good.headers.items()]
    await send({"type": "http.response.start", "status": good.status, "headers": head})
    size = len(body) // 10 + 1
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    for piece in pieces if fault.kind == "slow" else pieces[: len(pieces) // 2]:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(fault.seconds / 10)
    if fault.kind == "half":
        await cut(send)
        return
    await send({"type": "http.response.body", "body": b""})
