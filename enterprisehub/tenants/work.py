"""How is work done later: in the same tenant, only if this transaction commits, and even when the broker was down?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any
from uuid import UUID

import structlog
from celery import current_app, shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from enterprisehub.tenants.models import Job
from enterprisehub.tenants.scope import current, named, scope

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 8  # how often work is handed over again before it is given up
TENANT, INSTALLATION = "tenant", "installation"  # whom a task serves
BROKER_REST = 5.0  # seconds without trying the broker after it refused

_broker_down_until = 0.0
_withheld: ContextVar[bool] = ContextVar("work_withheld", default=False)


@contextmanager
def withheld() -> Iterator[None]:
    """Inside, nothing is promised to the worker: for words that were said long ago."""
    token = _withheld.set(True)
    try:
        yield
    finally:
        _withheld.reset(token)


def later(name: str, *, durable: bool = True, **ids: UUID | str | int) -> None:
    """Ask the worker for `name` with these ids (never personal data), once the open transaction commits.

    Durable work is written to the outbox first, so a dead broker only delays it; work that is worthless when late
    (a refinement) passes durable=False and saves the row.
    """
    tenant_id = current()
    if _withheld.get():
        return
    arguments = {key: str(value) if isinstance(value, UUID) else value for key, value in ids.items()}
    job = Job.objects.create(name=name, arguments=arguments) if durable else None
    transaction.on_commit(lambda: send(name, tenant_id, job.pk if job else None, arguments))


def send(name: str, tenant_id: UUID, job_id: UUID | None, arguments: dict[str, Any]) -> bool:
    """Hand the work to the broker; False when it did not take it (the sweeper will)."""
    global _broker_down_until
    if time.monotonic() < _broker_down_until:
        return False
    work = current_app.tasks[name]
    try:
        work.apply_async(
            kwargs={"tenant": str(tenant_id), "job": str(job_id) if job_id else None, **arguments},
            queue=work.lane,
            retry=False,
        )
    except (OperationalError, OSError) as error:
        _broker_down_until = time.monotonic() + BROKER_REST
        log.warning("broker_unreachable", task=name, error=type(error).__name__)
        return False
    return True


def task(
    name: str, *, waits: bool = False, lane: str = "default", **policy: Any
) -> Callable[[Callable[..., None]], Any]:
    """Declare a Celery task that runs inside its tenant's scope, and the queue (`lane`) in which it waits for a worker.

    A task that waits on the network (`waits=True`) is only named, so that it holds no transaction meanwhile.
    """

    def decorate(function: Callable[..., None]) -> Any:
        @wraps(function)
        def run(*, tenant: str, job: str | None = None, **ids: Any) -> None:
            tenant_id = UUID(tenant)
            opening = named if waits else scope
            try:
                with opening(tenant_id):
                    function(**ids)
            except Exception as error:
                if job:
                    _failed(tenant_id, UUID(job), error)
                raise
            if job:
                with scope(tenant_id):
                    Job.objects.filter(pk=UUID(job)).delete()

        return shared_task(name=name, serves=TENANT, lane=lane, **policy)(run)

    return decorate


def chore(name: str, **policy: Any) -> Callable[[Callable[[], None]], Any]:
    """Declare a Celery task of the installation itself: nobody's scope is open in it, so it says why when it opens all."""
    return shared_task(name=name, serves=INSTALLATION, **policy)  # type: ignore[no-any-return]


def _failed(tenant_id: UUID, job_id: UUID, error: Exception) -> None:
    """The sweeper counts the attempts, so that work which kills its worker is given up too; here only the reason is kept."""
    with scope(tenant_id):
        Job.objects.filter(pk=job_id).update(error=type(error).__name__)
