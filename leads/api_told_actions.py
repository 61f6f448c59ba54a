"""What does the schema say about each endpoint of plans and actions: its id, its shapes, and an example that works?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.serializers import BaseSerializer

from enterprisehub.tenants.api.schema import ONCE
from leads import serializers_actions as shapes
from leads.api_told import asks

ACTIONS = ["actions"]
ACTION_ID = OpenApiParameter("action_id", UUID, OpenApiParameter.PATH, description="The action's id.")
_TALK: dict[str, Any] = {
    "stage": "engaged",
    "first_name": "Pat",
    "timezone": "America/Chicago",
    "conversation": [
        {"speaker": "prospect", "text": "We are pre-approved and our lease ends on December 20.", "medium": "sms"}
    ],
}


Method = TypeVar("Method", bound=Callable[..., Any])


def _decides(name: str, takes: type[BaseSerializer[Any]], example: dict[str, Any]) -> Callable[[Method], Method]:
    return extend_schema(
        operation_id=f"action_{name}",
        tags=ACTIONS,
        parameters=[ACTION_ID, ONCE],
        request=takes,
        responses=shapes.ActionAnswer,
        examples=[asks(example)],
    )


plan = extend_schema(
    operation_id="actions_plan",
    tags=ACTIONS,
    parameters=[ONCE],
    request=shapes.SituationRequest,
    responses=shapes.PlanAnswer,
    examples=[asks(_TALK)],
)
urgency = extend_schema(
    operation_id="actions_urgency",
    tags=ACTIONS,
    request=shapes.SituationRequest,
    responses=shapes.UrgencyAnswer,
    examples=[asks(_TALK)],
)
follow_up = extend_schema(
    operation_id="actions_follow_up",
    tags=ACTIONS,
    request=shapes.SituationRequest,
    responses=shapes.FollowUpAnswer,
    examples=[asks(_TALK)],
)
actions = extend_schema(
    operation_id="actions_list", tags=ACTIONS, parameters=[shapes.ActionsQuery], responses=shapes.ActionsAnswer
)
action = extend_schema(operation_id="action_read", tags=ACTIONS, parameters=[ACTION_ID], responses=shapes.ActionAnswer)
edit = _decides("edit", shapes.WordsRequest, {"text": "Hi Pat, would Thursday at 5:30 suit you?"})
approve = _decides("approve", shapes.WordsRequest, {})
snooze = _decides("snooze", shapes.SnoozeRequest, {"until": "2026-12-01T15:00:00Z"})
complete = _decides("complete", shapes.CompleteRequest, {"outcome": "no_answer"})
dismiss = _decides("dismiss", shapes.DismissRequest, {"reason": "answered by phone"})
