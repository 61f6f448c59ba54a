"""Analytics that the worker does: scorecards, plans, and a persona's wording."""

from __future__ import annotations

from uuid import UUID

from analytics.services import asking, plans, scoring, wording
from enterprisehub.tenants.work import chore, task


@task("analytics.score_talks", waits=True, ignore_result=True, soft_time_limit=240, time_limit=280)
def score_talks() -> None:
    if scoring.score_due() == scoring.AT_ONCE:
        asking.again("analytics.score_talks")


@task("analytics.develop", waits=True, ignore_result=True, soft_time_limit=240, time_limit=280)
def develop() -> None:
    plans.develop()


@task("analytics.reword", waits=True, lane="live", ignore_result=True, soft_time_limit=20)
def reword(attempt: str, turn: int) -> None:
    wording.reword(UUID(attempt), turn)


@chore("analytics.score_all", ignore_result=True)
def score_all() -> None:
    asking.for_scorecards()


@chore("analytics.develop_all", ignore_result=True)
def develop_all() -> None:
    asking.for_plans()
