"""How much is asked of this process, how long does it take, and how many sockets are open?"""

from __future__ import annotations

import os

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST

# Labels are names from our own tables (a route's pattern, a status): never an id, an address or a word somebody wrote.
REQUESTS = Counter("ehub_http_requests_total", "HTTP requests answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "ehub_http_request_seconds",
    "Seconds from a request's arrival to the end of its answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
SOCKETS = Gauge("ehub_sockets_open", "Websockets open now", multiprocess_mode="livesum")
SOCKETS_REFUSED = Counter("ehub_sockets_refused_total", "Handshakes and topics refused, by reason", ["reason"])
SOCKETS_CLOSED = Counter("ehub_sockets_closed_total", "Websockets closed, by close code", ["code"])

ENGINE_CALLS = Counter(
    "ehub_engine_calls_total",
    "Questions to Claude, by who answered and what came of them",
    ["capability", "source", "outcome"],
)

GHL_CALLS = Counter("ehub_ghl_calls_total", "Calls to HighLevel, by what came of them", ["operation", "outcome"])


def exposition() -> bytes:
    """Everything measured, in Prometheus' text format; over all processes where PROMETHEUS_MULTIPROC_DIR is set."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)
