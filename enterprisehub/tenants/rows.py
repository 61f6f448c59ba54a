"""How are rows of the live path read and written without building the same SQL for every prospect's word?

Django takes a millisecond or two to build a statement of these sizes; here each is built once per process. The tenant's
rules are the same: rows are claimed, reads name the tenant, and Postgres' own policies stand behind both.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, models

from enterprisehub.tenants.models import TenantModel
from enterprisehub.tenants.scope import NoTenant, is_open

M = TypeVar("M", bound=TenantModel)


def insert(row: TenantModel) -> None:
    """Write a new row, exactly as `save(force_insert=True)` would; signals are not sent."""
    row.claim()
    with connection.cursor() as cursor:
        cursor.execute(_insertion(type(row)), _values(row))
    row._state.adding, row._state.db = False, connection.alias


def insert_if_new(row: TenantModel) -> bool:
    """As `insert`, but False and nothing written when a unique constraint says that it is there already."""
    row.claim()
    with connection.cursor() as cursor:
        cursor.execute(_insertion(type(row), " ON CONFLICT DO NOTHING"), _values(row))
        if cursor.rowcount == 0:
            return False
    row._state.adding, row._state.db = False, connection.alias
    return True


def update(row: TenantModel, *names: str) -> None:
    """Write these fields as `save(update_fields=names)` would; signals are not sent, and a row that is gone stays gone."""
    row.claim()
    fields = [row._meta.get_field(name) for name in names]
    values = [field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in fields]  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(_change(type(row), names), [*values, row.tenant_id, row.pk])


def select(condition: str, parameters: Sequence[Any], *joined: type[models.Model]) -> list[tuple[Any, ...]]:
    """Instances of each joined model, per row; `condition` is SQL of our own from FROM on, with %s for parameters.

    The tenant belongs into the condition. Raises NoTenant when no scope is open.
    """
    if not is_open():
        raise NoTenant("open a scope before touching rows")
    statement = f"SELECT {_columns(joined)} {condition}"
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found = cursor.fetchall()
    return [tuple(_instances(row, joined)) for row in found]


def _values(row: TenantModel) -> list[Any]:
    fields = row._meta.concrete_fields
    return [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]


def _instances(row: Sequence[Any], joined: Sequence[type[models.Model]]) -> list[models.Model]:
    made: list[models.Model] = []
    at = 0
    for model in joined:
        fields = model._meta.concrete_fields
        values = [_python(field, value) for field, value in zip(fields, row[at : at + len(fields)], strict=True)]
        made.append(model.from_db(connection.alias, [field.attname for field in fields], values))
        at += len(fields)
    return made


def _python(field: models.Field[Any, Any], value: Any) -> Any:
    reads = getattr(field, "from_db_value", None)
    return value if reads is None else reads(value, None, connection)


@lru_cache(maxsize=64)
def _insertion(model: type[TenantModel], ending: str = "") -> str:
    quote = connection.ops.quote_name
    fields = model._meta.concrete_fields
    places = (_place(field) for field in fields)
    columns = ", ".join(quote(field.attname) for field in fields)
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({', '.join(places)}){ending}"  # noqa: S608 - names of our own models


def _place(field: models.Field[Any, Any]) -> str:
    own = getattr(field, "get_placeholder", None)
    return str(own(None, None, connection)) if own else "%s"


@lru_cache(maxsize=64)
def _change(model: type[TenantModel], names: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    fields = [model._meta.get_field(name) for name in names]
    changes = ", ".join(f"{quote(field.attname)} = {_place(field)}" for field in fields)  # type: ignore[arg-type, union-attr]
    return f"UPDATE {quote(model._meta.db_table)} SET {changes} WHERE tenant_id = %s AND id = %s"  # noqa: S608 - names of our own models


@lru_cache(maxsize=64)
def _columns(joined: tuple[type[models.Model], ...]) -> str:
    quote = connection.ops.quote_name
    return ", ".join(
        f"{quote(model._meta.db_table)}.{quote(field.attname)}"
        for model in joined
        for field in model._meta.concrete_fields
    )
