"""Analytics work that the worker does: gather what happened, roll it up, answer what takes long."""

from __future__ import annotations

from uuid import UUID

from analytics.services import (
    asking,
    digest,
    gathering,
    plans,
    predicting,
    rolling,
    samples,
    scoring,
    spending,
    trial_cases,
    trial_watch,
    wording,
)
from analytics.services import effectiveness as coaching_effect
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


@task("analytics.gather", waits=True, ignore_result=True, soft_time_limit=240, time_limit=280)
def gather(since: str = "", after: str = "") -> None:
    start, place = gathering.asked(since, after)
    gathering.gather(start, after=place)


@task("analytics.roll_up", waits=True, ignore_result=True, soft_time_limit=240, time_limit=280)
def roll_up() -> None:
    rolling.roll_up()


@chore("analytics.gather_all", ignore_result=True, expires=60)
def gather_all() -> None:
    gathering.everybody()


@task("analytics.digest", waits=True, ignore_result=True)
def send_digest(week: str) -> None:
    digest.send(digest.week_of(week))


@chore("analytics.digests", ignore_result=True, expires=600)
def digests() -> None:
    digest.everybody()


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


@task("analytics.effectiveness", waits=True, ignore_result=True, soft_time_limit=540, time_limit=600)
def effectiveness(time_range: str) -> None:
    coaching_effect.run(time_range)


@task("analytics.fetch_samples", waits=True, ignore_result=True, soft_time_limit=240, time_limit=280)
def fetch_samples() -> None:
    samples.fetch()


@chore("analytics.wake_samples", ignore_result=True)
def wake_samples() -> None:
    samples.wake()
