"""The endpoints of agents: one agent's figures, and their development plan. The same permissions as the pages."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.timezone import localdate
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api import shapes_agents as shapes
from analytics.api import told_agents as told
from analytics.ranges import asked
from analytics.services import performing, plans, seen
from enterprisehub.tenants.api.door import Door
from enterprisehub.tenants.models import Agent
from leads.api import known_id

READ = ("analytics.read.own", "analytics.read.agents")


def _agent(door: Door, request: Request, agent_id: str) -> Agent:
    membership: Any = getattr(request._request, "membership", None)
    return seen.asked_for(door.caller, membership, known_id(agent_id, "agent_id"))


class OneAgent(Door):
    operations = {"GET": READ}
    names_things = ("GET",)

    @told.agent
    def get(self, request: Request, agent_id: str) -> Response:
        """One agent's figures, beside their own days before and beside the others: strengths first, then one thing to work on.

        An agent sees themselves, a team lead the teams that they lead, owners, administrators and auditors everybody.
        Rates below 20 cases are null. Nothing here claims a cause.
        """
        agent = _agent(self, request, agent_id)
        question = asked(request.query_params.dict(), today=localdate(timezone=ZoneInfo(self.caller.tenant.timezone)))
        found = shapes.figures(performing.figures(agent.pk, question), question.range)
        return Response(shapes.AgentAnswer({"agent_id": agent.pk, **found, "processing_time_ms": self.ms}).data)


class PlanOfAgent(Door):
    operations = {"GET": READ}
    names_things = ("GET",)

    @told.plan
    def get(self, request: Request, agent_id: str) -> Response:
        """The skill that is practised now or was last, its drills, and the live conversations before and after."""
        found = shapes.plan(plans.standing(_agent(self, request, agent_id)))
        return Response(shapes.DevelopmentPlanAnswer({**found, "processing_time_ms": self.ms}).data)
