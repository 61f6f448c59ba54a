"""How likely does a live lead close by the tenant's own model, in the same words as by the rules?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from leads.features import Features
from leads.scorecards import Scorecard, Scored
from leads.scoring import Change, Point, Score, abstains, levels, open_changes, score, why

STRANGE: Final = 0.4
"""With a larger share of what the model looks at at levels that its past hardly held, it does not score."""
SHOWN: Final = 8  # reasons
UNKNOWN_TO_IT: Final = "The team's own model has hardly seen leads like this one; these are the rules."

_FEATURES: Final[Mapping[str, str]] = {
    "stage": "Stage",
    "overlay": "Resting",
    "completeness": "How much is known",
    "timeframe": "Time of the move",
    "financing": "Financing",
    "agent_status": "Other agent",
    "appointment": "Meeting",
    "motivation": "Why they move",
    "price": "Price named",
    "replies": "Messages they wrote",
    "pace": "How fast they answer",
    "silence": "Their last message",
    "objections": "Open objections",
}
_LEVELS: Final[Mapping[str, str]] = {
    "none": "none",
    "unknown": "not known",
    "said": "spoken of",
    "a_day": "within a day",
    "today": "within a day",
    "this_week": "within a week",
    "this_month": "within a month",
    "this_quarter": "within three months",
    "longer": "longer ago",
    "in_progress": "in progress",
    "not_started": "not started",
    "nearly_all": "nearly all",
    "little": "little",
}


@dataclass(frozen=True)
class Own:
    """The model that a tenant promoted, as far as it can score live leads: its numbers, or why it has none. `outcome` in words."""

    model: Scorecard | None
    why_not: str = ""
    outcome: str = ""


def live_score(features: Features, own: Own | None) -> Score:
    """By the tenant's model where there is one that can; else by the rules, which then say why. Both are silent in the same cases."""
    if own is None:
        return score(features)
    if own.model is None:
        return replace(score(features), note=own.why_not)
    row = cells(features)
    found = own.model.score(row, most=SHOWN)
    if found.unfamiliar > STRANGE * len(own.model.columns):
        return replace(score(features), note=UNKNOWN_TO_IT)
    return _told(features, row, found, own=own, model=own.model)


def cells(features: Features) -> dict[str, str]:
    """The features as a row of a table of past leads."""
    return dict(levels(features))


def _told(features: Features, row: dict[str, str], found: Scored, *, own: Own, model: Scorecard) -> Score:
    silent = abstains(features)
    points = [
        Point("+".join(names), "", round(reason.log_odds, 4), _words(names, row))
        for reason in found.reasons
        for names in [_names(reason.words)]
        if abs(reason.log_odds) >= 0.005
    ]
    return Score(
        probability=None if silent else found.probability,
        low=None if silent else found.low,
        high=None if silent else found.high,
        abstains=silent,
        speaks_for=tuple(point for point in points if point.points > 0),
        speaks_against=tuple(point for point in points if point.points < 0),
        changes=_changes(features, row, found.probability, model=model),
        version=model.version,
        by="own",
        decided="abstain" if silent else found.decided,
        outcome=own.outcome,
    )


def _names(words: str) -> tuple[str, ...]:
    """The columns of a reason: what stands before the equal sign, or before "is empty", of each part."""
    return tuple(part.split(" ", 1)[0] for part in words.split(" together with "))


def _words(names: tuple[str, ...], row: Mapping[str, str]) -> str:
    first, *others = (_said(name, row[name]) for name in names)
    return "; together with: ".join([first, *(other[:1].lower() + other[1:] for other in others)])


def _said(name: str, level: str) -> str:
    return why(name, level) or f"{_FEATURES[name]}: {_LEVELS.get(level, level.replace('_', ' '))}"


def _changes(features: Features, row: dict[str, str], now: float, *, model: Scorecard) -> tuple[Change, ...]:
    """What would raise the chance, by the model itself; it saw what went with what, not what brings about what."""
    found = [
        Change(words, model.probability({**row, feature: level}))
        for words, feature, level in open_changes(features)
        if feature in model.needs
    ]
    better = [change for change in found if change.probability > now]
    return tuple(sorted(better, key=lambda change: -change.probability))
