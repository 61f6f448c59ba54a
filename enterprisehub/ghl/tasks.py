"""What does the worker do for HighLevel? It makes promised writes and renews tokens before they end."""

from __future__ import annotations

from enterprisehub.ghl import tokens, waking, writing
from enterprisehub.tenants.work import chore, task


@task("ghl.write", waits=True, ignore_result=True)
def write() -> None:
    writing.drain()


@chore("ghl.sweep_outbox", ignore_result=True, expires=15)
def sweep_outbox() -> None:
    waking.sweep()


@chore("ghl.refresh_ahead", ignore_result=True, expires=250)
def refresh_ahead() -> None:
    tokens.renew_ahead()
