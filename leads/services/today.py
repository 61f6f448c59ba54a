"""What has an agent to do today, in which order, and why?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.timezone import localtime, now

from enterprisehub.errors import NotFound
from enterprisehub.realtime.models import Stream
from enterprisehub.tenants import rows
from enterprisehub.tenants.models import Agent, Tenant
from enterprisehub.tenants.scope import current
from leads.models import Action, ActionPlan, ActionState, Lead
from leads.planning.hours import hours_of, next_open
from leads.services import speed
from leads.services.planning import OPEN
from leads.services.situations import rows_of
from leads.services.speed import Waiting

PAGE: Final = 25
QUEUE: Final = tuple(str(state) for state in OPEN)


@dataclass(frozen=True)
class Day:
    """One page of the queue, the clocks of new leads, and how much else is open."""

    rows: list[Action]
    clocks: list[Waiting]
    more: bool
    later: int
    until: datetime

    @property
    def last(self) -> date:
        """The day whose work this is."""
        return (self.until - timedelta(minutes=1)).date()


def day(agent: Agent | None, *, tenant: Tenant, everyone: bool = False, page: int = 1) -> Day:
    """What is due until the evening of this working day, the most pressing first; few queries however long the queue is."""
    evening = _evening(tenant)
    due = _due(queue(agent, everyone=everyone), evening)
    start = (max(page, 1) - 1) * PAGE
    rows = list(due.order_by("-rank", "due_at", "id")[start : start + PAGE + 1])
    ahead = queue(agent, everyone=everyone).exclude(pk__in=due.values("pk")).count()
    clocks = speed.waiting(agent, everyone=everyone, tenant=tenant)
    return Day(rows[:PAGE], clocks, len(rows) > PAGE, ahead, evening)


def queue(agent: Agent | None, *, everyone: bool = False) -> QuerySet[Action]:
    """Open actions of this agent's leads and of nobody's, or of everybody's."""
    rows: QuerySet[Action] = Action.objects.filter(state__in=QUEUE, lead__deleted_at=None)
    rows = rows.select_related("lead__agent", "plan", "agent")
    if everyone:
        return rows
    mine = Q(lead__agent=agent) | Q(lead__agent=None)
    return rows.filter(mine) if agent is not None else rows.none()


def one(agent: Agent | None, action_id: UUID, *, everyone: bool = False) -> Action:
    """One row of the queue, whatever its state; what is not theirs to see looks like none."""
    rows = Action.objects.select_related("lead__agent", "plan", "agent")
    if not everyone:
        rows = rows.filter(Q(lead__agent=agent) | Q(lead__agent=None)) if agent is not None else rows.none()
    found: Action | None = rows.filter(pk=action_id).first()
    if found is None:
        raise NotFound("There is no such action.", field="action_id")
    return found


_STANDING: Final = """
    FROM leads_actionplan
    LEFT JOIN leads_action ON leads_action.lead_id = leads_actionplan.lead_id
        AND leads_action.tenant_id = leads_actionplan.tenant_id AND leads_action.state = ANY(%s)
    WHERE leads_actionplan.tenant_id = %s AND leads_actionplan.lead_id = %s AND leads_actionplan.superseded_at IS NULL
    ORDER BY leads_action.due_at, leads_action.rank DESC LIMIT 5
"""


def standing(lead: Lead) -> tuple[ActionPlan | None, list[Action]]:
    """The lead's plan as it stands and its open actions, the next one first. One query."""
    found = rows.select(_STANDING, [list(QUEUE), current(), lead.pk], ActionPlan, Action)
    if not found:
        return None, []
    plan = found[0][0]
    actions = [action for _, action in found if action.pk is not None]
    for action in actions:
        action.plan = plan
    return plan, actions


def listed(
    agent: Agent | None,
    *,
    everyone: bool,
    states: Sequence[str] = QUEUE,
    size: int = 50,
    after: tuple[float, UUID] | None = None,
) -> list[Action]:
    """For programs: the queue by rank, going on after that rank and id."""
    rows: QuerySet[Action] = Action.objects.filter(state__in=list(states), lead__deleted_at=None)
    rows = rows.select_related("lead__agent", "plan", "agent")
    if not everyone:
        rows = rows.filter(Q(lead__agent=agent) | Q(lead__agent=None)) if agent is not None else rows.none()
    if after is not None:
        rank, key = after
        rows = rows.filter(Q(rank__lt=rank) | Q(rank=rank, pk__gt=key))
    return list(rows.order_by("-rank", "pk")[:size])


def seq_of(agent: Agent | None) -> int:
    """The number of the last event told to this agent: read before the page's rows, nothing falls between."""
    return Stream.objects.filter(agent=agent).values_list("seq", flat=True).first() or 0 if agent is not None else 0


def marked(action: Action) -> list[tuple[str, dict[str, Any] | None]]:
    """The draft in pieces, each with the claim that it is, or None: what is not known is highlighted."""
    pieces: list[tuple[str, dict[str, Any] | None]] = []
    at = 0
    for claim in rows_of(action.claims):
        start, end = int(claim["start"]), int(claim["end"])
        if at <= start < end <= len(action.draft):
            pieces += [(action.draft[at:start], None), (action.draft[start:end], claim)]
            at = end
    return [piece for piece in [*pieces, (action.draft[at:], None)] if piece[0]]


def _due(rows: QuerySet[Action], evening: datetime) -> QuerySet[Action]:
    awake = ~Q(state=ActionState.SNOOZED) | Q(snoozed_until__lte=now())
    return rows.filter(awake, due_at__lte=evening)


def _evening(tenant: Tenant) -> datetime:
    """The end of today on the tenant's clock; once the office has closed, the end of the day on which it opens again."""
    here = localtime(now(), ZoneInfo(tenant.timezone))
    opens = next_open(here, hours_of(tenant.settings, tenant.timezone))
    return datetime.combine(opens.date() + timedelta(days=1), time(), here.tzinfo)
