"""What does the worker do for the installation itself? It sweeps the outbox and forgets old answers."""

from __future__ import annotations

from enterprisehub.tenants import answers, outbox
from enterprisehub.tenants.work import chore


@chore("tenants.sweep", ignore_result=True, expires=60)
def sweep() -> None:
    outbox.sweep()


@chore("tenants.forget_answers", ignore_result=True, expires=600)
def forget_answers() -> None:
    answers.forget()
