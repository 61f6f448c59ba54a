"""What does every test stand on? A database of its own, the application's role in it, and a Redis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

from enterprisehub.ops import embedded

# What the migrations laid down and no test changes: to make it again after each emptying takes longer than most tests.
LAID_DOWN = {"django_content_type", "auth_permission"}
_own_stack: embedded.Stack | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Services first, then the settings: pytest-django sets Django up right after this hook."""
    global _own_stack
    os.environ["DJANGO_SETTINGS_MODULE"] = "enterprisehub.settings"
    os.environ.setdefault("LOG_FORMAT", "json")
    for name in ("ANTHROPIC_API_KEY", "DATABASE_ROLE", "ENVIRONMENT"):
        os.environ.pop(name, None)
    if not os.environ.get("DATABASE_URL") and not config.option.collectonly:
        _own_stack = embedded.Stack(embedded.throwaway_folder(), ephemeral=True)
        os.environ.update(_own_stack.start())
    from django.conf import settings

    # An example that takes long on a busy machine is not a wrong one.
    hypothesis.settings.register_profile("unhurried", deadline=None)
    hypothesis.settings.load_profile("unhurried")
    _find_static_files_once()
    # Seven people are born per test; how slowly a password is hashed is Django's to test.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # All tests come from one address, and many of them show wrong keys.
    settings.API_WRONG_KEYS_PER_MINUTE = 1_000_000


def _find_static_files_once() -> None:
    """Every test client loads the middleware anew; what lies in the static folders is the same each time."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    look, found = WhiteNoiseMiddleware.add_files_from_finders, dict[str, Any]()

    def look_once(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = look_once


def pytest_unconfigure() -> None:
    if _own_stack is not None:
        _own_stack.stop()


def _owner_url() -> str:
    return os.environ.get("DATABASE_ADMIN_URL") or os.environ["DATABASE_URL"]


def _as_role(url: str) -> None:
    """Let the default connection sign in with the user of `url` from now on."""
    from django.db import connection

    from enterprisehub.ops.config import postgres

    connection.close()
    connection.close_pool()
    role = postgres("DATABASE_URL", url)
    connection.settings_dict.update(USER=role["USER"], PASSWORD=role["PASSWORD"])


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """The owner creates the test database and runs the migrations in it."""
    _as_role(_owner_url())


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Tests run as the application's role, which owns no table; only emptying tables stays with the owner."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        from django.core.management.commands import flush
        from django.db.backends.postgresql.operations import DatabaseOperations

        empty = DatabaseOperations.sql_flush

        def empty_others(operations: Any, style: Any, tables: list[str], **how: Any) -> list[str]:
            return empty(operations, style, [table for table in tables if table not in LAID_DOWN], **how)

        patch.setattr(DatabaseOperations, "sql_flush", empty_others)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_, **__: None)
        patch.setattr(DatabaseOperations, "execute_sql_flush", _empty_as_owner)
        _as_role(os.environ["DATABASE_URL"])
        yield
        _as_role(_owner_url())


def _empty_as_owner(operations: Any, sentences: list[str]) -> None:
    """TRUNCATE belongs to the owner: the application's role may not."""
    import psycopg

    from enterprisehub.ops.config import postgres

    owner = postgres("DATABASE_ADMIN_URL", _owner_url())
    place = {k.lower(): v for k, v in owner.items() if v and k != "NAME"}
    name = operations.connection.settings_dict["NAME"]
    with psycopg.connect(dbname=name, options="-c lock_timeout=10s", **place) as line:  # type: ignore[arg-type]
        for sentence in sentences:
            line.execute(sentence.encode())
