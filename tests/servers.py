"""How does a test get a real web server or a real worker, as the product runs them?"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
from celery import current_app
from django.conf import settings
from django.db import connection

from enterprisehub.management.commands.dev import processes
from enterprisehub.ops.embedded import free_port

START_WITHIN = 150.0  # seconds; a few on an idle machine


@dataclass(frozen=True)
class Server:
    """A web process and where it answers."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/coaching/"


def of_the_test() -> dict[str, str]:
    """The environment in which a process works on the test's own database; what is committed there it sees."""
    place = connection.settings_dict
    address = os.environ["DATABASE_URL"].replace("/enterprisehub", f"/{place['NAME']}")
    return {**os.environ, "DATABASE_URL": address}


@contextmanager
def web(env: Mapping[str, str]) -> Iterator[Server]:
    """The web process of `manage.py dev` on a free port, for the block."""
    port = free_port()
    process = subprocess.Popen(
        processes("127.0.0.1", port)["web"], env=dict(env), cwd=settings.BASE_DIR, stderr=subprocess.DEVNULL
    )
    try:
        _await(port, process)
        yield Server(port, process)
    finally:
        process.kill()
        process.wait()


@contextmanager
def worker(env: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The worker of waiting work as `manage.py dev` starts it, for the block; it answers once the block begins."""
    name = f"default-{free_port()}"
    command = [part.replace("default@", f"{name}@") for part in processes("127.0.0.1", 0)["worker"]]
    process = subprocess.Popen(command, env=dict(env), cwd=settings.BASE_DIR, stderr=subprocess.DEVNULL)
    try:
        _await_worker(name, process)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_worker(name: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_WITHIN
    while time.monotonic() < end and process.poll() is None:
        told = current_app.control.ping(timeout=1.0) or []
        if any(answering.startswith(name) for one in told for answering in one):
            return
    raise AssertionError("the worker did not start")


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=1).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError("the web server did not start")
