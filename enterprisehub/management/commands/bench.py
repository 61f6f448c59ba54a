"""Measure the product as its users feel it: real sockets against a real server, from a process of its own."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub import benchmark
from enterprisehub.management import bench_webhooks
from enterprisehub.management.served import Client, Server, as_arguments, under_embedded_services
from enterprisehub.ops.measures import load_average, machine

DRAIN = 15.0  # seconds after the last message in which answers may still come
WARM_UP_SECONDS = 3.0
TYPED = ("agents", "rate", "seconds", "url")
SETTLE = 2.0  # seconds between opening the sockets and weighing them


class Command(BaseCommand):
    help = (
        "Measure the live coach: `bench coach --agents 100 --rate 20 --seconds 60 [--json] [--url URL]`, "
        "or HighLevel's webhooks: `bench webhooks --rate 200 --seconds 30 [--json]`."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["coach", "webhooks"])
        parser.add_argument("--agents", type=int, default=100, help="sockets, one agent each")
        parser.add_argument("--rate", type=float, default=20.0, help="messages per second, all agents together")
        parser.add_argument("--seconds", type=float, default=30.0)
        parser.add_argument("--url", default="", help="measure this server (on this database) instead of an own one")
        parser.add_argument("--json", action="store_true", help="the last line is one JSON object")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["agents"] < 1 or options["rate"] <= 0 or options["seconds"] <= 0:
            raise CommandError("Agents, rate and seconds are positive numbers.")
        if not settings.SERVICES_CONFIGURED:
            sys.exit(under_embedded_services("bench", options["what"], *as_arguments(options, TYPED)))
        if options["what"] == "webhooks":
            if options["url"]:
                raise CommandError("Webhooks are signed by a key of the benchmark's own: it needs a server of its own.")
            bench_webhooks.run(self.stdout.write, options)
            return
        server = None if options["url"] else Server()
        try:
            url = options["url"] or (server.start() if server else "")
            figures = self._measure(url.rstrip("/"), server, options)
        finally:
            if server:
                server.stop()
        self._print(figures)
        if options["json"]:
            self.stdout.write(json.dumps(figures))

    def _measure(self, url: str, server: Server | None, options: dict[str, Any]) -> dict[str, Any]:
        agents, rate, seconds = options["agents"], options["rate"], options["seconds"]
        expected = int(rate * (seconds + WARM_UP_SECONDS) * 1.5) + agents
        with benchmark.cast(agents, benchmark.leads_needed(agents, expected)) as made:
            planned = benchmark.messages(made, rate, seconds + WARM_UP_SECONDS)
            plan = {"url": url.replace("http", "ws", 1), "tickets": benchmark.tickets_of(made), "drain": DRAIN}
            client = Client("enterprisehub.ops.load", {**plan, "messages": planned})
            before = server.memory() if server else None
            opened = client.open()
            time.sleep(SETTLE)
            weighed = server.memory() if server else None
            used = server.cpu_seconds()["web"] if server else None
            started = time.perf_counter()
            seen = client.run()
            lasted = time.perf_counter() - started
            counted = [message for message in planned if message["at"] >= WARM_UP_SECONDS]
            figures = benchmark.judge(counted, seen)
        if server and before is not None and weighed is not None and used is not None:
            figures["server"] = {
                "web_cpu": round((server.cpu_seconds()["web"] - used) / lasted, 3),
                "web_rss_mb": round(weighed / 1e6, 1),
                "kb_per_socket": round((weighed - before) / 1024 / max(1, opened["opened"]), 1),
            }
        return {
            **figures,
            "sockets": opened["opened"],
            "opening_s": opened["seconds"],
            "asked": {"agents": agents, "rate": rate, "seconds": seconds, "warm_up_s": WARM_UP_SECONDS},
            "cards_per_minute_allowed": benchmark.PER_MINUTE,
            "measured_from": "the planned moment of each message (open loop)",
            "machine": machine(),
            "load_average": load_average(),
        }

    def _print(self, figures: dict[str, Any]) -> None:
        write = self.stdout.write
        asked = figures["asked"]
        write(
            f"{figures['sockets']} sockets, {asked['rate']:g} messages/s for {asked['seconds']:g} s, {figures['sent']} measured"
        )
        write(f"{'':8}{'n':>7}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}{'max ms':>10}")
        for name in ("local", "cache", "claude"):
            one = figures[name]
            shown = "".join(
                f"{one[k]:>10.1f}" if one[k] is not None else f"{'-':>10}"
                for k in ("p50_ms", "p95_ms", "p99_ms", "max_ms")
            )
            write(f"{name:8}{one['n']:>7}{shown}")
        counts = ("lost", "doubled", "errors", "closes", "resyncs", "without_card")
        write("  ".join(f"{name} {figures[name]}" for name in counts))
        late = figures["client"]["late"]
        write(f"client: sent late by p50 {late['p50_ms']} p99 {late['p99_ms']} ms, {figures['client']['cpu']:.2f} CPUs")
        if "server" in figures:
            own = figures["server"]
            write(f"web: {own['web_cpu']:.2f} CPUs, {own['web_rss_mb']} MB, {own['kb_per_socket']} kB per socket")
        write(
            f"{figures['machine']['cpus']} CPUs, load average {figures['load_average']}; cards allowed per minute: {benchmark.PER_MINUTE}"
        )
