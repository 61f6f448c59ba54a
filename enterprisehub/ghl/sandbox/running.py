"""How is a sandbox served: until a signal ends it, or on a thread for as long as a block runs?"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from enterprisehub.ghl.sandbox.app import Sandbox
from enterprisehub.ghl.sandbox.house import House

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
    line = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    line.bind((host, port))
    line.listen(256)
    return line


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
