"""What analytics remembers."""

from analytics.models.cost import LedgerDay
from analytics.models.effect import Analysis, Benchmark, Preceded, Proposal, Sort, Theme
from analytics.models.events import CREDIT, Daily, Event, EventKind, Watermark
from analytics.models.predictions import Foretold, PastRates

__all__ = [
    "CREDIT",
    "Analysis",
    "Benchmark",
    "Daily",
    "Event",
    "EventKind",
    "Foretold",
    "LedgerDay",
    "PastRates",
    "Preceded",
    "Proposal",
    "Sort",
    "Theme",
    "Watermark",
]
