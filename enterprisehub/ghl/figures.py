"""How is the traffic with HighLevel? Counted by each process; what waits and what is dead is asked of Postgres when somebody looks."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

WEBHOOKS: Final = Counter(
    "ehub_webhooks_total", "Webhooks answered, by door and what came of them", ["door", "outcome"]
)
BAD_SIGNATURES: Final = Counter(
    "ehub_webhook_signature_failures_total", "Webhooks whose signature we did not accept, by reason", ["reason"]
)
WORKED: Final = Counter("ehub_inbox_events_total", "Events of HighLevel settled, by how", ["state"])
LAG: Final = Histogram(
    "ehub_inbox_lag_seconds",
    "Seconds from an event's arrival to the end of its work",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 5, 30, 120, 600, 3600),
)
DEAD: Final = Counter("ehub_dead_letters_total", "Events and calls given up", ["box"])
ROWS: Final = Gauge("ehub_box_rows", "Rows by box and state", ["box", "state"], multiprocess_mode="mostrecent")
OLDEST: Final = Gauge(
    "ehub_box_oldest_seconds", "Age of what has waited longest", ["box"], multiprocess_mode="mostrecent"
)


def worked(kind: str, state: str, after: timedelta) -> None:
    """An event was settled this long after it had arrived."""
    WORKED.labels(state).inc()
    LAG.observe(max(0.0, after.total_seconds()))
