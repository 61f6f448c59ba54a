"""What may a score know of a lead, and what does it say of this one? By the tenant's own model, else by the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import now

from leads.completeness import Fact, completeness
from leads.features import Appointment, Features, Sent, Standing, features_of
from leads.models import Lead, Stage
from leads.own_scoring import Own, live_score
from leads.packs import Pack
from leads.scoring import render

WHO = frozenset({"decision_makers", "location", "language"})
"""Slots that show who somebody is or where: known or not, they must not move the score, through completeness neither."""
WINDOW = 13  # messages that a score looks at: the newest, and as many before it as hearing reads
_MET = (Stage.REPRESENTED, Stage.ACTIVE, Stage.UNDER_CONTRACT, Stage.CLOSED)


def score(lead: Lead, facts: Sequence[Fact], said: Sequence[Sent], *, pack: Pack, own: Own | None) -> None:
    """Sets the score on the lead, and what is told about it; writes nothing."""
    told = live_score(features_at((lead.stage, lead.overlay), facts, said, pack=pack, at=now()), own)
    lead.score = None if told.probability is None else round(told.probability, 4)
    lead.score_told = render(told)


def features_at(
    stood: tuple[str, str], facts: Sequence[Fact], said: Sequence[Sent], *, pack: Pack, at: datetime
) -> Features:
    """What a score knew, or knows, of a lead at this moment: for the live score and for learning from past ones alike.

    `stood` is its stage and overlay.
    """
    stage, overlay = stood
    known = completeness([fact for fact in facts if fact.name not in WHO], pack, at).value
    standing = Standing(stage, overlay, known, _appointment(stage))  # type: ignore[arg-type]
    return features_of(facts, standing, said[-WINDOW:], now=at)


def _appointment(stage: str) -> Appointment:
    if stage == Stage.APPOINTMENT:
        return "agreed"
    return "held" if stage in _MET else "none"
