"""Whose figures may this person see?"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from enterprisehub.errors import NotFound
from enterprisehub.tenants.access import Role, may, require
from enterprisehub.tenants.api.callers import Caller
from enterprisehub.tenants.models import Agent, Membership


def agents(membership: Membership) -> QuerySet[Agent]:
    """Owners, admins and auditors see all; a team lead sees the teams that they lead, and themselves; an agent themselves."""
    found = Agent.objects.filter(is_active=True)
    if may(membership.role, "analytics.read.agents"):
        return found
    own = Q(user=membership.user_id)
    if membership.role == Role.TEAM_LEAD:
        own |= Q(team__lead_member=membership)
    return found.filter(own)


def agent(membership: Membership, agent_id: UUID) -> Agent:
    """One of them; NotFound for every other, of this tenant or not."""
    found = agents(membership).filter(pk=agent_id).select_related("team").first()
    if found is None:
        raise NotFound("There is no such agent.")
    return found


def acts_for(membership: Membership) -> None:
    """Raises NotAllowed for who may look at others' figures and decide nothing about them (auditors, agents)."""
    require(membership.role, "analytics.score")


def asked_for(caller: Caller, membership: Membership | None, agent_id: UUID) -> Agent:
    """The agent that an API caller asks about: a person as on the pages; a program everybody's, or its own agent's alone."""
    if membership is not None:
        return agent(membership, agent_id)
    found = Agent.objects.filter(pk=agent_id, is_active=True).select_related("team").first()
    own = caller.agent is not None and caller.agent.pk == agent_id
    if found is None or not (own or caller.may("analytics.read.agents")):
        raise NotFound("There is no such agent.")
    return found
