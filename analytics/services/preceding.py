"""In how many conversations did which advice stand, and what followed? Counted anew from the events, conversation by conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Sum

from analytics.effectiveness import OUTCOMES, Counts, Thing
from analytics.models import Preceded, Sort
from analytics.ranges import Range
from enterprisehub.tenants.scope import current

KEPT: Final = (Sort.LINE.value, Sort.ASK.value)  # known from the cards only, which may be gone before the events are

_TALKS = """
    SELECT DISTINCT conversation FROM analytics_event
    WHERE tenant_id = %(tenant)s::uuid AND day BETWEEN %(first)s::date AND %(last)s::date AND kind IN ('card.shown', 'card.held')
"""
# A card with the day and the names that it stood under. Held cards are thought of like shown ones.
_CARDS = f"""
    SELECT e.suggestion AS card, e.conversation, e.day, e.kind = 'card.held' AS held, e.card_kind,
        e.playbook_version, e.prompt_version, e.vertical, coalesce(s.asked ->> 'stage', '') AS stage,
        coalesce(s.line_ids, '{{}}') AS lines, coalesce(s.ask_slot, '') AS slot
    FROM analytics_event e
    LEFT JOIN coaching_suggestion s ON s.id = e.suggestion AND s.tenant_id = e.tenant_id
    WHERE e.tenant_id = %(tenant)s::uuid AND e.kind IN ('card.shown', 'card.held') AND e.conversation IN ({_TALKS})
"""  # noqa: S608 - names of ours only
_AFTER = f"""
    SELECT suggestion AS card, bool_or(kind IN ('use.said', 'use.edited', 'use.asked')) AS used,
        {", ".join(f"bool_or(kind = 'after.{name}') AS {name}" for name in OUTCOMES)}
    FROM analytics_event
    WHERE tenant_id = %(tenant)s::uuid AND conversation IN ({_TALKS})
        AND kind IN ('use.said', 'use.edited', 'use.asked', {", ".join(f"'after.{name}'" for name in OUTCOMES)})
    GROUP BY suggestion
"""  # noqa: S608 - names of ours only
_OF = "SELECT card, conversation, day, held, "
_THINGS = f"""
    {_OF} 'all' AS sort, '' AS key, '' AS card_kind FROM cards
    UNION ALL {_OF} 'kind', card_kind, card_kind FROM cards WHERE card_kind <> ''
    UNION ALL {_OF} 'line', unnest(lines), card_kind FROM cards
    UNION ALL {_OF} 'ask', slot, card_kind FROM cards WHERE slot <> ''
    UNION ALL {_OF} 'playbook', playbook_version, '' FROM cards WHERE playbook_version <> ''
    UNION ALL {_OF} 'prompt', prompt_version, '' FROM cards WHERE prompt_version <> ''
    UNION ALL {_OF} 'situation', stage || '/' || vertical, card_kind FROM cards
        WHERE card_kind <> '' AND (stage <> '' OR vertical NOT IN ('', 'any'))
"""
_FLAGS: Final = ("used", *OUTCOMES)
_WRITE = f"""
    WITH cards AS ({_CARDS}), after AS ({_AFTER}), things AS ({_THINGS}), talks AS (
        SELECT t.sort, t.key, t.card_kind, t.held, t.conversation, min(t.day) AS day,
            {", ".join(f"coalesce(bool_or(a.{name}), false) AS {name}" for name in _FLAGS)}
        FROM things t LEFT JOIN after a ON a.card = t.card
        GROUP BY t.sort, t.key, t.card_kind, t.held, t.conversation
    )
    INSERT INTO analytics_preceded (id, tenant_id, day, sort, key, card_kind, held, n, {", ".join(_FLAGS)})
    SELECT gen_random_uuid(), %(tenant)s::uuid, day, sort, left(key, 120), card_kind, held, count(*),
        {", ".join(f"count(*) FILTER (WHERE {name})" for name in _FLAGS)}
    FROM talks WHERE day BETWEEN %(first)s::date AND %(last)s::date
    GROUP BY day, sort, left(key, 120), card_kind, held
"""  # noqa: S608 - names of ours only
# A day whose cards are gone by now keeps its lines and questions as they were counted.
_FORGET = """
    DELETE FROM analytics_preceded WHERE tenant_id = %(tenant)s::uuid AND day BETWEEN %(first)s::date AND %(last)s::date AND (
        sort NOT IN ('line', 'ask') OR day IN (
            SELECT e.day FROM analytics_event e
            JOIN coaching_suggestion s ON s.id = e.suggestion AND s.tenant_id = e.tenant_id
            WHERE e.tenant_id = %(tenant)s::uuid AND e.day BETWEEN %(first)s::date AND %(last)s::date
                AND e.kind IN ('card.shown', 'card.held')
        )
    )
"""


@transaction.atomic
def count(days: Range) -> None:
    """Make these days of the current tenant anew; two at once wait for each other, and give the same."""
    given: dict[str, str] = {"tenant": str(current()), "first": days.first.isoformat(), "last": days.last.isoformat()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"preceded {current()}"])
        cursor.execute(_FORGET, given)
        cursor.execute(_WRITE, given)


def tables(days: Range) -> tuple[dict[Thing, Counts], dict[Thing, Counts]]:
    """What was shown and what was held back, by thing."""
    shown: dict[Thing, Counts] = defaultdict(Counts)
    held: dict[Thing, Counts] = defaultdict(Counts)
    for sort, key, kind, was_held, n, used, *hits in _sums(days):
        thing, counts = Thing(sort, key, kind), Counts(n, used, dict(zip(OUTCOMES, hits, strict=True)))
        side = held if was_held else shown
        side[thing] = side[thing].add(counts)
    return dict(shown), dict(held)


def _sums(days: Range) -> Iterable[tuple[Any, ...]]:
    rows = Preceded.objects.filter(day__gte=days.first, day__lte=days.last).order_by()
    columns = ("sort", "key", "card_kind", "held")
    names = ("n", *_FLAGS)
    return rows.values_list(*columns).annotate(*(Sum(name) for name in names))
