"""Do roll-ups and pages stay quick at ten million events on one machine? A script that makes them, counts them and asks.

    python -m tests.load.events --events 1000000 [--days 365] [--agents 40] [--brin]

It runs a Postgres of its own, makes events by SQL in one tenant, counts every day anew, asks what the pages ask, and prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parents[2]
# Kind and how many of a thousand events are of it, as seeded talks have them; a card carries its dimensions.
SHARES = (
    ("message.in", 180, False), ("message.out", 180, False), ("response", 175, False), ("outcome.reply", 120, False),
    ("card.shown", 90, True), ("use.said", 20, True), ("use.edited", 17, True), ("use.asked", 12, True),
    ("use.none", 38, True), ("after.reply", 60, True), ("after.appointment", 10, True), ("card.held", 8, True),
    ("session", 45, False), ("stage", 25, False), ("stage.on", 15, False), ("outcome.appointment", 3, False),
    ("outcome.closing", 1, False), ("outcome.opt_out", 1, False),
)  # fmt: skip
MAKE = """
    INSERT INTO analytics_event (id, tenant_id, kind, day, at, recorded_at, team, agent_id, lead_id, conversation, suggestion,
        value, amount, currency, reason, told_by, card_kind, playbook_version, prompt_version, vertical, language, engine,
        medium, arm, variant)
    SELECT gen_random_uuid(), %(tenant)s, %(kind)s, at::date, at, at, NULL, (%(agents)s::uuid[])[1 + n %% cardinality(%(agents)s::uuid[])],
        NULL, md5((n / 18)::text)::uuid, CASE WHEN %(card)s THEN md5('c' || n)::uuid END,
        CASE WHEN %(kind)s IN ('response', 'stage', 'session') THEN round((exp(random() * 8))::numeric, 1)::float8 END,
        CASE WHEN %(kind)s = 'outcome.closing' THEN 9000 + n %% 5000 END,
        CASE WHEN %(kind)s = 'outcome.closing' THEN 'USD' ELSE '' END,
        CASE WHEN %(kind)s IN ('stage', 'stage.on') THEN (ARRAY['new','attempting','engaged','qualified','appointment','represented','active'])[1 + n %% 7] ELSE '' END,
        'system',
        CASE WHEN %(card)s THEN 'kind' || (n %% 22) ELSE '' END, CASE WHEN %(card)s THEN 'playbook' || (n / 400000) ELSE '' END,
        CASE WHEN %(card)s THEN (ARRAY['', 'prompt-a', 'prompt-a'])[1 + n %% 3] ELSE '' END,
        'any', (ARRAY['en', 'en', 'en', 'es'])[1 + n %% 4], CASE WHEN %(card)s THEN (ARRAY['local', 'cache', 'claude'])[1 + n %% 3] ELSE '' END,
        (ARRAY['sms', 'chat', 'email'])[1 + n %% 3], CASE WHEN %(card)s THEN (CASE WHEN %(kind)s = 'card.held' THEN 'held' ELSE 'coached' END) ELSE '' END, ''
    FROM (SELECT n, (current_date - %(days)s)::timestamptz + random() * %(days)s * interval '1 day' AS at
        FROM generate_series(1, %(count)s) AS given(n)) AS made
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--agents", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--brin", action="store_true", help="also try a block range index on the day instead of the B-tree"
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        return _with_services()
    import django

    django.setup()
    print(json.dumps(measure(options), indent=2))
    return 0


def _with_services() -> int:
    """The same once more, with services of its own and a migrated database."""
    from enterprisehub.ops import embedded

    stack = embedded.Stack(embedded.throwaway_folder(), ephemeral=True)
    bare = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    try:
        env = {**bare, **stack.start(), "DJANGO_SETTINGS_MODULE": "enterprisehub.settings", "LOG_LEVEL": "ERROR"}
        migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
        subprocess.run(migrate, env={**env, "DATABASE_ROLE": "owner"}, cwd=ROOT, check=True)
        again = [sys.executable, "-m", "tests.load.events", "--inside", *sys.argv[1:]]
        return subprocess.call(again, env={**env, "DATABASE_ROLE": "owner"}, cwd=ROOT)
    finally:
        stack.stop()
        shutil.rmtree(stack.data, ignore_errors=True)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    from enterprisehub.ops.measures import load_average, machine

    tenant, agents = _brokerage(options.agents)
    made_s = _timed(lambda: _make(tenant, agents, options))
    rolled = _rolled(tenant, options)
    figures: dict[str, Any] = {
        "events": options.events,
        "days": options.days,
        "made_s": made_s,
        **rolled,
        "sizes_mb": _sizes(),
        "pages_ms": _pages(tenant, agents, options),
        "machine": machine(),
        "load_average": load_average(),
    }
    if options.brin:
        figures["brin"] = _brin(tenant, options)
    return figures


