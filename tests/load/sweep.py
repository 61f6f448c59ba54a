"""Is nothing lost and nothing done twice when the product is killed at every moment, under each of HighLevel's published rules?

    python -m tests.load.sweep --kills 200 [--retry both|any|429] [--rate 3] [--seed 1]

Prospects write to a brokerage in the sandbox, which tells of it and tries again as HighLevel does, only faster; each message
is heard and answered through the gate and the outbox. Meanwhile processes, Redis and Postgres are killed, half of the times
at a moment with a name (tests/load/points.py), half at a time that is swept in small steps. Then HighLevel is compared with
us, as the clock does each hour, and the ledger is printed: exit code 0 when nothing is lost and nothing doubled.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from enterprisehub.ghl.sandbox.remote import Remote
from enterprisehub.ghl.sandbox.running import on_a_thread
from tests.load.brokerage import ANSWER
from tests.load.killing import Killer
from tests.load.points import planned
from tests.load.product import Product, told

OF_ONE: Final = 5  # messages of one prospect; the gate lets six answers go within an hour
COMPRESS: Final = 120.0  # how much faster than HighLevel the sandbox tries again
SETTLED_WITHIN: Final = 600.0  # seconds
CALL_ENDS_WITHIN: Final = 30  # seconds; as in ghl/wire.py
WAITING: Final = "{} r JOIN tenants_tenant t ON t.id = r.tenant_id WHERE t.slug = %s AND r.state = 'waiting'"


@dataclass
class Round:
    """One brokerage, and what its prospects write; `sent` is filled before each is said."""

    product: Product
    sandbox: Remote
    location: str
    rate: float
    sent: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self, retry: str) -> None:
        self.sandbox.location(self.location, name="Oakwood Realty")
        token = self.sandbox.private_token(self.location)
        self.product.run("-m", "tests.load.brokerage", self.location, token)
        self.sandbox.set(retry=retry, compress=COMPRESS, duplicates=0.2, lag=0.05, rate_max=100_000)
        self._thread = threading.Thread(target=self._write, name="prospects", daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        assert self._thread is not None
        self._thread.join(30)

    def _write(self) -> None:
        while not self._over.wait(1 / self.rate):
            number = len(self.sent)
            if number % OF_ONE == 0:
                self.contacts.append(self._contact(number))
            self.sent.append(f"Is the house number {number} at {self.location} still for sale?")
            self.sandbox.say(self.contacts[-1], self.sent[-1])

    def _contact(self, number: int) -> str:
        name, address = f"Pat{number}", f"pat{number}@{self.location}.example"
        row = self.sandbox.contact(location=self.location, firstName=name, lastName="Doe", email=address)
        return str(row["id"])


def settle(at: Round) -> dict[str, Any]:
    """Wait until HighLevel has nothing more to tell, compare, and wait until we have nothing more to do."""
    began = time.monotonic()
    at.product.await_web()
    at.sandbox.settled(within=SETTLED_WITHIN)
    compared = json.loads(at.product.manage("reconcile_ghl", "--tenant", at.location, "--json"))
    end = time.monotonic() + SETTLED_WITHIN
    while time.monotonic() < end:
        # Who began a call longer ago than a call can last is dead, or has noted what became of it.
        at.product.rows(
            "UPDATE ghl_outboundcall SET next_at = now() WHERE state = 'waiting' AND begun_at IS NOT NULL AND "
            "reason = '' AND begun_at < now() - make_interval(secs => %s) RETURNING id",
            CALL_ENDS_WITHIN,
        )
        waiting = [
            at.product.count(WAITING.format(box), at.location) for box in ("ghl_inboundevent", "ghl_outboundcall")
        ]
        if waiting == [0, 0]:
            break
        time.sleep(0.5)
    return {"compared": compared, "still_waiting": waiting, "settled_s": round(time.monotonic() - began, 1)}


def ledger(at: Round) -> dict[str, Any]:
    """What was sent against what came of it, here and at HighLevel."""
    mine = "JOIN tenants_tenant t ON t.id = m.tenant_id WHERE t.slug = %s"
    heard = Counter(
        r[0]
        for r in at.product.rows(f"SELECT m.text FROM leads_message m {mine} AND speaker = 'prospect'", at.location)
    )
    leads = Counter(r[0] for r in at.product.rows(f"SELECT m.contact_id FROM leads_lead m {mine}", at.location))
    own = Counter(
        r[0] for r in at.product.rows(f"SELECT m.text FROM leads_message m {mine} AND speaker = 'agent'", at.location)
    )
    dead = at.product.rows(f"SELECT m.reason FROM ghl_inboundevent m {mine} AND state = 'dead'", at.location)
    told_ = [row for row in at.sandbox.deliveries if row["locationId"] == at.location]
    attempts = Counter(str(one["status"]) for row in told_ for one in row["attempts"])
    return {
        "sent": len(at.sent),
        "events": len(told_),
        "accepted": sum(row["state"] == "delivered" for row in told_),
        "given_up_by_highlevel": sum(row["state"] == "given up" for row in told_),
        "heard": sum(heard[text] > 0 for text in at.sent),
        "lost": sum(heard[text] == 0 for text in at.sent),
        "doubled": sum(count - 1 for count in (*heard.values(), *leads.values())),
        "own_words_doubled": sum(count - 1 for count in own.values()),
        "ended_by_itself": [name for name, one in at.product.running.items() if one.poll() is not None],
        "dead": len(dead),
        "dead_reasons": dict(Counter(row[0] for row in dead)),
        "webhook_answers": dict(attempts),
        "slowest_refusal_s": max(
            [one["ms"] / 1000 for row in told_ for one in row["attempts"] if one["status"] == 429] or [0.0]
        ),
        **_answers(at),
    }


def _answers(at: Round) -> dict[str, Any]:
    """What we promised to write into HighLevel against what stands there."""
    rows = at.product.rows(
        "SELECT m.state, m.reason, m.arguments->>'message' FROM ghl_outboundcall m JOIN tenants_tenant t ON t.id = m.tenant_id "
        "WHERE t.slug = %s AND m.operation = 'message.send'",
        at.location,
    )
    place = next(one for one in at.sandbox.locations if one["id"] == at.location)
    there = Counter(
        _plain(one) for who in place["contacts"] for one in who["messages"] if one["direction"] == "outbound"
    )
    promised = {text: (state, reason) for state, reason, text in rows}
    unsure = [text for text, (state, _) in promised.items() if state == "dead"]
    notes = Counter((who["id"], note["body"]) for who in place["contacts"] for note in who["notes"])
    tasks = Counter((who["id"], task["title"], task["dueDate"]) for who in place["contacts"] for task in who["tasks"])
    return {
        "answers": len(promised),
        "answers_arrived": sum(there[text] > 0 for text in promised),
        "answers_doubled": sum(count - 1 for count in there.values()),
        "answers_lost": sum(state == "done" and not there[text] for text, (state, _) in promised.items()),
        "answers_never_promised": sum(ANSWER + text not in promised for text in at.sent),
        "answers_left_to_a_person": len(unsure),
        "of_these_arrived": sum(there[text] > 0 for text in unsure),
        "why": dict(Counter(promised[text][1] for text in unsure)),
        "notes": notes.total(),
        "tasks": tasks.total(),
        "writes_doubled": sum(count - 1 for count in (*notes.values(), *tasks.values())),
    }


def _plain(row: dict[str, Any]) -> str:
    """The words of an e-mail as they were promised."""
    from html import unescape
    from re import sub

    return unescape(sub(r"<[^>]+>", "", str(row["body"]))).strip()


def is_clean(found: dict[str, Any]) -> bool:
    none = (
        "lost",
        "doubled",
        "own_words_doubled",
        "ended_by_itself",
        "answers_doubled",
        "answers_lost",
        "answers_never_promised",
        "writes_doubled",
        "dead",
    )
    return not any(found[name] for name in none) and found["still_waiting"] == [0, 0]


def swept(
    product: Product, sandbox: Remote, options: argparse.Namespace, *, retry: str, share: int = 1
) -> dict[str, Any]:
    """One round under one of HighLevel's rules, of so many; its ledger."""
    kills, rate, seed, within = options.kills // share, options.rate, options.seed, options.within / share
    at, killer = Round(product, sandbox, f"sweep-{retry}", rate), Killer(product, seed=seed)
    at.begin(retry)
    began = time.monotonic()
    for number, plan in enumerate(planned(kills), 1):
        if time.monotonic() - began > within:
            break
        killer.kill(plan)
        print(f"{time.monotonic() - began:6.1f} s {number}/{kills} {plan.name}", file=sys.stderr, flush=True)
    lasted = time.monotonic() - began
    at.end()
    found = settle(at) | ledger(at)
    known = {"retry": retry, "kills": killer.hit.total(), "killed": dict(killer.hit), "never_met": dict(killer.missed)}
    return {**known, "began_again": dict(killer.victims), "lasted_s": round(lasted, 1), **found}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--retry", choices=("both", "any", "429"), default="both")
    parser.add_argument("--rate", type=float, default=3.0, help="messages a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--within", type=float, default=7200.0, help="seconds after which no new kill begins")
    options = parser.parse_args()
    rules = ("any", "429") if options.retry == "both" else (options.retry,)
    clean = True
    with on_a_thread() as url:
        sandbox = Remote(url)
        product = Product(
            highlevel=url, wired=True, GHL_RATE="100", GHL_EVENT_TABLE="tests.load.table.table",
            GHL_WEBHOOK_PUBLIC_KEYS=sandbox.public_key,
        )  # fmt: skip
        try:
            sandbox.set(webhook_url=product.url)
            for rule in rules:
                found = swept(product, sandbox, options, retry=rule, share=len(rules))
                clean = clean and is_clean(found)
                print(told({**found, "seed": options.seed}), flush=True)
        finally:
            product.stop()
    return 0 if clean else 1


if __name__ == "__main__":
    raise SystemExit(main())
