"""How is the traffic with HighLevel? Counted by each process; what waits and what is dead is asked of Postgres when somebody looks."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any, Final

from prometheus_client import Counter, Gauge, Histogram

from enterprisehub.ghl.lines import Line, StoreDown

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


WITHIN: Final = 0.7  # seconds; a probe must not wait longer
FRESH: Final = 1.0  # seconds that an answer is shared
_COUNT: Final = """
SELECT 'inbox', state, count(*), extract(epoch FROM now() - min(received_at))::float8 FROM ghl_inboundevent
WHERE state = 'waiting' OR state = 'dead' GROUP BY state
UNION ALL SELECT 'outbox', state, count(*), extract(epoch FROM now() - min(created_at))::float8 FROM ghl_outboundcall
WHERE state = 'waiting' OR state = 'dead' GROUP BY state
UNION ALL SELECT 'unmapped', 'waiting', count(*), extract(epoch FROM now() - min(received_at))::float8 FROM ghl_unmappedevent
"""


class Look:
    """What waits and what is dead, of all tenants together; asked when somebody looks, at most once a second."""

    def __init__(self) -> None:
        self._line = Line()
        self._turn = asyncio.Lock()
        self._at = float("-inf")
        self._found: dict[str, Any] = {}

    async def __call__(self) -> dict[str, Any]:
        """Sets the gauges; numbers by name, and `unknown` when Postgres does not tell in time."""
        try:
            async with asyncio.timeout(WITHIN), self._turn:
                if time.monotonic() - self._at >= FRESH:
                    self._found = self._measured(await self._line.ask(_COUNT, (), "figures of the installation"))
                    self._at = time.monotonic()
        except (StoreDown, TimeoutError):
            return {"unknown": True, "signature_failures": _signature_failures()}
        return {**self._found, "signature_failures": _signature_failures()}

    def _measured(self, rows: list[tuple[Any, ...]]) -> dict[str, Any]:
        found = {(box, state): (count, age or 0.0) for box, state, count, age in rows}
        told: dict[str, Any] = {}
        for box, states in (
            ("inbox", ("waiting", "dead")),
            ("outbox", ("waiting", "dead")),
            ("unmapped", ("waiting",)),
        ):
            for state in states:
                count, age = found.get((box, state), (0, 0.0))
                ROWS.labels(box, state).set(count)
                told[f"{box}_{state}"] = count
                if state == "waiting":
                    OLDEST.labels(box).set(age)
                    told[f"{box}_oldest_seconds"] = round(age, 3)
        return told


def _signature_failures() -> int:
    """Of this process, since it started."""
    samples = (sample for family in BAD_SIGNATURES.collect() for sample in family.samples)
    return int(sum(sample.value for sample in samples if sample.name.endswith("_total")))
