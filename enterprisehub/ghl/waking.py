"""Who tells the worker that something waits for HighLevel? A hint each time, one alarm clock per tenant, and a sweeper."""

from __future__ import annotations

from uuid import UUID

import structlog
from celery import current_app
from django.utils.timezone import now
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from enterprisehub.ghl.models import OutboundCall, State
from enterprisehub.ops.stores import cache_redis
from enterprisehub.tenants import keys
from enterprisehub.tenants.scope import unscoped
from enterprisehub.tenants.work import send

log = structlog.get_logger(__name__)
TASK = "ghl.write"
MOST_TENANTS = 500


def wake(tenant_id: UUID) -> None:
    """Have the tenant's writes made. A hint: the table is the truth, and the sweeper looks into it."""
    send(TASK, tenant_id, None, {})


def wake_after(tenant_id: UUID, seconds: float) -> None:
    """The same in so many seconds; whoever asks while an alarm is set gets no second one."""
    pause = max(0.1, seconds)
    try:
        if not cache_redis().set(keys.of(tenant_id, "ghl", "alarm"), 1, px=int(pause * 1000), nx=True):
            return
        work = current_app.tasks[TASK]
        work.apply_async(kwargs={"tenant": str(tenant_id), "job": None}, queue=work.lane, countdown=pause, retry=False)
    except (RedisError, OperationalError, OSError) as error:
        log.warning("ghl_alarm_not_set", error=type(error).__name__)


def sweep() -> int:
    """Wake whoever has something due; how many tenants."""
    with unscoped("the sweeper looks after the writes of every tenant"):
        due = OutboundCall.objects.filter(state=State.WAITING, next_at__lte=now())
        tenants = list(due.order_by().values_list("tenant_id", flat=True).distinct()[:MOST_TENANTS])
    for tenant_id in tenants:
        wake(tenant_id)
    return len(tenants)
