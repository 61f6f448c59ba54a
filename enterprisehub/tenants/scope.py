"""Whose data may this code touch? Every tenant row is read and written inside a scope."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models, transaction
from psycopg import AsyncConnection

GUC = "app.tenant"
EVERYBODY = "*"


class NoTenant(RuntimeError):
    """A tenant's rows were asked for outside any tenant's scope."""


class WrongTenant(RuntimeError):
    """A row of one tenant was about to be written inside another tenant's scope."""


@dataclass(frozen=True)
class _Scope:
    tenant: UUID | None  # None with `open` = every tenant (unscoped)
    open: bool  # a transaction carries the tenant, so rows can be touched


_scope: ContextVar[_Scope | None] = ContextVar("tenant_scope", default=None)


@contextmanager
def scope(tenant_id: UUID) -> Iterator[None]:
    """Open a transaction in which only this tenant's rows exist, for Django's managers and for Postgres itself."""
    if not isinstance(tenant_id, UUID):
        raise NoTenant(f"a tenant id is a UUID, not {type(tenant_id).__name__}")
    with _carry(_Scope(tenant_id, open=True), str(tenant_id)):
        yield


@contextmanager
def unscoped(reason: str) -> Iterator[None]:
    """Open a transaction over every tenant; the reason says why this code may. The one exit that grep finds."""
    if not reason.strip():
        raise NoTenant("say why this code may see every tenant")
    with _carry(_Scope(None, open=True), EVERYBODY):
        yield


@contextmanager
def named(tenant_id: UUID) -> Iterator[None]:
    """Remember whose work this is without holding a transaction: for code that waits on the network.

    Inside, `with scope(current()):` opens the short pieces that touch rows; managers raise between them, and the
    connection is back in the pool, or a handful of waiting calls would keep everybody else from the database.
    """
    token = _scope.set(_Scope(tenant_id, open=False))
    try:
        yield
    finally:
        _scope.reset(token)


def opened(tenant_id: UUID | None) -> AbstractContextManager[None]:
    """The tenant's scope where none is open yet; nothing where one is, or where no tenant is known."""
    return nullcontext() if tenant_id is None or is_open() else scope(tenant_id)


async def everybodys(line: AsyncConnection[Any], reason: str) -> None:
    """`unscoped` for a connection that is not Django's: what its open transaction does next reaches every tenant's rows."""
    if not reason.strip():
        raise NoTenant("say why this code may see every tenant")
    await line.execute("SELECT set_config(%s, %s, true)", [GUC, EVERYBODY])


def current() -> UUID:
    """The tenant in whose scope, or in whose name, this code runs."""
    now = _scope.get()
    if now is None or now.tenant is None:
        raise NoTenant("open a scope first: with scope(tenant.pk): ...")
    return now.tenant


def is_open() -> bool:
    """Whether rows can be touched here: a scope is open, or the reason for none was given.

    Context variables travel into other threads and into on-commit work, transactions do not: there it is closed.
    """
    now = _scope.get()
    return now is not None and now.open and connection.in_atomic_block


def is_unscoped() -> bool:
    now = _scope.get()
    return now is not None and now.tenant is None and is_open()


@contextmanager
def _carry(wanted: _Scope, value: str) -> Iterator[None]:
    around = _scope.get()
    nested = connection.in_atomic_block
    token = _scope.set(wanted)
    try:
        with transaction.atomic():
            before = _set_guc(value)
            yield
            # A committed outermost transaction forgets SET LOCAL by itself; an outer one must get its own value back.
            if nested and not connection.needs_rollback:
                _set_guc(before)
    finally:
        _scope.reset(token)
        if not nested and around is not None and not around.open:
            connection.close()


def _set_guc(value: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true), set_config(%s, %s, true)", [GUC, GUC, value])
        row = cursor.fetchone()
    return (row[0] if row else "") or ""


M = TypeVar("M", bound=models.Model)


class TenantQuerySet(models.QuerySet[M]):
    """Rows of one tenant; writing in bulk stamps and checks the tenant as saving one does."""

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[M]:
        rows = list(objs)
        for row in rows:
            row.claim()
        return super().bulk_create(rows, *args, **kwargs)

    def bulk_update(self, objs: Any, fields: Any, *args: Any, **kwargs: Any) -> int:
        rows = list(objs)
        for row in rows:
            row.claim()
        return super().bulk_update(rows, fields, *args, **kwargs)


class TenantManager(models.Manager[M]):
    """Raises when no scope is open, else shows only the scope's tenant."""

    def get_queryset(self) -> TenantQuerySet[M]:
        if not is_open():
            raise NoTenant(f"{self.model._meta.label}: open a scope before touching rows")
        rows = TenantQuerySet[M](self.model, using=self._db)
        return rows if is_unscoped() else rows.filter(tenant_id=current())
