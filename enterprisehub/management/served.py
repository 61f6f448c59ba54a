"""How does a benchmark get the whole product for itself? On a free port, with a stand-in for Claude where no key is set."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import httpx2
import psutil
from django.conf import settings
from django.core.management.base import CommandError

from enterprisehub.management.commands.dev import STAND_IN
from enterprisehub.ops.children import die_with_parent, in_place
from enterprisehub.ops.embedded import free_port

# A kind of process, and what only its command line holds.
KINDS = {
    "web": "enterprisehub.asgi",
    "inbox": "manage.py inbox",
    "live": "-Q live",
    "worker": "-Q default",
    "clock": "enterprisehub.celery beat",
    "claude": STAND_IN,
    "postgres": "postgres",
    "redis": "redis-server",
}
SERVICES = ("postgres", "redis-server")
READY_WITHIN = 90.0  # seconds until the server must answer


class Server:
    """`manage.py dev`, and what its web process uses."""

    def __init__(self, env: Mapping[str, str] | None = None) -> None:
        self.env = {**os.environ, **(env or {})}
        self.port = free_port()

    def start(self) -> str:
        stand_in = ["--standin"] if find_spec(STAND_IN) else []
        self.process = psutil.Popen(
            [sys.executable, "manage.py", "dev", *stand_in, "--port", str(self.port)],
            cwd=settings.BASE_DIR,
            env=self.env,
            stdout=subprocess.DEVNULL,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        url = f"http://127.0.0.1:{self.port}"
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise CommandError("The server stopped before it was ready; its own words are above.")
            try:
                if httpx2.get(f"{url}/readyz", timeout=2).status_code == 200:
                    return url
            except httpx2.TransportError:
                pass
            time.sleep(0.2)
        raise CommandError(f"The server was not ready within {READY_WITHIN:.0f} seconds.")

    def _web(self) -> psutil.Process:
        return next(child for child in self.process.children(recursive=True) if "uvicorn" in " ".join(child.cmdline()))

    def memory(self) -> int:
        return int(self._web().memory_info().rss)

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time so far, by kind of process; Postgres' and Redis' where they are embedded for us."""
        spent = dict.fromkeys(KINDS, 0.0)
        services = [one for one in psutil.Process(os.getppid()).children(recursive=True) if one.name() in SERVICES]
        for child in [*self.process.children(recursive=True), *services]:
            with contextlib.suppress(psutil.Error):
                line, used = " ".join(child.cmdline()), child.cpu_times()
                kind = next((name for name, mark in KINDS.items() if mark in line), None)
                if kind is not None:
                    spent[kind] += float(used.user + used.system)
        return spent

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


class Client:
    """The process that plays the other side: it is given a plan, says that it is open, and is told to go."""

    def __init__(self, module: str, plan: dict[str, Any]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        self._say(json.dumps(plan))

    def open(self) -> dict[str, Any]:
        return self._answer()

    def go(self) -> None:
        self._say("go")

    def result(self) -> dict[str, Any]:
        found = self._answer()
        self.process.wait(10)
        return found

    def run(self) -> dict[str, Any]:
        self.go()
        return self.result()

    def _say(self, line: str) -> None:
        if self.process.stdin:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise CommandError("The client of the benchmark ended early; its own words are above.")
        found: dict[str, Any] = json.loads(line)
        return found


def under_embedded_services(*command: str) -> int:
    """The same command again, on services of its own."""
    again = [sys.executable, "manage.py", "embedded", "run", "--", sys.executable, "manage.py", *command]
    return in_place(again, env=os.environ, cwd=str(settings.BASE_DIR))


def as_arguments(options: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """The options as they are typed."""
    typed: list[str] = []
    for name in names:
        typed += [f"--{name}", str(options[name])] if options[name] else []
    return [*typed, "--json"] if options["json"] else typed
