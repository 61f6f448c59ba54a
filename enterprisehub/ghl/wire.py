"""How does one request reach HighLevel and come back as a mapping? One pool per process; nothing is followed elsewhere."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx2
from django.conf import settings

from enterprisehub.ghl.refusals import ServerFault, Unanswered, Unreachable, refusal

TIMEOUT = httpx2.Timeout(15.0, connect=5.0, pool=5.0)
DEADLINE = 25.0  # seconds for the whole answer, however slowly it drips
MOST_BYTES = 8_000_000
# Nothing was sent yet when these are raised.
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


@dataclass(frozen=True)
class Answer:
    """A success: the JSON object, and the headers that tell of the limits (lower case)."""

    body: dict[str, Any]
    headers: Mapping[str, str]
    status: int


def ask(
    method: str, path: str, *, headers: Mapping[str, str], query: Mapping[str, str] | None = None, **content: Any
) -> Answer:
    """The answer to one request; `content` is json=… or data=…. Raises one of ghl/refusals.py, with headers in `.heard`."""
    address = settings.GHL_API_BASE.rstrip("/") + path
    request = _http(os.getpid()).build_request(method, address, params=query or None, headers=dict(headers), **content)
    try:
        response = _http(os.getpid()).send(request, stream=True)
        raw = _read(response)
    except NOT_SENT as error:
        raise Unreachable from error
    except (httpx2.TransportError, httpx2.DecodingError) as error:
        raise Unanswered from error
    heard = {name.lower(): value for name, value in response.headers.items()}
    body = _object(raw)
    if 200 <= response.status_code < 300 and body is not None:
        return Answer(body, heard, response.status_code)
    fine = 200 <= response.status_code < 300
    refused = ServerFault(status=response.status_code) if fine else refusal(response.status_code, body, heard)
    refused.heard = heard
    raise refused


def _read(response: httpx2.Response) -> bytes:
    """The whole body, unless it is too large or takes too long."""
    until = time.monotonic() + DEADLINE
    parts, size = [], 0
    try:
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES or time.monotonic() > until:
                raise Unanswered(status=response.status_code)
    finally:
        response.close()
    return b"".join(parts)


def _object(raw: bytes) -> dict[str, Any] | None:
    """The JSON object in it; an empty answer is an empty one; None for anything else."""
    if not raw.strip():
        return {}
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


@lru_cache(maxsize=1)
def _http(process: int) -> httpx2.Client:
    """This process's pool: a fork has another number, so it never speaks over its parent's connections."""
    return httpx2.Client(
        timeout=TIMEOUT,
        follow_redirects=False,  # a token never travels to another host
        limits=httpx2.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=4.0),
        headers={"User-Agent": "EnterpriseHub"},
    )
