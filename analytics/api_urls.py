"""Which API path leads to which analytics endpoint?"""

from __future__ import annotations

from django.urls import path

from analytics.api import agents

urlpatterns = [
    path("analytics/agents/<str:agent_id>", agents.OneAgent.as_view(), name="api_agent"),
    path("analytics/agents/<str:agent_id>/plan", agents.PlanOfAgent.as_view(), name="api_agent_plan"),
]
