"""Where is it written down what each call did, and how much has a tenant spent by that account?"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import structlog
from django.db import DatabaseError
from django.db.models import Q, Sum
from django.utils.timezone import now

from enterprisehub.engines.budget import Spent
from enterprisehub.engines.models import EngineCall
from enterprisehub.ops import metrics
from enterprisehub.tenants import rows
from enterprisehub.tenants.scope import current, scope

log = structlog.get_logger(__name__)


def book(row: EngineCall) -> UUID | None:
    """Write one call down, in the tenant's own short transaction. A database that cannot be reached loses the row, not the card."""
    metrics.ENGINE_CALLS.labels(row.capability, row.source, row.outcome).inc()
    try:
        with scope(current()):
            rows.insert(row)
    except DatabaseError as error:
        log.error("engine_call_not_booked", error=type(error).__name__, outcome=row.outcome, cost=row.cost)
        return None
    return row.pk


def booked() -> Spent:
    """The current tenant's micro-USD of this month and day (UTC), by the ledger."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with scope(current()):
        calls = EngineCall.objects.filter(created_at__gte=today.replace(day=1), created_at__lte=now())
        found = calls.aggregate(month=Sum("cost"), day=Sum("cost", filter=Q(created_at__gte=today)))
    return Spent(found["month"] or 0, found["day"] or 0)
