"""What does the worker do for HighLevel's events? It works on what waits, and looks for what was forgotten."""

from __future__ import annotations

from enterprisehub.ghl import inbox, sweeping
from enterprisehub.tenants.scope import current
from enterprisehub.tenants.work import chore, send, task

A_TURN = 10.0  # seconds, then other work gets its turn


@task(sweeping.WORK, waits=True, ignore_result=True, expires=60)
def work() -> None:
    tenant = current()
    if inbox.work(tenant, seconds=A_TURN):
        send(sweeping.WORK, tenant, None, {})


@chore("ghl.sweep", ignore_result=True, expires=30)
def sweep() -> None:
    sweeping.sweep()


@chore("ghl.prune", ignore_result=True, expires=600)
def prune() -> None:
    sweeping.prune()
