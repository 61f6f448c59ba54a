"""Who asked what, and what was answered? Without a secret in clear."""

from __future__ import annotations

import hashlib
from collections import deque
from typing import Any

from enterprisehub.ghl.sandbox.wire import Request

KEPT = 20_000
_SECRET = frozenset({"client_secret", "code", "refresh_token", "access_token", "authorization"})


def fingerprint(secret: str) -> str:
    """Enough to see whether two are the same."""
    return f"sha256:{hashlib.sha256(secret.encode()).hexdigest()[:12]}" if secret else ""


class Journal:
    """The newest requests, each with a number."""

    def __init__(self) -> None:
        self.rows: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._number = 0

    def add(self, request: Request, *, at: str) -> dict[str, Any]:
        """Begin a row; the status and the location are filled in when they are known."""
        self._number += 1
        form = "form" in request.headers.get("content-type", "")
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        row = {
            "number": self._number, "at": at, "method": request.method, "path": request.path,
            "query": dict(request.query), "version": request.headers.get("version", ""), "token": fingerprint(bearer),
            "body": _clean(request.form if form else request.json), "status": 0, "location": "", "fault": "",
        }  # fmt: skip
        self.rows.append(row)
        return row


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: fingerprint(str(one)) if key in _SECRET else _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list) else value
