"""Who plays HighLevel's sending side in the tests? A key of its own, bodies like the real ones, and an ASGI client."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY = Ed25519PrivateKey.generate()
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
TABLE = "tests.ghl.effects.table"
_number = count(1)


def body(kind: str = "ContactCreate", location: str = "loc-oakwood", **more: Any) -> dict[str, Any]:
    """An event as HighLevel sends it: flat, with its envelope."""
    own = {"contactId": f"contact-{next(_number)}"}
    if kind.startswith("Contact"):
        own = {"id": own["contactId"]}
    envelope = {"type": kind, "locationId": location, "timestamp": now(), "webhookId": str(uuid4())}
    return {**envelope, **own, **more}


def now(seconds: float = 0) -> str:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def packed(event: Mapping[str, Any] | bytes) -> bytes:
    return event if isinstance(event, bytes) else json.dumps(event, separators=(",", ":")).encode()


def signed(raw: bytes, key: Ed25519PrivateKey = KEY) -> dict[str, str]:
    return {"x-ghl-signature": base64.b64encode(key.sign(raw)).decode(), "content-type": "application/json"}


class Sender:
    """Talks with an ASGI application as a server would, without one."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def post(
        self,
        event: Mapping[str, Any] | bytes,
        *,
        path: str = "/webhooks/ghl/",
        headers: Mapping[str, str] | list[tuple[str, str]] | None = None,
        method: str = "POST",
    ) -> tuple[int, str, dict[str, str]]:
        """Status, code and headers of the answer; signed unless headers are given."""
        raw = packed(event)
        given = signed(raw) if headers is None else headers
        pairs = [(k.encode(), v.encode()) for k, v in (given.items() if isinstance(given, Mapping) else given)]
        pairs.append((b"content-length", str(len(raw)).encode()))
        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": pairs}
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": raw}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], json.loads(sent[1]["body"])["status"], names
