"""What analytics remembers."""

from analytics.models.cost import LedgerDay
from analytics.models.events import CREDIT, Daily, Event, EventKind, Watermark
from analytics.models.outcomes import LostReason, Outcome, Spread, StaleDay, Told
from analytics.models.predictions import Foretold, PastRates

__all__ = [
    "CREDIT",
    "Daily",
    "Event",
    "EventKind",
    "Foretold",
    "LedgerDay",
    "LostReason",
    "Outcome",
    "PastRates",
    "Spread",
    "StaleDay",
    "Told",
    "Watermark",
]
