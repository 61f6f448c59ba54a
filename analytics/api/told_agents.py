"""What does the schema say about the endpoints of agents: ids, parameters and shapes?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema

from analytics.api import shapes_agents as shapes

TAGS = ["analytics"]
AGENT_ID = OpenApiParameter("agent_id", UUID, OpenApiParameter.PATH, description="The agent's id.")
DAYS: list[Any] = [
    shapes.TimeRange,
    OpenApiParameter("from", str, description="The first day, as 2026-11-01; instead of a time range."),
    OpenApiParameter("to", str, description="The last day; today when left out."),
]
agent = extend_schema(
    operation_id="analytics_agent", tags=TAGS, parameters=[AGENT_ID, *DAYS], responses=shapes.AgentAnswer
)
plan = extend_schema(
    operation_id="analytics_agent_plan", tags=TAGS, parameters=[AGENT_ID], responses=shapes.DevelopmentPlanAnswer
)
