"""How does Postgres hide every row of another tenant, even from raw SQL and forgotten filters?"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

POLICY = (
    "(current_setting('app.tenant', true) = '*' "
    "OR {column} = nullif(nullif(current_setting('app.tenant', true), ''), '*')::uuid)"
)


class EnableRLS(Operation):
    """Migration operation: force row-level security on a model's table, for the owner too.

    Without a tenant in the transaction there are no rows; writing another tenant's row is refused.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, column: str = "tenant_id") -> None:
        self.model_name = model_name
        self.column = column

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The Django state does not change: policies live in the database alone."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = schema_editor.quote_name(to_state.apps.get_model(app_label, self.model_name)._meta.db_table)
        rule = POLICY.format(column=self.column)
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"CREATE POLICY tenant_rows ON {table} USING {rule} WITH CHECK {rule}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = schema_editor.quote_name(from_state.apps.get_model(app_label, self.model_name)._meta.db_table)
        schema_editor.execute(f"DROP POLICY tenant_rows ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Force row-level security on {self.model_name}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.model_name], {"column": self.column}

    @property
    def migration_name_fragment(self) -> str:
        return f"rls_{self.model_name.lower()}"
