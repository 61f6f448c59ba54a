"""Do twenty tenants at once stay apart in threads, event loop, tasks and pooled connections, whatever is raised or cancelled?"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection, transaction

from enterprisehub.tenants.models import Team, Tenant
from enterprisehub.tenants.scope import NoTenant, current, is_open, named, scope, unscoped
from enterprisehub.tenants.work import task

TENANTS, ROUNDS, THREADS = 20, 50, 8
Piece = Callable[[UUID, str], None]


class Foul(Exception):
    """Raised on purpose in the middle of somebody's work."""


@pytest.fixture
def canaries(transactional_db: None) -> Iterator[dict[UUID, str]]:
    """Twenty committed tenants, each with one team that bears its canary."""
    made = {}
    with unscoped("the test makes twenty tenants"):
        for number in range(TENANTS):
            tenant = Tenant.objects.create(name=f"Tenant {number}", slug=f"tenant-{number}")
            made[tenant.pk] = f"canary-{uuid4().hex}"
            Team.objects.create(tenant=tenant, name=made[tenant.pk])
    return made


def see() -> set[str]:
    """The names that the managers, the plain ORM and raw SQL show, which must be the same."""
    with connection.cursor() as cursor:
        cursor.execute("select name from tenants_team")
        raw = {row[0] for row in cursor.fetchall()}
    assert (
        raw
        == set(Team.objects.values_list("name", flat=True))
        == set(Team._base_manager.values_list("name", flat=True))
    )
    return raw


def look(tenant: UUID, canary: str) -> None:
    with scope(tenant):
        assert current() == tenant
        assert see() == {canary}


def look_through_others(tenant: UUID, canary: str) -> None:
    with scope(tenant):
        with unscoped("the test counts everybody"):
            assert len(see()) == TENANTS
        with named(tenant), pytest.raises(NoTenant):
            Team.objects.exists()
        assert see() == {canary}


def fail_after_looking(tenant: UUID, canary: str) -> None:
    with scope(tenant):
        assert see() == {canary}
        raise Foul


def fail_inside(tenant: UUID, canary: str) -> None:
    with scope(tenant):
        with pytest.raises(Foul), transaction.atomic(), scope(tenant):
            raise Foul
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select no_such_column from tenants_team")
        assert see() == {canary}


def fail_in_everybodys(tenant: UUID, canary: str) -> None:
    with scope(tenant):
        with pytest.raises(Foul), unscoped("the test fails while everybody is open"):
            raise Foul
        assert see() == {canary}


def look_without(tenant: UUID, canary: str) -> None:
    """Between two jobs, on whatever connection the pool lends: nothing is open."""
    assert not is_open()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from tenants_team")
        assert cursor.fetchone() == (0,)


PIECES: tuple[Piece, ...] = (
    look, look_through_others, fail_after_looking, fail_inside, fail_in_everybodys, look_without,
)  # fmt: skip


def work(piece: Piece, tenant: UUID, canary: str) -> None:
    """One job on a connection that goes back to the pool, as after a request."""
    try:
        piece(tenant, canary)
    except Foul:
        pass
    finally:
        connection.close()


def jobs(canaries: dict[UUID, str]) -> list[tuple[Piece, UUID, str]]:
    rng = random.Random(7)
    mixed = [(rng.choice(PIECES), tenant, canary) for tenant, canary in canaries.items() for _ in range(ROUNDS)]
    rng.shuffle(mixed)
    return mixed


@pytest.mark.django_db(transaction=True)
def test_a_thousand_jobs_in_threads_see_their_own_canary_only(canaries: dict[UUID, str]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        running = [pool.submit(work, *job) for job in jobs(canaries)]
        assert [done.exception() for done in running] == [None] * len(running)


@pytest.mark.django_db(transaction=True)
def test_a_thousand_coroutines_with_cancellations_see_their_own_canary_only(canaries: dict[UUID, str]) -> None:
    ended = asyncio.run(_interleave(canaries))
    assert [e for e in ended if e is not None and not isinstance(e, asyncio.CancelledError)] == []
    assert sum(e is None for e in ended) >= len(ended) * 0.7


async def _interleave(canaries: dict[UUID, str]) -> list[BaseException | None]:
    """How each job ended: None when it saw what it should."""
    gate = asyncio.Semaphore(THREADS)
    pool = ThreadPoolExecutor(THREADS)
    rng = random.Random(11)

    async def one(piece: Piece, tenant: UUID, canary: str) -> None:
        async with gate:
            with named(tenant):
                await asyncio.sleep(0)
                assert current() == tenant
                await sync_to_async(work, thread_sensitive=False, executor=pool)(_in_context(piece), tenant, canary)
                await asyncio.sleep(0)
                assert current() == tenant

    running = [asyncio.create_task(one(*job)) for job in jobs(canaries)]
    for chosen in rng.sample(running, len(running) // 5):
        asyncio.get_running_loop().call_later(rng.random() * 0.5, chosen.cancel)
    ended = await asyncio.gather(*running, return_exceptions=True)
    pool.shutdown()
    return ended


def _in_context(piece: Piece) -> Piece:
    """In a coroutine's thread the tenant's name has come along; no rows can be touched by it alone."""

    def inside(tenant: UUID, canary: str) -> None:
        assert current() == tenant
        assert not is_open()
        with pytest.raises(NoTenant):
            Team.objects.exists()
        piece(tenant, canary)

    return inside


@pytest.mark.django_db(transaction=True)
def test_a_scope_does_not_open_rows_in_another_thread_or_after_the_commit(canaries: dict[UUID, str]) -> None:
    tenant, canary = next(iter(canaries.items()))
    after: list[bool] = []
    with scope(tenant):
        transaction.on_commit(lambda: after.append(is_open()))

        async def elsewhere() -> bool:
            return await asyncio.to_thread(is_open)

        with ThreadPoolExecutor(1) as pool:
            import contextvars

            context = contextvars.copy_context()
            assert not pool.submit(context.run, lambda: asyncio.run(elsewhere())).result()
        assert see() == {canary}
    assert after == [False]


@pytest.mark.django_db(transaction=True)
def test_tasks_of_all_tenants_on_one_worker_see_their_own_canary_only(canaries: dict[UUID, str]) -> None:
    @task(f"tests.look.{uuid4().hex}")
    def seen(canary: str, foul: bool) -> None:
        assert see() == {canary}
        if foul:
            raise Foul

    for turn, (tenant, canary) in enumerate([*canaries.items()] * 3):
        if turn % 3:
            seen(tenant=str(tenant), canary=canary, foul=False)
        else:
            with pytest.raises(Foul):
                seen(tenant=str(tenant), canary=canary, foul=True)
        assert not is_open()
