"""What does a program see of one lead? The sheet that the page shows, with the score as it stands."""

from __future__ import annotations

from typing import Any

from enterprisehub.privacy.audit import record
from leads.models import Lead
from leads.services.learning import question_for, recent, settle, sheet_of


def read(lead: Lead) -> dict[str, Any]:
    """The sheet (leads/sheet.py); that it was read is written down, since facts quote the prospect."""
    record("lead.read", lead)
    return shown(lead)


def shown(lead: Lead) -> dict[str, Any]:
    """The same for whoever has just changed it."""
    past = recent(lead)
    if not lead.score_told:  # never settled yet: reckoned for this answer, and not kept
        settle(lead, history=past)
    return sheet_of(lead, question_for(lead, history=past))
