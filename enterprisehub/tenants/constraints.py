"""How does Postgres itself refuse a row that points into another tenant?"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table


class SameTenant(models.BaseConstraint):
    """(tenant, field) must exist together in the table the field points to: a composite foreign key.

    The target needs a unique index on (tenant_id, id); it is made on first use.
    """

    def __init__(self, *, field: str, name: str) -> None:
        super().__init__(name=name)
        self.field = field

    def constraint_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        # Inside CREATE TABLE the target's index may not exist yet, so the key is added after the table.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def create_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> Statement:  # type: ignore[override]
        if schema_editor is None:
            raise ValueError("a schema editor is needed")
        field = model._meta.get_field(self.field)
        quote = schema_editor.quote_name
        there = field.related_model._meta.db_table
        on_delete = "SET NULL" if field.null else "NO ACTION"
        columns = f"({quote(field.column)})" if field.null else ""
        return Statement(
            "CREATE UNIQUE INDEX IF NOT EXISTS %(index)s ON %(there)s (tenant_id, id); "
            "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (tenant_id, %(column)s) "
            "REFERENCES %(there)s (tenant_id, id) ON DELETE %(on_delete)s %(columns)s DEFERRABLE INITIALLY DEFERRED",
            table=Table(model._meta.db_table, quote),
            index=quote(f"{there}_tenant_row"[:63]),
            there=quote(there),
            name=quote(self.name),
            column=quote(field.column),
            on_delete=on_delete,
            columns=columns if field.null else "",
        )

    def remove_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> Statement:  # type: ignore[override]
        if schema_editor is None:
            raise ValueError("a schema editor is needed")
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=Table(model._meta.db_table, schema_editor.quote_name),
            name=schema_editor.quote_name(self.name),
        )

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: Any = None) -> None:
        """Nothing to do in Python: TenantModel.claim and the database decide."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "field": self.field}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameTenant) and (self.name, self.field) == (other.name, other.field)

    __hash__ = models.BaseConstraint.__hash__
