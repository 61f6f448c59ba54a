"""How is a day counted anew? Its roll-up goes and is made again from its events, so twice gives the same as once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from analytics.models import Daily, Event, Spread, StaleDay
from analytics.spread import PER_DOUBLING
from enterprisehub.tenants.scope import current, scope
from enterprisehub.tenants.work import later

DAYS_AT_ONCE: Final = 7  # of one transaction
MOST: Final = 120  # days of one task; the next one takes the rest
# Sums are made in numeric: a sum of floats depends on the order of the rows, and the same day would not be the same twice.
# Rounded to a millionth, since the square of a value next to nothing is no float any more.
_SUMS: Final = """
    count(*), coalesce(sum(round(value::numeric, 6)), 0)::float8, coalesce(sum(round(value::numeric, 6) ^ 2), 0)::float8,
    coalesce(sum(amount), 0)
"""
_BY: Final = """
    kind, day, agent_id, team, card_kind, playbook_version, prompt_version, vertical, language, engine, medium, arm,
    variant, reason, currency
"""
_DAILY: Final = f"""
    INSERT INTO analytics_daily (id, tenant_id, {_BY}, n, total, squares, amount)
    SELECT gen_random_uuid(), %(tenant)s, {_BY}, {_SUMS} FROM analytics_event
    WHERE tenant_id = %(tenant)s AND day = ANY(%(days)s) GROUP BY {_BY}
"""  # noqa: S608 - our own columns
# How many people were spoken with, and in how many conversations, by agent: what cannot be added up from other rows. Words of
# which no lead is on record (a history that was taken over) count by their conversation.
_DISTINCT: Final = """
    INSERT INTO analytics_daily (id, tenant_id, kind, day, agent_id, team, card_kind, playbook_version, prompt_version,
        vertical, language, engine, medium, arm, variant, reason, currency, n, total, squares, amount)
    SELECT gen_random_uuid(), %(tenant)s, counted.kind, day, agent_id, team, '', '', '', '', '', '', '', '', '', '', '',
        counted.n, 0, 0, 0
    FROM (
        SELECT day, agent_id, team, count(DISTINCT coalesce(lead_id, conversation)) AS leads, count(DISTINCT conversation) AS talks
        FROM analytics_event
        WHERE tenant_id = %(tenant)s AND day = ANY(%(days)s) AND kind IN ('message.in', 'message.out')
        GROUP BY day, agent_id, team
    ) AS spoken, LATERAL (VALUES ('leads', leads), ('conversations', talks)) AS counted(kind, n)
    WHERE counted.n > 0
"""
_SPREAD: Final = """
    INSERT INTO analytics_spread (id, tenant_id, kind, day, agent_id, team, medium, vertical, language, reason, bucket, n)
    SELECT gen_random_uuid(), %(tenant)s, kind, day, agent_id, team, medium, vertical, language, reason,
        floor(%(steps)s * ln(1 + greatest(value, 0)) / ln(2))::int, count(*)
    FROM analytics_event
    WHERE tenant_id = %(tenant)s AND day = ANY(%(days)s) AND value IS NOT NULL
        AND kind IN ('response', 'stage', 'qualified', 'session')
    GROUP BY 3, 4, 5, 6, 7, 8, 9, 10, 11
"""


def roll_up() -> int:
    """Count every day anew whose events changed, the newest first; how many days. Runs named, a few days a transaction."""
    with scope(current()):
        days = list(StaleDay.objects.order_by("-day").values_list("day", flat=True).distinct())
    for some in _pieces(days[:MOST]):
        with scope(current()):
            of_days(some)
    if len(days) > MOST:
        with scope(current()):
            later("analytics.roll_up", durable=False)
    return len(days[:MOST])


def rebuild(first: date | None = None, last: date | None = None, *, say: Callable[[date, int], None]) -> int:
    """Count every day between these anew, from all there is where none is named; `say` is told each day. Runs named."""
    with scope(current()):
        start, end = _ends(first, last)
    count = 0
    for some in _pieces(list(_days(start, end))):
        with scope(current()):
            of_days(some)
        count += len(some)
        say(some[-1], count)
    return count


def of_days(days: Sequence[date]) -> None:
    """In the scope of the tenant, one transaction. Only one counts a day at a time; pages see the old count until it commits.

    The marks that are seen now go with it: what is marked meanwhile was not counted, and its mark stays.
    """
    tenant = current()
    _alone(tenant, days)
    marks = list(StaleDay.objects.filter(day__in=days).values_list("pk", flat=True))
    StaleDay.objects.filter(pk__in=marks).delete()
    Daily.objects.filter(day__in=days).delete()
    Spread.objects.filter(day__in=days).delete()
    facts: dict[str, Any] = {"tenant": tenant, "days": list(days), "steps": PER_DOUBLING}
    with connection.cursor() as cursor:
        for sentence in (_DAILY, _DISTINCT, _SPREAD):
            cursor.execute(sentence, facts)


def _pieces(days: Sequence[date]) -> Iterator[Sequence[date]]:
    yield from (days[start : start + DAYS_AT_ONCE] for start in range(0, len(days), DAYS_AT_ONCE))


def _alone(tenant: UUID, days: Sequence[date]) -> None:
    names = sorted(f"analytics.day:{tenant}:{day}" for day in days)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) AS given(name)", [names]
        )


def _ends(first: date | None, last: date | None) -> tuple[date | None, date | None]:
    """The named days, else the first and the last of which there is an event or a roll-up."""
    events, rolled = Event.objects.order_by("day"), Daily.objects.order_by("day")
    edges = [one.values_list("day", flat=True).first() for one in (events, rolled)]
    ends = [one.values_list("day", flat=True).last() for one in (events, rolled)]
    start = first or min((day for day in edges if day), default=None)
    end = last or max((day for day in ends if day), default=None)
    return start, end


def _days(first: date | None, last: date | None) -> Iterator[date]:
    day = first
    while day is not None and last is not None and day <= last:
        yield day
        day += timedelta(days=1)
