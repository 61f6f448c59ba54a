"""Analytics work that the worker does: gather what happened, roll it up, answer what takes long."""

from __future__ import annotations

from uuid import UUID

from analytics.services import predicting, spending, trial_cases, trial_watch
from enterprisehub.tenants.work import chore, task


@chore("analytics.wake_ledgers", ignore_result=True)
def wake_ledgers() -> None:
    spending.wake()


@task("analytics.roll_up_ledger", ignore_result=True)
def roll_up_ledger() -> None:
    spending.roll_up()


@chore("analytics.gather_trials", ignore_result=True, expires=240)
def gather_trials() -> None:
    trial_cases.gather_all()


@task("analytics.gather_trial", ignore_result=True)
def gather_trial(experiment: str) -> None:
    trial_watch.watch(UUID(experiment))


@chore("analytics.wake_predictions", ignore_result=True)
def wake_predictions() -> None:
    predicting.wake()


@task("analytics.predict", ignore_result=True)
def predict() -> None:
    predicting.count()
