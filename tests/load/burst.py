"""Is nothing lost and nothing done twice when everything is killed in the middle of a burst? A script that prints the ledger.

    python -m tests.load.burst --events 10000 --rate 400 [--kills web,inbox,worker,redis,postgres] [--seed 1]

It runs a product of its own (Postgres, Redis, web, inbox, worker, clock), sends distinct events with a fifth of them again and two of
a hundred badly signed, shuffled, kills with SIGKILL, starts again, waits until nothing is left, and counts what each event did.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from typing import Any

from tests.load.product import ROOT, TENANTS, Product, told

# Seconds until what was killed is started again.
AWAY = {"web": 0.5, "inbox": 0.5, "worker": 1.0, "redis": 1.0, "postgres": 2.0}
DRAINED_WITHIN = 600.0  # seconds
SEEN_AGAIN, BADLY_SIGNED = 0.2, 0.02


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
        "effects": sum(effects[name] for name in ids),
        "lost": sum(effects[name] == 0 for name in ids),
        "doubled": sum(max(0, effects[name] - 1) for name in ids),
        "strange": len(effects.keys() - set(ids)),
        "states": states,
        "statuses": seen["statuses"],
        "slowest_refusal_s": round(seen["slowest_refusal"], 2),
        "burst_s": seen["lasted_s"],
        "drained_s": round(time.monotonic() - began, 1),
    }


def main() -> int:
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
    print(told({**figures, "killed": kills, "posts": len(posts), "seed": options.seed}))
    return 0 if figures["lost"] == figures["doubled"] == figures["strange"] == 0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
