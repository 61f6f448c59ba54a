"""Which leads does this person see in the list?"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Max, Q

from enterprisehub.tenants.models import Agent
from leads.models import Lead

PAGE = 30


def listing(agent: Agent | None, *, everyone: bool, page: int = 1, wanted: str = "") -> tuple[list[Lead], bool]:
    """One page of leads, those spoken with last first; own and unassigned ones, or everyone's.

    Each has `spoken` (time of the last message) and `talks` (how many conversations); the second value tells whether there are more.
    """
    rows = Lead.objects.select_related("agent")
    if not everyone:
        rows = rows.filter(Q(agent=agent) | Q(agent=None)) if agent else rows.none()
    if wanted:
        rows = rows.filter(name__icontains=wanted)
    rows = rows.annotate(spoken=Max("conversations__last_message_at"), talks=Count("conversations"))
    start = (page - 1) * PAGE
    found: list[Any] = list(rows.order_by(F("spoken").desc(nulls_last=True), "-created_at")[start : start + PAGE + 1])
    return found[:PAGE], len(found) > PAGE
