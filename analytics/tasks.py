"""Analytics work that the worker does: gather what happened, roll it up, answer what takes long."""

from __future__ import annotations

from analytics.services import effectiveness as coaching_effect
from analytics.services import predicting, spending
from enterprisehub.tenants.work import chore, task


@chore("analytics.wake_ledgers", ignore_result=True)
def wake_ledgers() -> None:
    spending.wake()


@task("analytics.roll_up_ledger", ignore_result=True)
def roll_up_ledger() -> None:
    spending.roll_up()


@chore("analytics.wake_predictions", ignore_result=True)
def wake_predictions() -> None:
    predicting.wake()


@task("analytics.predict", ignore_result=True)
def predict() -> None:
    predicting.count()


@task("analytics.effectiveness", waits=True)
def effectiveness(time_range: str) -> None:
    coaching_effect.run(time_range)
