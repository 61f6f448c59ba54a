"""What does the worker do for the installation itself? It sweeps the outbox."""

from __future__ import annotations

from enterprisehub.tenants import outbox
from enterprisehub.tenants.work import chore


@chore("tenants.sweep", ignore_result=True, expires=60)
def sweep() -> None:
    outbox.sweep()
