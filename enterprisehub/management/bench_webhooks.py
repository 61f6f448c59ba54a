"""Measure HighLevel's webhooks through the real stack: from the post to its 200, to the end of its work, to the card on the screen."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError

from enterprisehub import benchmark, benchmark_webhooks
from enterprisehub.benchmark_webhooks import Signer
from enterprisehub.ghl import hints
from enterprisehub.management.served import Client, Server
from enterprisehub.ops.measures import load_average, machine

CONNECTIONS = 50
LEADS_EACH = 20
DRAIN = 2.0  # seconds after the last answer in which cards may still come
WARM_UP_SECONDS = 2.0
INBOX_WITHIN = 90.0  # seconds


def run(write: Callable[[str], Any], options: dict[str, Any]) -> None:
    """Start a server that trusts our key, measure, print; the last line is one JSON object when asked for."""
    signer = Signer()
    server = Server({"GHL_WEBHOOK_PUBLIC_KEYS": signer.pem, "GHL_CLIENT_ID": ""})
    try:
        server.start()
        _await_inbox()
        figures = _measure(server, signer, options)
    finally:
        server.stop()
    _print(write, figures)
    if options["json"]:
        write(json.dumps(figures))


def _measure(server: Server, signer: Signer, options: dict[str, Any]) -> dict[str, Any]:
    rate, seconds = options["rate"], options["seconds"]
    agents = min(options["agents"], 100)
    with benchmark.cast(agents, LEADS_EACH) as made:
        benchmark_webhooks.connect_locations(made)
        planned = benchmark_webhooks.events(made, rate, seconds + WARM_UP_SECONDS)
        plan = {
            "host": "127.0.0.1",
            "port": server.port,
            "socket": f"ws://127.0.0.1:{server.port}",
            "connections": CONNECTIONS,
            "tickets": benchmark.tickets_of(made),
            "posts": [signer.post(at, event) for at, event in planned],
            "drain": DRAIN,
        }
        client = Client("enterprisehub.ops.posting", plan)
        opened = client.open()
        used = server.cpu_seconds()
        began = time.time()
        seen = client.run()
        spent = {
            name: round((after - used[name]) * 1000 / max(1, len(planned)), 3)
            for name, after in server.cpu_seconds().items()
        }
        rows = benchmark_webhooks.settle(made)
        counted = [(at, event) for at, event in planned if at >= WARM_UP_SECONDS]
        figures = benchmark_webhooks.judge(counted, seen, rows, began)
        figures["doubled"] += benchmark_webhooks.heard_twice(made)
        server.stop()  # or the worker would go on writing what is about to be taken away
    return {
        **figures,
        "server": {f"{name}_cpu_ms_each": ms for name, ms in spent.items()},
        "sockets": opened["screens"],
        "asked": {"rate": rate, "seconds": seconds, "warm_up_s": WARM_UP_SECONDS, "connections": CONNECTIONS},
        "measured_from": "the planned moment of each event (open loop)",
        "machine": machine(),
        "load_average": load_average(),
    }


def _await_inbox() -> None:
    """What is measured is the product once all of it is there."""
    end = time.monotonic() + INBOX_WITHIN
    while time.monotonic() < end:
        if hints.are_followed():
            return
        time.sleep(0.2)
    raise CommandError("The process that works on messages did not start.")


def _print(write: Callable[[str], Any], figures: dict[str, Any]) -> None:
    asked = figures["asked"]
    write(
        f"{asked['rate']:g} webhooks/s for {asked['seconds']:g} s, {figures['sent']} measured, {figures['messages']} of them messages"
    )
    write(f"{'':20}{'n':>7}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}{'max ms':>10}")
    for name in ("ack", "processed", "processed_messages", "card"):
        one = figures[name]
        shown = (one[key] for key in ("p50_ms", "p95_ms", "p99_ms", "max_ms"))
        write(f"{name:20}{one['n']:>7}" + "".join(f"{ms:>10.1f}" if ms is not None else f"{'-':>10}" for ms in shown))
    for name, one in figures["stages"].items():
        shown = (one[key] for key in ("p50_ms", "p95_ms", "p99_ms", "max_ms"))
        write(
            f"  of a card: {name:8}{one['n']:>7}"
            + "".join(f"{ms:>10.1f}" if ms is not None else f"{'-':>10}" for ms in shown)
        )
    write(
        f"lost {figures['lost']}  doubled {figures['doubled']}  states {figures['states']}  statuses {figures['statuses']}"
    )
    write(f"CPU per event: client {figures['client']['cpu_ms_each']} ms, {figures['server']}")
    write(
        f"acked per second {figures['acked_per_second']}; {figures['machine']['cpus']} CPUs, load average {figures['load_average']}"
    )
