"""How many calls are under way at once, and does the seat of a worker that died come back?"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.conf import settings as installed

from enterprisehub.engines import seats, shared
from enterprisehub.engines.base import StoreDown
from enterprisehub.ops.stores import cache_redis
from enterprisehub.tenants import keys
from tests.engines.crowd import at_once
from tests.fakes import nobody_listens

CRASH = """
import os, sys, uuid
import django
django.setup()
from enterprisehub.engines import seats
taken = [seats.seat(uuid.UUID(sys.argv[1]), most=2) for _ in range(2)]
print([seat.__enter__() for seat in taken], flush=True)
os._exit(9)
"""


def free(tenant: UUID, most: int) -> bool:
    with seats.seat(tenant, most=most) as taken:
        return taken


def test_many_who_come_at_once_get_the_tenants_seats_and_no_more(tenant: UUID) -> None:
    leave, came = threading.Event(), threading.Semaphore(0)

    def sit() -> bool:
        with seats.seat(tenant, most=5) as taken:
            came.release()
            if taken:
                leave.wait(60)
            return taken

    def open_the_door() -> None:
        for _ in range(20):
            came.acquire(timeout=60)
        leave.set()

    porter = threading.Thread(target=open_the_door)
    porter.start()
    assert at_once(20, sit).count(True) == 5
    porter.join()
    assert free(tenant, 1)  # all five are empty again


def test_a_tenant_that_has_no_seat_left_takes_none_of_anothers(tenant: UUID) -> None:
    with (
        seats.seat(tenant, most=1) as first,
        seats.seat(tenant, most=1) as second,
        seats.seat(uuid4(), most=1) as third,
    ):
        assert (first, second, third) == (True, False, True)


def test_a_process_has_so_many_calls_under_way_whoever_asks_and_nobody_waits_long() -> None:
    with ExitStack() as held:
        for _ in range(seats.PER_PROCESS):
            assert held.enter_context(seats.seat(uuid4()))
        began = perf_counter()
        assert not free(uuid4(), 1)
        assert (
            seats.PATIENCE <= perf_counter() - began < 20
        )  # nobody leaves, so whoever waits for a seat waits for ever
    assert free(uuid4(), 1)


def test_a_seat_is_given_back_however_the_call_ends(tenant: UUID) -> None:
    for _ in range(seats.PER_PROCESS + 2):
        with pytest.raises(KeyboardInterrupt), seats.seat(tenant, most=1) as taken:
            assert taken
            raise KeyboardInterrupt
    assert free(tenant, 1)


def test_the_seats_of_a_worker_that_died_come_back_when_their_lease_ends(tenant: UUID) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(tenant)],
        cwd=installed.BASE_DIR,
        env={**os.environ, "CACHE_REDIS_URL": installed.CACHE_REDIS_URL},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (9, "[True, True]"), done.stderr
    assert not free(tenant, 2)
    lease = timedelta(milliseconds=seats.LEASE_MS)
    with time_machine.travel(datetime.now(UTC) + lease - timedelta(seconds=60), tick=False) as clock:
        assert not free(tenant, 2)
        clock.shift(timedelta(seconds=60))
        with seats.seat(tenant, most=2) as first, seats.seat(tenant, most=2) as second:
            assert (first, second) == (True, True)
            assert not free(tenant, 2)


def test_a_lease_that_nobody_renews_leaves_nothing_behind_in_redis(tenant: UUID) -> None:
    with seats.seat(tenant):
        assert 0 < cache_redis().pttl(keys.of(tenant, "seats")) <= seats.LEASE_MS
    assert not cache_redis().exists(keys.of(tenant, "seats"))


def test_without_redis_there_is_no_seat_and_the_process_keeps_its_own(tenant: UUID, settings: Any) -> None:
    there, settings.CACHE_REDIS_URL = settings.CACHE_REDIS_URL, nobody_listens().replace("http", "redis")
    for _ in range(seats.PER_PROCESS + 2):
        with pytest.raises(StoreDown), seats.seat(tenant):
            pass
    settings.CACHE_REDIS_URL, shared._down_until = there, 0.0
    assert free(tenant, 1)
