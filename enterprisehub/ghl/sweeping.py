"""Which events did nobody take, which have found their tenant, and which are old enough to go?"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import connection
from django.utils.timezone import now

from enterprisehub.tenants.scope import unscoped
from enterprisehub.tenants.work import send

log = structlog.get_logger(__name__)

WORK: Final = "ghl.work"
NEW: Final = timedelta(seconds=2)  # so long the door's own hint has time to be followed
KEEP_BODIES: Final = timedelta(days=30)  # of what is done or ignored
KEEP_ROWS: Final = timedelta(days=90)  # so long is the same event known when HighLevel sends it again
KEEP_UNMAPPED: Final = timedelta(days=30)
TENANTS: Final = 500

_DUE = """
SELECT DISTINCT tenant_id FROM ghl_inboundevent
WHERE state = 'waiting' AND next_at <= %(now)s AND received_at <= %(new)s LIMIT %(most)s
"""
_FOUND_THEIR_TENANT = """
WITH mine AS (
    DELETE FROM ghl_unmappedevent u USING tenants_tenant t
    WHERE u.location_id <> '' AND t.location_id = u.location_id
    RETURNING u.id, t.id AS tenant_id, u.external_id, u.type, u.subject, u.occurred_at, u.received_at, u.body)
INSERT INTO ghl_inboundevent
    (id, tenant_id, source, external_id, type, subject, occurred_at, received_at, body, state, attempts, next_at, reason)
SELECT id, tenant_id, 'app', external_id, type, subject, occurred_at, received_at, body, 'waiting', 0, %(now)s, ''
FROM mine ON CONFLICT DO NOTHING
"""
_OLD_BODIES = """
UPDATE ghl_inboundevent SET body = ''::bytea
WHERE state IN ('done', 'ignored') AND received_at < %(bodies)s AND received_at >= %(rows)s AND length(body) > 0
"""
_OLD_ROWS = "DELETE FROM ghl_inboundevent WHERE state <> 'waiting' AND received_at < %(rows)s"
_OLD_UNMAPPED = "DELETE FROM ghl_unmappedevent WHERE received_at < %(unmapped)s"


def sweep() -> dict[str, int]:
    """Give events that found their tenant to it, and ask the worker for every tenant in which something is due."""
    moment = now()
    with unscoped("the sweeper looks after the events of every tenant"), connection.cursor() as cursor:
        cursor.execute(_FOUND_THEIR_TENANT, {"now": moment})
        adopted = cursor.rowcount
        cursor.execute(_DUE, {"now": moment, "new": moment - NEW, "most": TENANTS})
        tenants: list[UUID] = [row[0] for row in cursor.fetchall()]
    # Outside the transaction: the broker may take its time to refuse.
    asked = sum(send(WORK, tenant, None, {}) for tenant in tenants)
    if adopted:
        log.info("events_found_their_tenant", count=adopted)
    return {"adopted": adopted, "asked": asked}


def prune() -> dict[str, int]:
    """Take away what is old: first the words, long after that the knowledge that the event was ever told."""
    moment = now()
    ages = {"bodies": moment - KEEP_BODIES, "rows": moment - KEEP_ROWS, "unmapped": moment - KEEP_UNMAPPED}
    with unscoped("events of every tenant grow old"), connection.cursor() as cursor:
        cursor.execute(_OLD_BODIES, ages)
        emptied = cursor.rowcount
        cursor.execute(_OLD_ROWS, ages)
        gone = cursor.rowcount
        cursor.execute(_OLD_UNMAPPED, ages)
        return {"emptied": emptied, "gone": gone, "unmapped": cursor.rowcount}
