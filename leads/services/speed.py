"""Which new leads wait for their first call, for how long in business time, and who hears of it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import now

from enterprisehub.realtime.push import tell
from enterprisehub.tenants.access import OPERATIONS
from enterprisehub.tenants.models import Agent, Membership, Tenant
from enterprisehub.tenants.scope import current, scope, unscoped
from leads.clocks import Hours
from leads.models import Action, ActionPlan, Lead, Message, Overlay, Speaker, Stage
from leads.planning.hours import hours_of, in_minutes
from leads.services.situations import DECIDED

WITHIN: Final = 5  # business minutes in which a new lead should be tried
LADDER: Final = (4, 10, 30)  # business minutes after which the agent, the team lead, everybody who may is told
LOOKS_BACK: Final = timedelta(days=3)  # older new leads are the cadence's matter
SHOWN: Final = 12


@dataclass(frozen=True)
class Waiting:
    """A new lead that nobody has tried: until when it should be, and the rung of the ladder that is reached (0 = none)."""

    lead: Lead
    due: datetime
    rung: int

    @property
    def late(self) -> bool:
        return self.due <= now()


def waiting(agent: Agent | None, *, everyone: bool, tenant: Tenant) -> list[Waiting]:
    """The new leads on whom the clock runs, the most pressing first: this agent's and nobody's, or everybody's."""
    rows = _new_leads().select_related("agent")
    if not everyone:
        rows = rows.filter(Q(agent=agent) | Q(agent=None)) if agent is not None else rows.none()
    hours = hours_of(tenant.settings, tenant.timezone)
    found = [Waiting(lead, *_reckoned(lead.created_at, hours)) for lead in rows.order_by("created_at")[:SHOWN]]
    return sorted(found, key=lambda one: one.due)


def escalate() -> int:
    """Tell whom the ladder names, once per rung; how many were told of. Over every tenant, one scope after the other."""
    with unscoped("new leads of every tenant wait for a first call"):
        tenants = list(Lead.objects.filter(_since()).values_list("tenant_id", flat=True).distinct())
    count = 0
    for tenant_id in tenants:
        with scope(tenant_id):
            count += _of_tenant()
    return count


def _of_tenant() -> int:
    tenant = Tenant.objects.get(pk=current())
    hours = hours_of(tenant.settings, tenant.timezone)
    count = 0
    for lead in _new_leads().select_related("agent__team__lead_member")[:200]:
        _, rung = _reckoned(lead.created_at, hours)
        plan = ActionPlan.objects.filter(lead=lead, superseded_at=None).first() if rung else None
        if plan is None or int(plan.cadence.get("escalated", 0)) >= rung:
            continue
        plan.cadence = {**plan.cadence, "escalated": rung}
        plan.save(update_fields=["cadence"])
        for agent in _whom(lead, rung):
            tell(agent, ("status", _told(lead, rung, hours)))
        count += 1
    return count


def _told(lead: Lead, rung: int, hours: Hours) -> dict[str, Any]:
    due, _ = _reckoned(lead.created_at, hours)
    return {
        "state": "escalated",
        "lead": str(lead.pk),
        "lead_name": str(lead),
        "minutes": rung,
        "due_at": due.isoformat(),
    }


def _whom(lead: Lead, rung: int) -> list[UUID]:
    """The agent at first; then the team lead too; at last everybody who may see this lead. Nobody's lead is everybody's at once."""
    own = [lead.agent_id] if lead.agent_id is not None else []
    if own and rung == LADDER[0]:
        return own
    if own and rung == LADDER[1]:
        team = lead.agent.team if lead.agent is not None else None
        leader = team.lead_member if team is not None else None
        if leader is not None:
            return [*own, *_agents(Q(user=leader.user_id))]
    seeing = Membership.objects.filter(is_active=True, role__in=OPERATIONS["leads.write.all"]).values("user_id")
    rows = Q(user__in=seeing) if own else Q()
    return list(dict.fromkeys([*own, *_agents(rows)]))


def _agents(which: Q) -> list[UUID]:
    return list(Agent.objects.filter(which, is_active=True).values_list("pk", flat=True)[:200])


def _reckoned(created: datetime, hours: Hours) -> tuple[datetime, int]:
    """Until when, and which rung, in business minutes since the lead came."""
    moment = now()
    rung = max((minutes for minutes in LADDER if in_minutes(created, minutes, hours) <= moment), default=0)
    return in_minutes(created, WITHIN, hours), rung


def _since() -> Q:
    fresh = Q(created_at__gt=now() - LOOKS_BACK)
    return fresh & Q(stage=Stage.NEW, overlay=Overlay.NONE, deleted_at=None) & ~Q(source="import")


def _new_leads() -> QuerySet[Lead]:
    """New leads whom nobody has written to and for whom nothing was done."""
    tried = Message.objects.filter(lead=OuterRef("pk"), speaker=Speaker.AGENT)
    done = Action.objects.filter(lead=OuterRef("pk"), state__in=DECIDED)
    rows: QuerySet[Lead] = Lead.objects.filter(_since()).filter(~Exists(tried), ~Exists(done))
    return rows
