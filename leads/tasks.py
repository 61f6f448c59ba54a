"""Work about leads that the worker does: take a file in, read again, plan, learn from past leads, speak with HighLevel."""

from __future__ import annotations

from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded

from enterprisehub.tenants.work import chore, task
from leads.importing import taking_in
from leads.services import (
    crm,
    crm_records,
    keeping,
    planning,
    reading,
    reconciling,
    refining_plans,
    rescoring,
    scorecards,
    speed,
    writing_back,
)


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


@task("leads.fetch_contact", waits=True, ignore_result=True)
def fetch_contact(contact: str) -> None:
    crm.fetch(contact)


@task("leads.follow_deal", waits=True, ignore_result=True)
def follow_deal(record: str) -> None:
    crm_records.follow_deal(UUID(record))


@task("leads.write_back", ignore_result=True)
def write_back(lead: str) -> None:
    writing_back.write_back(UUID(lead))


@task("leads.know_fields", waits=True, ignore_result=True)
def know_fields(lead: str) -> None:
    writing_back.know_fields(UUID(lead))


@task("leads.reconcile", waits=True, ignore_result=True, soft_time_limit=240, time_limit=280)
def reconcile() -> None:
    reconciling.reconcile()


@chore("leads.reconcile_all", ignore_result=True)
def reconcile_all() -> None:
    reconciling.all_of_them()


@task("leads.score_again", waits=True, ignore_result=True, soft_time_limit=240, time_limit=280)
def score_again(after: str) -> None:
    rescoring.score_leads(UUID(after) if after else None)


@task("leads.plan", ignore_result=True)
def plan(lead: str) -> None:
    planning.plan_by_id(UUID(lead))


# The next round asks for it again: what was not begun by then need not be.
@task("leads.refine_plan", waits=True, lane="plans", ignore_result=True, expires=30)
def refine_plan(plan: str) -> None:
    refining_plans.refine(UUID(plan))


@chore("leads.plan_what_changed", ignore_result=True, expires=60)
def plan_what_changed() -> None:
    keeping.plan_what_changed()


@chore("leads.word_plans", ignore_result=True, expires=30)
def word_plans() -> None:
    keeping.word_better()


@chore("leads.keep_plans", ignore_result=True, expires=60)
def keep_plans() -> None:
    keeping.expire()


@chore("leads.escalate", ignore_result=True, expires=30)
def escalate() -> None:
    speed.escalate()
