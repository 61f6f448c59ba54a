"""Do the tests, like the product, talk to Postgres as a role that owns nothing and bypasses nothing?"""

from __future__ import annotations

import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_connection_is_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_user, rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = current_user"
        )
        assert cursor.fetchone() == ("ehub_app", False, False, False)


@pytest.mark.django_db
def test_the_application_role_owns_no_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), count(*) filter (where tableowner = current_user) from pg_tables where schemaname = 'public'"
        )
        tables, owned = cursor.fetchone()
    assert tables > 5
    assert owned == 0
