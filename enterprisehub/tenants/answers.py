"""Which writes were done already, and what was answered? Kept per caller and Idempotency-Key for a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import now

from enterprisehub.errors import Conflict
from enterprisehub.tenants.models import IdempotentAnswer
from enterprisehub.tenants.scope import unscoped

KEPT_FOR = timedelta(hours=24)


def claim(caller: UUID, key: str, fingerprint: str) -> tuple[IdempotentAnswer, bool]:
    """The row of this key, and whether the work is still to be done; Conflict when the key stood for other work.

    Of two at the same time the second waits in Postgres until the first has committed or failed.
    """
    try:
        with transaction.atomic():
            return IdempotentAnswer.objects.create(caller=caller, key=key, fingerprint=fingerprint), True
    except IntegrityError:
        row: IdempotentAnswer = IdempotentAnswer.objects.select_for_update().get(caller=caller, key=key)
    if row.created_at < now() - KEPT_FOR:
        row.fingerprint, row.created_at = fingerprint, now()
        row.save(update_fields=["fingerprint", "created_at"])
        return row, True
    if row.fingerprint != fingerprint:
        raise Conflict("This Idempotency-Key belongs to another request.", field="Idempotency-Key")
    return row, False


def keep(row: IdempotentAnswer, *, status: int, body: Any) -> None:
    """What was answered, to be given again."""
    row.status, row.body = status, body
    row.save(update_fields=["status", "body"])


def forget() -> int:
    """Take away answers that are a day old; how many went."""
    with unscoped("kept answers of every tenant grow old"):
        gone: int = IdempotentAnswer.objects.filter(created_at__lt=now() - KEPT_FOR).delete()[0]
        return gone
