"""How long can a screen ask for what it missed? Events older than a day, or beyond the last thousand, are taken away."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils.timezone import now

from enterprisehub.tenants.scope import unscoped

KEEP_FOR = timedelta(hours=24)
KEEP_EVENTS = 1_000  # per agent

# An agent's events leave from the oldest on, so that what remains is one stretch without gaps.
SENTENCE = """
WITH aged AS (SELECT agent_id, max(seq) AS seq FROM realtime_event WHERE at < %(cut)s GROUP BY agent_id),
upto AS (
    SELECT s.id, greatest(coalesce(aged.seq, 0), s.seq - %(keep)s) AS seq
    FROM realtime_stream s LEFT JOIN aged USING (agent_id)),
moved AS (
    UPDATE realtime_stream s SET pruned = upto.seq FROM upto
    WHERE s.id = upto.id AND s.pruned < upto.seq RETURNING s.agent_id, s.pruned)
DELETE FROM realtime_event e USING moved WHERE e.agent_id = moved.agent_id AND e.seq <= moved.pruned
"""


def prune() -> int:
    """Take old events away and remember in each stream up to which number; how many went."""
    with unscoped("events of every tenant grow old"), connection.cursor() as cursor:
        cursor.execute(SENTENCE, {"cut": now() - KEEP_FOR, "keep": KEEP_EVENTS})
        return int(cursor.rowcount)
