"""What analytics remembers."""

from analytics.models.agents import Attempt, DevelopmentPlan, Drill, Review, Scorecard, SkillDay, TalkDay
from analytics.models.cost import LedgerDay
from analytics.models.events import CREDIT, Daily, DayTotal, Event, EventKind, Watermark
from analytics.models.outcomes import LostReason, Outcome, Spread, SpreadTotal, StaleDay, Told
from analytics.models.predictions import Foretold, PastRates
from analytics.models.trials import Assignment, Experiment, ReturnTerms

__all__ = [
    "CREDIT",
    "Assignment",
    "Attempt",
    "Daily",
    "DayTotal",
    "DevelopmentPlan",
    "Drill",
    "Event",
    "EventKind",
    "Experiment",
    "Foretold",
    "LedgerDay",
    "LostReason",
    "Outcome",
    "PastRates",
    "ReturnTerms",
    "Review",
    "Scorecard",
    "SkillDay",
    "Spread",
    "SpreadTotal",
    "StaleDay",
    "TalkDay",
    "Told",
    "Watermark",
]
