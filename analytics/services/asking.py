"""For which tenants is there work on scorecards and plans, and how is the worker told?"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from analytics.services import scoring
from enterprisehub.tenants.models import Agent
from enterprisehub.tenants.scope import current, scope, unscoped
from enterprisehub.tenants.work import later

MOST: Final = 1_000  # tenants of one round


def for_scorecards() -> int:
    """Ask for scorecards where conversations rest; how many tenants there were."""
    with unscoped("conversations of every tenant come to rest"):
        found = list(scoring.due().order_by().values_list("tenant_id", flat=True).distinct()[:MOST])
    return _each("analytics.score_talks", found)


def for_plans() -> int:
    """Ask for the measuring of plans, and for the week's new ones."""
    with unscoped("agents of every tenant may have a plan"):
        agents = Agent.objects.filter(is_active=True).order_by()
        found = list(agents.values_list("tenant_id", flat=True).distinct())
    return _each("analytics.develop", found)


def again(name: str) -> None:
    """More of the same is waiting in this tenant. Runs named."""
    with scope(current()):
        later(name, durable=False)


def _each(name: str, tenants: list[UUID]) -> int:
    for tenant_id in tenants:
        with scope(tenant_id):
            later(name, durable=False)
    return len(tenants)
