"""What analytics remembers."""

from analytics.models.agents import Attempt, DevelopmentPlan, Drill, Review, Scorecard, SkillDay, TalkDay
from analytics.models.events import CREDIT, Daily, Event, EventKind, Watermark

__all__ = [
    "CREDIT",
    "Attempt",
    "Daily",
    "DevelopmentPlan",
    "Drill",
    "Event",
    "EventKind",
    "Review",
    "Scorecard",
    "SkillDay",
    "TalkDay",
    "Watermark",
]
