"""Who writes down what was done here? The audit trail lives one floor above and takes the job at start."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

from django.db import models

from enterprisehub.tenants.scope import is_open, unscoped


class Writer(Protocol):
    """Writes one audit row in the open transaction; `by` replaces the request's actor."""

    def __call__(self, verb: str, target: models.Model | str, *, by: UUID | None, facts: dict[str, Any]) -> None: ...


_writer: Writer | None = None


def kept_by(writer: Writer) -> None:
    """From now on this function writes the rows (privacy says so once, when the apps are ready)."""
    global _writer
    _writer = writer


def note(verb: str, target: models.Model | str = "", *, by: UUID | None = None, **facts: Any) -> None:
    """Leave an audit row in the open scope; where no tenant is known yet, one of the installation's own.

    `facts` are ids, names of fields and numbers: no personal data.
    """
    if _writer is None:
        raise RuntimeError("nobody keeps the audit trail")
    if is_open():
        _writer(verb, target, by=by, facts=facts)
        return
    with unscoped("the trail of what happens before a tenant is known"):
        _writer(verb, target, by=by, facts=facts)
