"""Does a process notice that Postgres hung up before it uses a connection, and how long does it wait for one?"""

from __future__ import annotations

import select
import time
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client

from enterprisehub.ops import away
from enterprisehub.ops.database.base import lives
from enterprisehub.tenants import api_keys
from enterprisehub.tenants.models import User

BUSY = "select count(*) from pg_stat_activity where application_name = 'enterprisehub' and datname = current_database()"
HANG_UP = f"select pg_terminate_backend(pid, 5000) from ({BUSY.replace('count(*)', 'pid')} and pid <> pg_backend_pid()) as them"


def held(many: int, stack: ExitStack) -> list[Any]:
    """So many connections out of the pool until the stack is closed."""
    pool = connection.pool
    assert pool is not None
    pool.open()
    found = [pool.getconn() for _ in range(many)]
    for one in found:
        stack.callback(pool.putconn, one)
    return found


@pytest.mark.django_db(transaction=True)
def test_connections_that_postgres_ended_are_never_used() -> None:
    with ExitStack() as stack:
        held(6, stack)
    User.objects.count()
    connection.close()
    with psycopg.connect(**_place(), autocommit=True) as other:
        ended = other.execute(HANG_UP).rowcount
    assert ended >= 6
    began = time.monotonic()
    for _ in range(10):
        assert User.objects.count() == 0
        connection.close()
    assert time.monotonic() - began < 15  # each that was tried in vain would cost the pool's two seconds


@pytest.mark.django_db(transaction=True)
def test_one_that_has_news_is_not_taken_for_dead() -> None:
    with psycopg.connect(**_place(), autocommit=True) as one, psycopg.connect(**_place(), autocommit=True) as other:
        one.execute("listen doorbell")
        other.execute("notify doorbell")
        assert select.select([one.fileno()], [], [], 60)[0], "the news did not come"
        assert lives(one)
        other.execute("select pg_terminate_backend(%s, 5000)", [one.info.backend_pid])
        assert not lives(one)
        assert lives(other)


@pytest.mark.django_db(transaction=True)
def test_when_all_are_in_use_the_wait_has_an_end(settings: Any) -> None:
    settings.DATABASE_POOL_TIMEOUT = 3
    connection.close()
    assert connection.pool is not None
    with ExitStack() as stack:
        held(connection.pool.max_size, stack)
        began = time.monotonic()
        with pytest.raises(OperationalError) as told:
            User.objects.count()
        assert 3 <= time.monotonic() - began < 25  # the pool's own patience is 30 s
        assert away.is_away(told.value)
    assert User.objects.count() == 0


def _place() -> dict[str, Any]:
    found = connection.settings_dict
    return {"dbname": found["NAME"], "user": found["USER"], "password": found["PASSWORD"], "host": found["HOST"]}


@pytest.mark.parametrize(
    ("cause", "gone"),
    [
        (psycopg.OperationalError("connection refused"), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.CrashShutdown(), True),
        (psycopg.errors.CannotConnectNow(), True),
        (psycopg.errors.TooManyConnections(), True),
        (psycopg.errors.ConnectionFailure(), True),
        (psycopg.errors.DeadlockDetected(), False),
        (psycopg.errors.LockNotAvailable(), False),
        (psycopg.errors.DiskFull(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_a_server_that_cannot_be_reached_is_away(cause: psycopg.Error, gone: bool) -> None:
    error = OperationalError("as Django tells it")
    error.__cause__ = cause
    assert away.is_away(error) is gone


def test_what_postgres_answered_is_not_its_absence() -> None:
    assert away.is_away(InterfaceError("connection already closed"))
    assert not any(away.is_away(one) for one in (None, IntegrityError(), DataError(), ValueError(), ConnectionError()))


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(OperationalError("away"), 503, "unavailable"), (LookupError("secret words"), 500, "server_error")],
    ids=["away", "broken"],
)
def test_a_program_gets_a_problem_even_when_it_broke_before_its_endpoint(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    def fail(_: str) -> None:
        raise error

    monkeypatch.setattr(api_keys, "check", fail)
    client = Client(raise_request_exception=False, headers={"Authorization": "Bearer ehk_a.b"})
    answer = client.post("/api/v1/claude/coaching/real-time")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code
    assert answer.has_header("Retry-After") is (status == 503)
    assert "secret" not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
