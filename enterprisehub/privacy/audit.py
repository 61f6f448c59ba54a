"""How does every change leave a trace of who did it?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import models

from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.scope import current, is_unscoped


@dataclass(frozen=True)
class Actor:
    """Who is acting, through which door (page, admin, api, socket, task, command)."""

    user_id: UUID | None = None
    via: str = ""
    ip: str | None = None
    request_id: str = ""


_actor: ContextVar[Actor] = ContextVar("actor", default=Actor())  # noqa: B039 - frozen


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Everything recorded inside carries this actor."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def record(verb: str, target: models.Model | str = "", *, actor: Actor | None = None, **facts: Any) -> None:
    """Write an audit row in the open transaction. `facts` are ids, names of fields and numbers: no personal data."""
    who = actor or _actor.get()
    label = target if isinstance(target, str) else f"{target._meta.label_lower}:{target.pk}"
    AuditEvent.objects.create(
        tenant_id=None if is_unscoped() else current(),
        verb=verb,
        target=label[:120],
        facts=facts,
        actor_id=who.user_id,
        via=who.via,
        ip=who.ip,
        request_id=who.request_id,
    )


def keep(verb: str, target: models.Model | str, *, by: UUID | None, facts: dict[str, Any]) -> None:
    """`record` for the floor below, which cannot import it (see tenants/trail.py)."""
    who = _actor.get()
    record(verb, target, actor=replace(who, user_id=by) if by else who, **facts)
