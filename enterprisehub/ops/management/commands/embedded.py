"""Start, stop or ask for the embedded Postgres and Redis, or run one command with them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub.ops import embedded
from enterprisehub.ops.children import STOP_WITHIN, Stopped, die_with_parent, end, stop_signals
from enterprisehub.ops.postgres import StackError


class Command(BaseCommand):
    help = "Embedded Postgres 18 and Redis: start | stop | status | run [--ephemeral] -- COMMAND ..."
    requires_system_checks: list[str] = []
    foreign: Sequence[str] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("start", "stop", "status", "run"))
        parser.add_argument("--data", type=Path, default=settings.DATA_DIR, help="data folder (default: %(default)s)")
        parser.add_argument("--ephemeral", action="store_true", help="run: a fresh stack that leaves nothing behind")

    def run_from_argv(self, argv: list[str]) -> None:
        """What comes after -- is somebody else's command line."""
        cut = argv.index("--") if "--" in argv else len(argv)
        self.foreign = argv[cut + 1 :]
        super().run_from_argv(argv[:cut])

    def handle(self, *_: Any, **options: Any) -> None:
        command = self.foreign
        if (options["action"] == "run") != bool(command):
            raise CommandError("Only `run` takes a command, and it needs one: embedded run -- COMMAND ...")
        try:
            if options["action"] == "run":
                sys.exit(self._run(options["data"], command, ephemeral=options["ephemeral"]))
            getattr(self, f"_{options['action']}")(options["data"])
        except StackError as error:
            raise CommandError(str(error)) from None

    def _start(self, data: Path) -> None:
        if embedded.state_of(data) is None:
            embedded.start_in_background(data)
        self._status(data)

    def _stop(self, data: Path) -> None:
        stopped = embedded.stop_in_background(data)
        self.stdout.write("stopped" if stopped else "was not running")

    def _status(self, data: Path) -> None:
        env = embedded.state_of(data)
        if env is None:
            self.stdout.write(f"not running on {data}")
            sys.exit(3)
        self.stdout.write(f"running on {data}, supervisor {embedded.supervisor_of(data)}")
        for name, address in env.items():
            self.stdout.write(f"{name}={address}")

    def _run(self, data: Path, command: Sequence[str], *, ephemeral: bool) -> int:
        services = embedded.ephemeral() if ephemeral else embedded.running(data)
        try:
            with stop_signals(), services as env:
                return run_command(command, env={**os.environ, **env})
        except Stopped:
            return 128 + signal.SIGTERM


def run_command(command: Sequence[str], *, env: Mapping[str, str]) -> int:
    """Run `command` in the foreground to its end and return its exit code; asked to stop, it is asked first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', os.defpath)}"
    try:
        child = subprocess.Popen(command, env={**env, "PATH": path}, preexec_fn=die_with_parent(signal.SIGTERM))
    except OSError as error:
        raise CommandError(f"{command[0]} cannot be run: {error.strerror}.", returncode=127) from None
    try:
        code = child.wait()
    except Stopped:
        child.terminate()  # after Ctrl-C the terminal has told it already; once more does no harm
        end(child, within=2 * STOP_WITHIN)
        raise
    return code if code >= 0 else 128 - code
