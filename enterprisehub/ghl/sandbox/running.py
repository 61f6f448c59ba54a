"""How is a sandbox served: until a signal ends it, or on a thread for as long as a block runs?"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from enterprisehub.ghl.sandbox.app import Sandbox
from enterprisehub.ghl.sandbox.house import APP, House
from enterprisehub.ghl.sandbox.keys import Signer

START_WITHIN = 20.0


def server(house: House) -> uvicorn.Server:
    """A light server without an access log: the sandbox keeps its own, without secrets."""
    config = uvicorn.Config(
        Sandbox(house),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        ws="none",
    )
    return uvicorn.Server(config)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens already, so that its port is known; 0 chooses a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, or asyncio would not switch Nagle's delay of 40 ms off.
    line = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    line.bind((host, port))
    line.listen(256)
    return line


def environment(port: int, key_file: Path) -> dict[str, str]:
    """What the product is told so that the sandbox on this port, with the key in this file, is its HighLevel."""
    key_file.parent.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port}"
    return {
        "GHL_API_BASE": url,
        "GHL_OAUTH_BASE": url,
        "GHL_CLIENT_ID": APP.client_id,
        "GHL_CLIENT_SECRET": APP.client_secret,
        "GHL_APP_VERSION_ID": APP.version_id,
        "GHL_WEBHOOK_PUBLIC_KEYS": Signer.of_file(key_file).public_pem,
    }


@contextmanager
def on_a_thread(house: House | None = None) -> Iterator[str]:
    """Its address, for the block."""
    line, serving = listen("127.0.0.1", 0), server(house or House())
    thread = threading.Thread(
        target=lambda: asyncio.run(serving.serve(sockets=[line])), name="HighLevel sandbox", daemon=True
    )
    thread.start()
    try:
        yield f"http://127.0.0.1:{line.getsockname()[1]}"
    finally:
        serving.should_exit = True
        thread.join(START_WITHIN)
        line.close()
