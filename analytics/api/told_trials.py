"""What does the schema say about the endpoints of experiments and of the return: ids, shapes, and examples that work?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema

from analytics.api import shapes_trials as shapes
from analytics.ranges import SPANS
from enterprisehub.tenants.api.schema import ONCE
from leads.api_told import asks

Method = TypeVar("Method", bound=Callable[..., Any])
TAGS = ["analytics"]
EXPERIMENT_ID = OpenApiParameter("experiment_id", UUID, OpenApiParameter.PATH, description="The experiment's id.")
RANGE = [
    OpenApiParameter(
        "time_range", str, enum=list(SPANS), description="The last so many days; 30d when nothing is named."
    ),
    OpenApiParameter("from", date, description="The first day; goes before time_range."),
    OpenApiParameter("to", date, description="The last day."),
]
_PLAN = {
    "name": "Do cards lead to appointments?",
    "kind": "holdout",
    "metric": "outcome.appointment",
    "share_percent": 20,
}

experiments = extend_schema(operation_id="analytics_experiments", tags=TAGS, responses=shapes.ExperimentsAnswer)
plan = extend_schema(
    operation_id="analytics_experiments_plan",
    tags=TAGS,
    parameters=[ONCE],
    request=shapes.PlanRequest,
    responses={201: shapes.ExperimentAnswer},
    examples=[asks(_PLAN)],
)
experiment = extend_schema(
    operation_id="analytics_experiment", tags=TAGS, parameters=[EXPERIMENT_ID], responses=shapes.ExperimentAnswer
)


def _moves(name: str) -> Callable[[Method], Method]:
    return extend_schema(
        operation_id=f"analytics_experiment_{name}",
        tags=TAGS,
        parameters=[EXPERIMENT_ID, ONCE],
        request=None,
        responses=shapes.ExperimentAnswer,
    )


start, stop, roll_back = _moves("start"), _moves("stop"), _moves("roll_back")
roi = extend_schema(operation_id="analytics_roi", tags=TAGS, parameters=RANGE, responses=shapes.ReturnAnswer)