def _brokerage(count: int) -> tuple[UUID, list[UUID]]:
    from enterprisehub.tenants.models import Agent, Tenant, User
    from enterprisehub.tenants.scope import scope, unscoped

    with unscoped("the benchmark makes its tenant"):
        tenant = Tenant.objects.create(name="Load", slug="load", timezone="UTC")
    with scope(tenant.pk):
        people = [User.objects.create(email=f"agent{n}@load.example") for n in range(count)]
        return tenant.pk, [
            Agent.objects.create(user=user, display_name=f"Agent {n}").pk for n, user in enumerate(people)
        ]


def _make(tenant: UUID, agents: list[UUID], options: argparse.Namespace) -> None:
    from django.db import connection

    from enterprisehub.tenants.scope import scope

    for kind, share, card in SHARES:
        with scope(tenant), connection.cursor() as cursor:
            facts = {"tenant": tenant, "agents": agents, "kind": kind, "card": card, "days": options.days}
            cursor.execute(MAKE, {**facts, "count": options.events * share // 1000})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE analytics_event")


def _rolled(tenant: UUID, options: argparse.Namespace) -> dict[str, Any]:
    """Every day once; then one day again, as a minute's news make it."""
    from datetime import date, timedelta

    from django.db import connection

    from analytics.models import Daily, Event
    from analytics.services import rolling
    from enterprisehub.tenants.scope import named, scope

    with named(tenant):
        all_s = _timed(lambda: rolling.rebuild(say=lambda day, count: None))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE analytics_daily")
        cursor.execute("VACUUM ANALYZE analytics_spread")
    one: list[float] = []
    for back in range(2, 2 + options.rounds):
        with scope(tenant):
            one.append(_timed(lambda back=back: rolling.of_days([date.today() - timedelta(days=back)])))
    with scope(tenant):
        return {
            "rolled_all_s": all_s,
            "rolled_one_day_ms": round(statistics.median(one) * 1000, 1),
            "events_kept": Event.objects.count(),
            "roll_up_rows": Daily.objects.count(),
        }


def _pages(tenant: UUID, agents: list[UUID], options: argparse.Namespace) -> dict[str, float]:
    """What the pages ask, in milliseconds (median): the overview by range and filter, a page of the API's list."""
    from datetime import date

    from analytics.ranges import Asked, asked
    from analytics.services import listing
    from analytics.services.overview import overview
    from enterprisehub.tenants.scope import scope

    today = date.today()
    questions: dict[str, Asked] = {name: asked({"range": name}, today=today) for name in ("7d", "30d", "90d", "365d")}
    questions["90d, one agent"] = asked({"range": "90d", "agent": str(agents[0])}, today=today)
    questions["90d, one kind of card"] = asked({"range": "90d", "card_kind": "kind3"}, today=today)
    found: dict[str, float] = {}
    with scope(tenant):
        for name, question in questions.items():
            times = [_timed(lambda question=question: overview(question)) for _ in range(options.rounds)]
            found[f"overview {name}"] = round(statistics.median(times) * 1000, 1)
        _, cursor = listing.page(None, listing.Wish(), size=100)
        times = [
            _timed(lambda: listing.page(None, listing.Wish(), size=100, cursor=cursor)) for _ in range(options.rounds)
        ]
        found["events, a page of 100"] = round(statistics.median(times) * 1000, 1)
    return found


def _sizes() -> dict[str, float]:
    from django.db import connection

    names = (
        "analytics_event",
        "analytics_daily",
        "analytics_spread",
        "event_by_day",
        "event_by_time",
        "event_as_it_came",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, pg_total_relation_size(name::regclass) FROM unnest(%s::text[]) AS given(name)", [list(names)]
        )
        return {name: round(size / 2**20, 1) for name, size in cursor.fetchall()}


def _brin(tenant: UUID, options: argparse.Namespace) -> dict[str, Any]:
    """The same day through a block range index alone: for the decision in docs/decisions.md."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX event_by_day")
        cursor.execute("CREATE INDEX try_brin ON analytics_event USING brin (day) WITH (pages_per_range = 32)")
        cursor.execute("ANALYZE analytics_event")
        cursor.execute("SELECT pg_total_relation_size('try_brin')")
        size = round(cursor.fetchone()[0] / 2**20, 2)
    from datetime import date, timedelta

    from analytics.services import rolling
    from enterprisehub.tenants.scope import scope

    with scope(tenant):
        one = _timed(lambda: rolling.of_days([date.today() - timedelta(days=20)]))
    return {"index_mb": size, "rolled_one_day_ms": round(one * 1000, 1)}


def _timed(what: Any) -> float:
    began = time.perf_counter()
    what()
    return round(time.perf_counter() - began, 4)


if __name__ == "__main__":
    raise SystemExit(main())
