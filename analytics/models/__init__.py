"""What analytics remembers."""

from analytics.models.agents import Attempt, DevelopmentPlan, Drill, Review, Scorecard, SkillDay, TalkDay
from analytics.models.cost import LedgerDay
from analytics.models.effect import Analysis, Benchmark, Preceded, Proposal, Sort, Theme
from analytics.models.events import CREDIT, Daily, DayTotal, Event, EventKind, Watermark
from analytics.models.outcomes import LostReason, Outcome, Spread, SpreadTotal, StaleDay, Told
from analytics.models.predictions import Foretold, PastRates
from analytics.models.trials import Assignment, Experiment, ReturnTerms

__all__ = [
    "CREDIT",
    "Analysis",
    "Assignment",
    "Attempt",
    "Benchmark",
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
    "Preceded",
    "Proposal",
    "ReturnTerms",
    "Review",
    "Scorecard",
    "SkillDay",
    "Sort",
    "Spread",
    "SpreadTotal",
    "StaleDay",
    "TalkDay",
    "Theme",
    "Told",
    "Watermark",
]
