"""Work about leads that the worker does: take a file's people in."""

from __future__ import annotations

from uuid import UUID

from enterprisehub.tenants.work import task
from leads import taking_in


@task("leads.import", waits=True, ignore_result=True)
def take_in(row: str) -> None:
    taking_in.take_in(UUID(row))
