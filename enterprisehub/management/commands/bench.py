"""Measure the product as its users feel it: real sockets against a real server, from a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib.util import find_spec
from typing import Any

import httpx2
import psutil
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub import benchmark
from enterprisehub.benchmark import Cast
from enterprisehub.management.commands.dev import STAND_IN
from enterprisehub.ops.embedded import free_port
from enterprisehub.ops.measures import load_average, machine

READY_WITHIN = 90.0  # seconds until the server must answer
DRAIN = 15.0  # seconds after the last message in which answers may still come
WARM_UP_SECONDS = 3.0
SETTLE = 2.0  # seconds between opening the sockets and weighing them


class Command(BaseCommand):
    help = "Measure the live coach: `bench coach --agents 100 --rate 20 --seconds 60 [--json] [--url URL]`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["coach"])
        parser.add_argument("--agents", type=int, default=100, help="sockets, one agent each")
        parser.add_argument("--rate", type=float, default=20.0, help="messages per second, all agents together")
        parser.add_argument("--seconds", type=float, default=30.0)
        parser.add_argument("--url", default="", help="measure this server (on this database) instead of an own one")
        parser.add_argument("--json", action="store_true", help="the last line is one JSON object")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["agents"] < 1 or options["rate"] <= 0 or options["seconds"] <= 0:
            raise CommandError("Agents, rate and seconds are positive numbers.")
        if not settings.SERVICES_CONFIGURED:
            sys.exit(_under_embedded_services(options))
        server = None if options["url"] else _Server()
        try:
            url = options["url"] or (server.start() if server else "")
            figures = self._measure(url.rstrip("/"), server, options)
        finally:
            if server:
                server.stop()
        self._print(figures)
        if options["json"]:
            self.stdout.write(json.dumps(figures))

    def _measure(self, url: str, server: _Server | None, options: dict[str, Any]) -> dict[str, Any]:
        agents, rate, seconds = options["agents"], options["rate"], options["seconds"]
        expected = int(rate * (seconds + WARM_UP_SECONDS) * 1.5) + agents
        with benchmark.cast(agents, benchmark.leads_needed(agents, expected)) as made:
            planned = benchmark.messages(made, rate, seconds + WARM_UP_SECONDS)
            client = _Client(url, made, planned)
            before = server.memory() if server else None
            opened = client.open()
            time.sleep(SETTLE)
            weighed = server.memory() if server else None
            used = server.cpu_seconds() if server else None
            started = time.perf_counter()
            seen = client.run()
            lasted = time.perf_counter() - started
            counted = [message for message in planned if message["at"] >= WARM_UP_SECONDS]
            figures = benchmark.judge(counted, seen)
        if server and before is not None and weighed is not None and used is not None:
            figures["server"] = {
                "web_cpu": round((server.cpu_seconds() - used) / lasted, 3),
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


class _Client:
    """The process that plays the agents."""

    def __init__(self, url: str, made: Cast, planned: list[dict[str, Any]]) -> None:
        plan = {
            "url": url.replace("http", "ws", 1),
            "tickets": benchmark.tickets_of(made),
            "messages": planned,
            "drain": DRAIN,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "enterprisehub.ops.load"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._say(json.dumps(plan))

    def open(self) -> dict[str, Any]:
        return self._answer()

    def run(self) -> dict[str, Any]:
        self._say("go")
        found = self._answer()
        self.process.wait(10)
        return found

    def _say(self, line: str) -> None:
        if self.process.stdin is None:
            raise CommandError("The client of the benchmark takes no orders.")
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise CommandError("The client of the benchmark ended early; its own words are above.")
        found: dict[str, Any] = json.loads(line)
        return found


class _Server:
    """The whole product on a free port, with a stand-in for Claude where no key is set."""

    def start(self) -> str:
        port = free_port()
        stand_in = ["--standin"] if find_spec(STAND_IN) else []
        self.process = psutil.Popen(
            [sys.executable, "manage.py", "dev", *stand_in, "--port", str(port)],
            cwd=settings.BASE_DIR,
            stdout=subprocess.DEVNULL,
        )
        url = f"http://127.0.0.1:{port}"
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

    def cpu_seconds(self) -> float:
        used = self._web().cpu_times()
        return float(used.user + used.system)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


def _under_embedded_services(options: dict[str, Any]) -> int:
    again = [sys.executable, "manage.py", "bench", options["what"]]
    for name in ("agents", "rate", "seconds"):
        again += [f"--{name}", str(options[name])]
    again += ["--url", options["url"]] if options["url"] else []
    again += ["--json"] if options["json"] else []
    return subprocess.call([sys.executable, "manage.py", "embedded", "run", "--", *again], cwd=settings.BASE_DIR)
