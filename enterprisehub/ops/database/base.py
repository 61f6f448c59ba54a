"""How does a process get a connection that lives? Django's own Postgres backend, through a restart of the server.

The pool hands out connections without looking at them; after a restart each of them would fail once. Asking the server
before each use costs a tenth of a millisecond, looking whether it has hung up costs nothing. A server that hangs, or a line
that is half open, does not hang up: then only a limit to the waiting helps.
"""

from __future__ import annotations

import select
from time import monotonic
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool, PoolTimeout


class Patient(psycopg.Connection[Any]):
    """Waits DATABASE_ANSWER_WITHIN seconds for an answer; then the connection is given up, for nobody knows what becomes of it."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, timeout or settings.DATABASE_ANSWER_WITHIN)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()
            raise psycopg.OperationalError("Postgres took the question and did not answer.") from None


class DatabaseWrapper(base.DatabaseWrapper):
    """Waits DATABASE_POOL_TIMEOUT seconds for a free connection, but for a server that refuses everybody only once."""

    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        super().__init__(settings_dict, alias)
        if pool := settings_dict["OPTIONS"].get("pool"):
            pool.setdefault("connection_class", Patient)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        pool = self.pool
        if pool is None:
            return super().get_new_connection(conn_params)
        began, refused = monotonic(), _refusals(pool)
        while True:
            try:
                connection = super().get_new_connection(conn_params)
            except PoolTimeout:
                if _refusals(pool) > refused or monotonic() - began >= settings.DATABASE_POOL_TIMEOUT:
                    raise
                continue
            if lives(connection):
                return connection
            connection.close()
            pool.putconn(connection)


def _refusals(pool: ConnectionPool[Any]) -> int:
    """How often the server has refused this process a connection."""
    return int(pool.get_stats().get("connections_errors", 0))


def lives(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server has not hung up. One that has something to say is asked, since a goodbye looks like news."""
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    if not line.poll(0):
        return True
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True
