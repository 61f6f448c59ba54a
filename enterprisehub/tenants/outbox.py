"""Which promised work never reached a worker, and what becomes of it?"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from celery import current_app
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.timezone import now

from enterprisehub.tenants.models import Job
from enterprisehub.tenants.scope import unscoped
from enterprisehub.tenants.work import MAX_ATTEMPTS, send

log = structlog.get_logger(__name__)
REST = timedelta(seconds=60)  # unfinished for this long: hand it over again; doubled with each attempt
BATCH = 500


def sweep() -> dict[str, int]:
    """Hand unfinished work over again, oldest first, and mark as dead what was tried often enough."""
    with unscoped("the sweeper looks after the work of every tenant"):
        dead = _give_up()
        sent = 0
        for job in _overdue(now()):
            if job.name not in current_app.tasks:
                dead += _bury(Job.objects.filter(pk=job.pk), error="there is no such task")
                continue
            if not send(job.name, job.tenant_id, job.pk, job.arguments):
                break  # the broker is down; the attempt does not count
            Job.objects.filter(pk=job.pk).update(sent_at=now(), attempts=job.attempts + 1)
            sent += 1
    if sent or dead:
        log.info("outbox_swept", sent=sent, dead=dead)
    return {"sent": sent, "dead": dead}


def _overdue(moment: datetime) -> list[Job]:
    """Rows that no other sweeper holds; who was tried n times waits 60 s times 2 to the n."""
    due = Q(pk__in=[])
    for tries in range(MAX_ATTEMPTS):
        due |= Q(attempts=tries, last__lt=moment - REST * 2**tries)
    waiting = Job.objects.filter(failed_at=None).annotate(last=Coalesce("sent_at", "created_at")).filter(due)
    return list(waiting.order_by("last").select_for_update(skip_locked=True)[:BATCH])


def _give_up() -> int:
    spent = Job.objects.filter(failed_at=None, attempts__gte=MAX_ATTEMPTS, sent_at__lt=now() - REST)
    return _bury(spent)


def _bury(jobs: QuerySet[Job], **reason: str) -> int:
    """Dead work stays in the table, where the admin and the figures show it, and is not tried again."""
    return int(jobs.update(failed_at=now(), **reason))
