"""What does the worker do for the screens? It takes old events away."""

from __future__ import annotations

from enterprisehub.realtime import pruning
from enterprisehub.tenants.work import chore


@chore("realtime.prune", ignore_result=True, expires=600)
def prune() -> None:
    pruning.prune()
