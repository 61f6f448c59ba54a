"""Work about leads that the worker does: take a file in, read a conversation again, plan, learn from past leads."""

from __future__ import annotations

from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded

from enterprisehub.tenants.work import chore, task
from leads.importing import taking_in
from leads.services import keeping, planning, reading, refining_plans, scorecards, speed


@task("leads.import", waits=True, ignore_result=True)
def take_in(row: str) -> None:
    taking_in.take_in(UUID(row))


@task("leads.understand", waits=True, lane="live", ignore_result=True)
def understand(conversation: str) -> None:
    reading.read_again(UUID(conversation))


# Under the broker's visibility timeout of 300 s, so that a training is not handed out twice while it runs.
@task("leads.train_scoring", waits=True, ignore_result=True, soft_time_limit=240, time_limit=280)
def train_scoring(model: str) -> None:
    scorecards.learn(UUID(model), time_is_up=SoftTimeLimitExceeded)


@task("leads.plan", ignore_result=True)
def plan(lead: str) -> None:
    planning.plan_by_id(UUID(lead))


@task("leads.refine_plan", waits=True, lane="live", ignore_result=True)
def refine_plan(plan: str) -> None:
    refining_plans.refine(UUID(plan))


@chore("leads.plan_what_changed", ignore_result=True, expires=60)
def plan_what_changed() -> None:
    keeping.plan_what_changed()


@chore("leads.keep_plans", ignore_result=True, expires=60)
def keep_plans() -> None:
    keeping.expire()


@chore("leads.escalate", ignore_result=True, expires=30)
def escalate() -> None:
    speed.escalate()
