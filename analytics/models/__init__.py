"""What analytics remembers."""

from analytics.models.events import CREDIT, Daily, Event, EventKind, Watermark
from analytics.models.outcomes import LostReason, Outcome, Spread, StaleDay, Told

__all__ = [
    "CREDIT",
    "Daily",
    "Event",
    "EventKind",
    "LostReason",
    "Outcome",
    "Spread",
    "StaleDay",
    "Told",
    "Watermark",
]
