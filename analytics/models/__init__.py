"""What analytics remembers."""

from analytics.models.cost import LedgerDay
from analytics.models.events import CREDIT, Daily, Event, EventKind, Watermark
from analytics.models.predictions import Foretold, PastRates

__all__ = ["CREDIT", "Daily", "Event", "EventKind", "Foretold", "LedgerDay", "PastRates", "Watermark"]
