"""Work of analytics that the worker does."""

from __future__ import annotations

from uuid import UUID

from analytics.services import trial_cases, trial_watch
from enterprisehub.tenants.work import chore, task


@chore("analytics.gather_trials", ignore_result=True, expires=240)
def gather_trials() -> None:
    trial_cases.gather_all()


@task("analytics.gather_trial", ignore_result=True)
def gather_trial(experiment: str) -> None:
    trial_watch.watch(UUID(experiment))
