"""What does a browser journey need? A Chromium, a fresh page, and the product answering on a port."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


def find_chromium(playwright: Playwright) -> str | None:
    """CHROMIUM from the environment, the machine's own, or the one that Playwright installed; else None."""
    named = os.environ.get("CHROMIUM")
    candidates = [shutil.which(named)] if named else [*map(shutil.which, PLACES), playwright.chromium.executable_path]
    return next((place for place in candidates if place and Path(place).exists()), None)


def _without() -> None:
    reason = "there is no Chromium here: install it, or name it in CHROMIUM"
    if os.environ.get("CI", "").lower() in ("true", "1", "yes"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium for the tests of one file; without one they skip, and in CI they fail."""
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop running in this thread, and Django would refuse to query beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=30_000)  # its own five seconds are short for a busy machine
        place = find_chromium(playwright)
        if place is None:
            _without()
        browser = playwright.chromium.launch(executable_path=place, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page in a context of its own, on a desktop screen; its errors fail the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    fresh = context.new_page()
    errors: list[str] = []
    fresh.on("pageerror", lambda error: errors.append(str(error)))
    yield fresh
    context.close()
    assert errors == []


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    """The address of the whole ASGI application, served from a thread over the test database."""
    from enterprisehub.asgi import application

    server = uvicorn.Server(
        uvicorn.Config(application, host="127.0.0.1", port=0, log_config=None, timeout_graceful_shutdown=2)
    )
    thread = threading.Thread(target=server.run, name="site", daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{_port(server, thread)}"
    server.should_exit = True
    thread.join(60)


def _port(server: Any, thread: threading.Thread) -> int:
    until = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive(), "the server ended before it served"
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.02)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port
