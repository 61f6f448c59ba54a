"""Work of analytics that the worker does: gather what happened, count days anew."""

from __future__ import annotations

from analytics.services import digest, gathering, rolling
from enterprisehub.tenants.work import chore, task


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
