"""What follows from what is foretold of a lead: how to go on, in sentences with their reasons. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from analytics.predicting import SILENT, Hours, Liking, Sensitivity

NEXT: Final = {
    "new": "Make the first call; every hour costs.",
    "attempting": "Change the hour and the medium before you try again.",
    "engaged": "Find out what moves them and by when.",
    "qualified": "Offer two times for a meeting.",
    "appointment": "Confirm the day before and two hours before, with an agenda.",
    "represented": "Agree how the search or the listing goes, step by step.",
    "active": "Ask after each visit what would make it a yes.",
    "under_contract": "Name the next date before they ask for it.",
    "closed": "Ask for the review, and be there at the anniversary.",
}
MEDIA: Final = {
    "sms": "by text",
    "call": "by phone",
    "email": "by e-mail",
    "chat": "in the chat",
    "social": "on social media",
}
FROZEN: Final = {
    "dnc": "They asked to be left alone: do nothing.",
    "invalid": "There is no way to reach them: check the contact first.",
    "duplicate": "Go on with the other record of the same person.",
    "other_agent": "They work with somebody else: leave it unless they write.",
    "lost": "It is lost for now: come back when something changes for them.",
    "paused_by_lead": "They asked for a pause: keep to the day they named.",
}


@dataclass(frozen=True)
class Standing:
    """Where a lead stands, and since when it has been quiet (a name of analytics.predicting)."""

    stage: str
    overlay: str
    since: str


@dataclass(frozen=True)
class Strategy:
    """Steps in their order; each is a sentence and the reason for it."""

    steps: tuple[tuple[str, str], ...]


def strategy(standing: Standing, *, hours: Hours, liking: Liking, sensitivity: Sensitivity) -> Strategy:
    """The same findings give the same steps."""
    stage = standing.stage
    if standing.overlay in FROZEN:
        return Strategy(((FROZEN[standing.overlay], "This stands over every stage."),))
    steps = [(NEXT[stage], f"They are in {stage.replace('_', ' ')}.")] if stage in NEXT else []
    where = MEDIA.get(liking.medium, "")
    if where and hours.best:
        spans = " or ".join(f"{h}:00" for h in sorted(hours.best)[:2])
        steps.append((f"Reach them {where}, around {spans} their time.", f"{liking.why} {hours.why}"))
    elif where:
        steps.append((f"Reach them {where}.", liking.why))
    elif hours.best:
        steps.append((f"Reach them around {min(hours.best)}:00 their time.", hours.why))
    if standing.since == SILENT and stage not in ("new", "attempting", "closed"):
        steps.append(("Open with something new for them, not with a question.", "They have not written for a month."))
    if sensitivity.level == "high":
        steps.append(("Talk about the monthly cost and comparable sales before the next home.", sensitivity.why))
    elif sensitivity.level == "low":
        steps.append(("Lead with fit, not with price.", sensitivity.why))
    return Strategy(tuple(steps))
