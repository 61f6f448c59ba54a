"""How long did it take, honestly? Percentiles of measured milliseconds, and what machine they were measured on."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Sequence

Spread = dict[str, float | int | None]


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(milliseconds: Sequence[float]) -> Spread:
    """p50, p95, p99 and maximum; nulls and n = 0 when nothing was measured."""
    ordered = sorted(milliseconds)
    if not ordered:
        return {"p50_ms": None, "p95_ms": None, "p99_ms": None, "max_ms": None, "n": 0}
    return {
        "p50_ms": round(percentile(ordered, 0.50), 2),
        "p95_ms": round(percentile(ordered, 0.95), 2),
        "p99_ms": round(percentile(ordered, 0.99), 2),
        "max_ms": round(ordered[-1], 2),
        "n": len(ordered),
    }


def machine() -> dict[str, str | int]:
    """What the figures depend on."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count() or 0,
        "python": platform.python_version(),
    }


def load_average() -> list[float]:
    """Waiting processes over 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()]
