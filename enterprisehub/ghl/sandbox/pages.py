"""What does a person see at the sandbox's address? A small page of its own, whose files lie beside this one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from enterprisehub.ghl.sandbox.wire import Reply, Request

_FOLDER = Path(__file__).parent / "page"
_FILES: Final = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/_sandbox/page.css": ("page.css", "text/css; charset=utf-8"),
    "/_sandbox/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/favicon.ico": ("mark.svg", "image/svg+xml"),
}
_HEADERS: Final = {
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


def find(request: Request) -> Reply | None:
    """The page or one of its files; None for any other path."""
    found = _FILES.get(request.path)
    if found is None or request.method not in ("GET", "HEAD"):
        return None
    name, kind = found
    return Reply(200, raw=_read(name), kind=kind, headers=_HEADERS)


@cache
def _read(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
