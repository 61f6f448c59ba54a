"""What analytics remembers."""

from analytics.models.cost import LedgerDay
from analytics.models.events import CREDIT, Daily, Event, EventKind, Watermark

__all__ = ["CREDIT", "Daily", "Event", "EventKind", "LedgerDay", "Watermark"]
