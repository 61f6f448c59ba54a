"""Leads work that the worker does: read a conversation again, learn from past leads."""

from __future__ import annotations

from uuid import UUID

from enterprisehub.tenants.work import task
from leads.services import reading


@task("leads.understand", waits=True, lane="live", ignore_result=True)
def understand(conversation: str) -> None:
    reading.read_again(UUID(conversation))
