"""Show the product at work: the whole stack, two tenants, a conversation that arrives while somebody watches."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any

import httpx2
from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub import demo, rehearsal
from enterprisehub.ghl.sandbox.running import environment
from enterprisehub.management.commands.dev import SANDBOX_KEY
from enterprisehub.ops.children import (
    STOP_WITHIN,
    Stopped,
    die_with_parent,
    end,
    in_place,
    stop_signals,
    undisturbed,
)

SANDBOX_PORT = "DEMO_SANDBOX_PORT"  # set by the demo for itself
READY_WAIT = 180.0  # seconds until the stack must answer
ROUNDS = 20  # how often the conversation is played while somebody watches


class Command(BaseCommand):
    help = "Play the demo on embedded services; with --once play it fast, check it, print a table and exit 0 or 1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="play fast, check every card, exit 0 or 1")
        parser.add_argument("--pace", type=float, default=8.0, metavar="SECONDS", help="pause between two lines")
        parser.add_argument("--port", type=int, default=None, help="default: PORT, or a free one with --once")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo's passwords are public, so it does not run in production.")
        if not settings.SERVICES_CONFIGURED or not os.environ.get(SANDBOX_PORT):
            sys.exit(self._again(options))
        port = options["port"] or (_free_port() if options["once"] else settings.PORT)
        url = f"http://127.0.0.1:{port}"
        try:
            with stop_signals():
                self._play(url, port, options)
        except Stopped:
            self.stdout.write("")

    def _play(self, url: str, port: int, options: dict[str, Any]) -> None:
        command = ["dev", "--standin", "--port", str(port), "--sandbox", os.environ[SANDBOX_PORT]]
        stack = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        try:
            self._wait(url, stack)
            if options["once"]:
                sys.exit(rehearsal.rehearse(url, self.stdout.write))
            self._show(url, options["pace"], stack)
        finally:
            with undisturbed():
                stack.terminate()
                end(stack, within=STOP_WITHIN + 10)

    def _again(self, options: dict[str, Any]) -> int:
        """The same command with a HighLevel to talk to, and with services where none were given."""
        once = ["--ephemeral"] if options["once"] else []
        again = [sys.executable, "manage.py", "demo", "--pace", str(options["pace"])]
        again += ["--once"] if options["once"] else []
        again += ["--port", str(options["port"])] if options["port"] else []
        if not settings.SERVICES_CONFIGURED:
            again = [sys.executable, "manage.py", "embedded", "run", *once, "--", *again]
        port = _free_port()
        env = {**os.environ, **environment(port, SANDBOX_KEY), SANDBOX_PORT: str(port)}
        return in_place(again, env=env, cwd=str(settings.BASE_DIR))

    def _wait(self, url: str, stack: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + READY_WAIT
        while time.monotonic() < end:
            if stack.poll() is not None:
                raise CommandError("The stack stopped before it was ready; its own words are above.")
            try:
                if httpx2.get(f"{url}/readyz", timeout=2).status_code == 200 and _worker_is_there():
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.2)
        raise CommandError(f"The stack was not ready within {READY_WAIT:.0f} seconds.")

    def _show(self, url: str, pace: float, stack: subprocess.Popen[bytes]) -> None:
        for run in range(ROUNDS):
            players = demo.cast(run)
            if run == 0:
                self._print_doors(url, players)
            asyncio.run(demo.play_slowly(demo.Stage(url, players), pace, self._say))
            self.stdout.write("The conversation is over; a new lead calls in a minute. Ctrl-C ends the demo.")
            time.sleep(60)
            if stack.poll() is not None:
                return
        stack.wait()

    async def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")

    def _print_doors(self, url: str, players: list[demo.Player]) -> None:
        lines = ["", f"  EnterpriseHub is at {url}", f"  Every password is: {demo.PASSWORD}", ""]
        lines += [f"  {one.tenant:<24} agent {one.email:<24} owner {one.owner}" for one in players]
        mode = "Claude" if settings.ANTHROPIC_API_KEY else "the local stand-in (no ANTHROPIC_API_KEY is set)"
        lines += [
            "",
            f"  HighLevel is played by a sandbox at {settings.GHL_API_BASE}: write to your agent there yourself.",
        ]
        lines += ["", f"  Second thoughts come from {mode}.", "  A conversation arrives in a few seconds.", ""]
        self.stdout.write("\n".join(lines))


def _worker_is_there() -> bool:
    """Whether somebody will refine the first card; it takes some seconds longer to start than the page."""
    told = current_app.control.ping(timeout=1.0) or []
    return any(name.startswith("live@") for one in told for name in one)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
