"""What does the worker do for HighLevel? It works on events that wait, makes promised writes, and renews tokens in time."""

from __future__ import annotations

from enterprisehub.ghl import connecting, inbox, installs, sweeping, tokens, waking, writing
from enterprisehub.tenants.scope import current
from enterprisehub.tenants.work import chore, send, task

A_TURN = 10.0  # seconds, then other work gets its turn


@task(sweeping.WORK, waits=True, ignore_result=True, expires=60)
def work() -> None:
    tenant = current()
    if inbox.work(tenant, seconds=A_TURN, left_alone=inbox.LEFT_ALONE):
        send(sweeping.WORK, tenant, None, {})


@chore("ghl.sweep", ignore_result=True, expires=30)
def sweep() -> None:
    sweeping.sweep()


@chore("ghl.prune", ignore_result=True, expires=600)
def prune() -> None:
    sweeping.prune()


@task(waking.TASK, waits=True, ignore_result=True, expires=60)
def write() -> None:
    writing.drain()


@chore("ghl.sweep_outbox", ignore_result=True, expires=15)
def sweep_outbox() -> None:
    waking.sweep()


@chore("ghl.refresh_ahead", ignore_result=True, expires=250)
def refresh_ahead() -> None:
    installs.agencies_gone()
    tokens.renew_ahead()


@task(connecting.LOOK, waits=True, ignore_result=True, expires=300)
def look() -> None:
    connecting.look(current())


@task(installs.MINT, waits=True, ignore_result=True)
def mint() -> None:
    installs.minted_quietly()
