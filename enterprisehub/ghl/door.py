"""How are HighLevel's webhooks answered? Verified, kept in Postgres, and only then 200; in front of Django, since it is many.

`POST /webhooks/ghl/` takes signed app events, `POST /webhooks/ghl/workflow/<token>/` what workflow actions send (the token
may be a header instead). HighLevel tries again when told 429, and under some of its rules only then: so whatever is our own
trouble is a 429 with Retry-After, never a 5xx.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import structlog
from django.conf import settings
from django.utils.timezone import now
from limits import RateLimitItem, RateLimitItemPerMinute

from enterprisehub.ghl import figures
from enterprisehub.ghl.commits import Arrival, Commits
from enterprisehub.ghl.lane import News
from enterprisehub.ghl.lines import StoreDown
from enterprisehub.ghl.models import Source, State
from enterprisehub.ghl.schemas import Told, fingerprint, read, read_workflow, workflow_id
from enterprisehub.ghl.signature import BadSignature, Keys
from enterprisehub.ghl.workflows import Opened, Secrets
from enterprisehub.ops.bodies import Message, Receive, Scope
from enterprisehub.ops.front import ROUTE
from enterprisehub.tenants import pacing
from enterprisehub.tenants.models import new_id

log = structlog.get_logger(__name__)
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIX: Final = "/webhooks/ghl"
LARGEST: Final = 1_000_000  # bytes of a body
READ_WITHIN: Final = 5.0  # seconds until a body must be here
COME_AGAIN: Final = 5  # seconds
PER_MINUTE: Final = 600  # what one workflow secret may send
WINDOW: Final = 600  # seconds in which the same words of the same workflow are one event; as in commits.py


@dataclass(frozen=True)
class Answer:
    status: int
    code: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


KEPT, KNOWN, UNMAPPED = Answer(200, "kept"), Answer(200, "known"), Answer(200, "unmapped")
BUSY = Answer(429, "come_again", ((b"retry-after", str(COME_AGAIN).encode()),))
TOO_MANY = Answer(429, "too_many", ((b"retry-after", b"60"),))
TOO_LARGE = Answer(413, "too_large", ((b"connection", b"close"),))
TOO_SLOW = Answer(408, "too_slow", ((b"connection", b"close"),))
UNSIGNED = Answer(401, "not_signed")
NO_SECRET = Answer(401, "unknown_token")
AHEAD = Answer(400, "from_the_future")
ELSEWHERE = Answer(403, "other_location")
NOWHERE = Answer(404, "not_found")
POST_ONLY = Answer(405, "post_only", ((b"allow", b"POST"),))


class Gone(Exception):
    """The sender hung up before the end of its body."""


class Door:
    """Wraps the product: answers what comes for HighLevel's doors, and passes everything else on."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._news = News()
        self._commits = Commits(self._news.take)
        self._rate: RateLimitItem = RateLimitItemPerMinute(PER_MINUTE, namespace="workflow")

    @cached_property
    def _secrets(self) -> Secrets:
        return Secrets()

    @cached_property
    def _keys(self) -> Keys:
        return Keys.of(settings.GHL_WEBHOOK_PUBLIC_KEYS, settings.GHL_LEGACY_PUBLIC_KEYS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        door, token = _which(scope["path"])
        scope[ROUTE] = f"webhooks/ghl/{door}"
        try:
            answer = await self._answer(door, token, scope, receive)
        except Gone:
            return
        except StoreDown as down:
            log.warning("webhook_put_off", reason=str(down))
            answer = BUSY
        except Exception as error:  # ours to repair; the sender keeps the event for us meanwhile
            log.error("webhook_failed", error=type(error).__name__, exc_info=error)
            answer = BUSY
        figures.WEBHOOKS.labels(door or "app", answer.code).inc()
        await _tell(send, answer)

    async def _answer(self, door: str, token: str, scope: Scope, receive: Receive) -> Answer:
        if door == "nowhere":
            return NOWHERE
        if scope["method"] != "POST":
            return POST_ONLY
        try:
            async with asyncio.timeout(READ_WITHIN):
                body = await _body(scope, receive)
        except TimeoutError:
            return TOO_SLOW
        if body is None:
            return TOO_LARGE
        if door == "app":
            return await self._app_event(body, scope)
        return await self._workflow(body, token or _token(scope))

    async def _app_event(self, body: bytes, scope: Scope) -> Answer:
        try:
            self._keys.check(body, scope["headers"])
        except BadSignature as bad:
            figures.BAD_SIGNATURES.labels(bad.reason).inc()  # its line in the log is the front's, as for all refusals
            return UNSIGNED
        told, moment = read(body), now()
        if told.is_ahead_of(moment):
            return AHEAD
        trouble = told.trouble or ("" if _is_ours(told.app_id) else "other_app")
        arrival = Arrival(
            id=new_id(),
            tenant=None,
            source=Source.APP,
            external_id=told.external_id,
            former_id="",
            type=told.type,
            subject=told.subject,
            location_id=told.location_id,
            company_id=told.company_id,
            occurred_at=min(told.occurred_at or moment, moment),
            received_at=moment,
            body=body,
            state=State.IGNORED if trouble else State.WAITING,
            reason=trouble,
        )
        return await self._keep(arrival)

    async def _workflow(self, body: bytes, token: str) -> Answer:
        opened = await self._secrets.find(token) if token else None
        if opened is None:
            figures.BAD_SIGNATURES.labels("token").inc()
            return NO_SECRET
        allowed, _, _ = await asyncio.to_thread(pacing.count, (self._rate, str(opened.secret)))
        if not allowed:
            return TOO_MANY
        told = read_workflow(body)
        if told.location_id and told.location_id != opened.location_id:
            # A workflow that was copied into another location, with our address in it: those people are not this tenant's.
            return ELSEWHERE
        return await self._keep(_from_workflow(told, body, opened))

    async def _keep(self, arrival: Arrival) -> Answer:
        kept = await self._commits.keep(arrival)
        if not kept.new:
            return KNOWN
        return KEPT if kept.tenant else UNMAPPED

    async def close(self) -> None:
        """For whoever has made a door for a while; the product's own lives as long as its process."""
        await self._commits.close()
        await self._secrets.close()
        await asyncio.to_thread(self._news.close)


def _from_workflow(told: Told, body: bytes, opened: Opened) -> Arrival:
    """Workflow actions have neither id nor time: the same words again within a window are the same event."""
    moment = now()
    window = int(moment.timestamp()) // WINDOW
    same = fingerprint(opened.tenant.bytes, told.subject.encode(), workflow_id(told).encode(), body)
    return Arrival(
        id=new_id(),
        tenant=opened.tenant,
        source=Source.WORKFLOW,
        external_id=f"{same}:{window}",
        former_id=f"{same}:{window - 1}",
        type=told.type,
        subject=told.subject,
        location_id=told.location_id,
        company_id="",
        occurred_at=moment,
        received_at=moment,
        body=body,
        state=State.IGNORED if told.trouble else State.WAITING,
        reason=told.trouble,
    )


def _is_ours(app_id: str) -> bool:
    """The keys are the same for every app; ours is what stands before the first hyphen of the client id."""
    return not app_id or not settings.GHL_CLIENT_ID or app_id == settings.GHL_CLIENT_ID.partition("-")[0]


def _which(path: str) -> tuple[str, str]:
    """The door ("app", "workflow", "nowhere") and the token in the path."""
    rest = path[len(PREFIX) :].strip("/").split("/")
    if rest == [""]:
        return "app", ""
    if rest[0] == "workflow" and len(rest) <= 2:
        return "workflow", rest[1] if len(rest) == 2 else ""
    return "nowhere", ""


def _token(scope: Scope) -> str:
    """The secret in a header: only where the action can send one."""
    headers = dict(scope["headers"])
    kind, _, bearer = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    own: str = headers.get(b"x-enterprisehub-secret", b"").decode("latin-1")
    return own.strip() or (bearer.strip() if kind.lower() == "bearer" else "")


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body, None when it is too large. Raises Gone."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if not length.isdigit() or int(length) > LARGEST:
        return None
    pieces: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > LARGEST:
            return None
        more = message.get("more_body", False)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def _tell(send: Send, answer: Answer) -> None:
    body = json.dumps({"status": answer.code}).encode()
    headers: list[Any] = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
