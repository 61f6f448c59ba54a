"""Run the whole product on this machine: services, migrations, web, workers, clock; one Ctrl-C ends it all."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub.ghl.sandbox.running import environment
from enterprisehub.ops import embedded
from enterprisehub.ops.children import Group, Stopped, stop_signals
from enterprisehub.ops.embedded import free_port
from enterprisehub.ops.postgres import StackError

STAND_IN = "enterprisehub.engines.standin"  # the module that plays Claude over HTTP: `python -m STAND_IN --port N`
SANDBOX = "enterprisehub.ghl.sandbox"  # and HighLevel
SANDBOX_KEY = Path(settings.DATA_DIR) / "sandbox" / "key.pem"
FIRST_PAGE_BEFORE = "worker"  # loading takes seconds of processor: the page and its refinements come first
PAGE_WITHIN = 120.0  # seconds
CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "enterprisehub.celery")
# A card is with Claude for about two seconds, and its thread waits meanwhile: so many cards can be under way at once.
LIVE_THREADS = ("--pool", "threads", "--concurrency", "48")
# On a busy machine the first card comes before everything that can wait: where Linux can, waiting work runs only on
# processors that nobody else wants.
# Linux shares processors out among sessions first, whatever runs in them; each process has its own, and so each of
# Postgres' backends: without a small share of its own, work that waits would take as much as one of those.
SHARE = '{{ echo {share} >/proc/self/autogroup; }} 2>/dev/null; exec "$@"'
# One processor is left to the web process and Postgres: there the first card never waits behind the second wave.
CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
ELSEWHERE = ["taskset", "-c", ",".join(map(str, CPUS[1:]))] if shutil.which("taskset") and len(CPUS) > 1 else []
IDLE = ["chrt", "--idle", "0"] if shutil.which("chrt") else ["nice", "-n", "15"]
BEHIND = ["sh", "-c", SHARE.format(share=19), "behind", *ELSEWHERE, *IDLE]
# A card's second thought that comes late is worth nothing, and a worker that starves takes its own slowness for Claude's.
LIVE = ["sh", "-c", SHARE.format(share=8), "live", *ELSEWHERE, "nice", "-n", "5"]
# HighLevel's messages go before that, and let the web process answer first.
SECOND = ["sh", "-c", SHARE.format(share=10), "second", "nice", "-n", "10"]
INBOXES = min(4, os.cpu_count() or 1)


class Command(BaseCommand):
    help = "Run web, workers and clock; without DATABASE_URL on embedded services under DATA_DIR."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT, help="default: PORT, else 8000")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--sandbox", type=int, metavar="PORT", help="let a local sandbox play HighLevel there")
        parser.add_argument("--standin", action="store_true", help="without a key, let a local stand-in play Claude")

    def handle(self, *_: Any, **options: Any) -> None:
        started = time.monotonic()
        _insist_on_free(options["host"], options["port"])
        group = Group()
        try:
            with stop_signals(), contextlib.suppress(Stopped), services() as env:
                try:
                    self._migrate(env)
                    self._start(group, env, options)
                    seconds = time.monotonic() - started
                    self.stdout.write(f"http://{options['host']}:{options['port']} started in {seconds:.1f} s")
                    name, code = group.wait()
                    raise CommandError(f"{name} ended by itself (exit code {code}); everything was stopped.")
                finally:
                    group.stop()
        except StackError as error:
            raise CommandError(str(error)) from None

    def _migrate(self, env: Mapping[str, str]) -> None:
        command = [sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"]
        if subprocess.call(command, cwd=settings.BASE_DIR, env={**env, "DATABASE_ROLE": "owner"}):
            raise CommandError("The migrations failed; nothing was started.")

    def _start(self, group: Group, env: dict[str, str], options: dict[str, Any]) -> None:
        if options["standin"] and not settings.ANTHROPIC_API_KEY:
            port = str(free_port())
            group.start("claude", [sys.executable, "-m", STAND_IN, "--port", port], env=env, cwd=str(settings.BASE_DIR))
            env |= {"ANTHROPIC_BASE_URL": f"http://127.0.0.1:{port}", "ANTHROPIC_API_KEY": "stand-in"}
            env["CLAUDE_STAND_IN"] = "yes"
        if options["sandbox"]:
            env |= environment(options["sandbox"], SANDBOX_KEY)
            told = f"http://127.0.0.1:{options['port']}/webhooks/ghl/"
            command = ["-m", SANDBOX, "--port", str(options["sandbox"]), "--key-file", str(SANDBOX_KEY)]
            command = [sys.executable, *command, "--webhook-url", told]
            group.start("highlevel", command, env=env, cwd=str(settings.BASE_DIR))
        for name, command in processes(options["host"], options["port"]).items():
            if name == FIRST_PAGE_BEFORE:
                _await_page(group, options["host"], options["port"])
            group.start(name, command, env=env, cwd=str(settings.BASE_DIR))


def services() -> contextlib.AbstractContextManager[dict[str, str]]:
    """The environment of the children: the given services, else the embedded ones, for as long as the block."""
    return _given() if settings.SERVICES_CONFIGURED else _embedded()


@contextlib.contextmanager
def _given() -> Iterator[dict[str, str]]:
    yield _environment({})


@contextlib.contextmanager
def _embedded() -> Iterator[dict[str, str]]:
    with embedded.running(settings.DATA_DIR) as env:
        yield _environment(env)


def _environment(found: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **found, "PYTHONUNBUFFERED": "1", "LOG_FORMAT": settings.LOG_FORMAT}


def processes(host: str, port: int) -> dict[str, list[str]]:
    """Name and command of each process. Work that waits on Claude has many threads, the rest few processes."""
    web = ["-m", "uvicorn", "enterprisehub.asgi:application", "--host", host, "--port", str(port)]
    web += ["--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "5", "--ws-max-size", "65536"]
    worker = ["worker", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    return {
        "web": [sys.executable, *web],
        "inbox": [*SECOND, sys.executable, "manage.py", "inbox", "--processes", str(INBOXES)],
        "live": [*LIVE, *CELERY, *worker, "-Q", "live,plans", "-n", "live@%h", *LIVE_THREADS],
        "worker": [*BEHIND, *CELERY, *worker, "-Q", "default", "-n", "default@%h", "--concurrency", "2"],
        "clock": [*BEHIND, *CELERY, "beat", "--loglevel", "WARNING"],
    }


def _insist_on_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used ({error.strerror}); choose another with PORT.") from None


def _await_page(group: Group, host: str, port: int) -> None:
    """Wait until the web process takes connections, or something ended, or two minutes are over."""
    until = time.monotonic() + PAGE_WITHIN
    while group.first_dead() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return
        time.sleep(0.1)
