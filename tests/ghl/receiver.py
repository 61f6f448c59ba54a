"""Who is told of events in the tests? A small server that keeps what comes and answers as it is told."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key


@dataclass(frozen=True)
class Told:
    """One delivery as it came."""

    raw: bytes
    headers: dict[str, str]
    at: float

    @property
    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.raw))

    def is_signed_by(self, pem: str) -> bool:
        key = load_pem_public_key(pem.encode())
        assert isinstance(key, Ed25519PublicKey)
        try:
            key.verify(base64.b64decode(self.headers["x-ghl-signature"]), self.raw)
        except InvalidSignature:
            return False
        return True


@dataclass
class Receiver:
    """`statuses` are the next answers, then 200; 0 hangs up."""

    url: str = ""
    statuses: deque[int] = field(default_factory=deque)
    told: list[Told] = field(default_factory=list)

    def types(self) -> list[str]:
        return [one.body["type"] for one in self.told]

    def until(self, question: Callable[[], bool], *, within: float = 15.0) -> None:
        end = time.monotonic() + within
        while not question():
            assert time.monotonic() < end, f"it never came true; told: {self.types()}"
            time.sleep(0.01)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port, for the block."""
    receiver = Receiver()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.told.append(Told(raw, headers, time.monotonic()))
            status = receiver.statuses.popleft() if receiver.statuses else 200
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks/ghl/"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
