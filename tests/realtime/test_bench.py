"""The benchmark makes its own people, counts honestly, and leaves nothing behind."""

from __future__ import annotations

from typing import Any

from django.db import connection

from coaching.suggestions import COACH, CoachQuestion
from enterprisehub import benchmark
from enterprisehub.tenants.models import Tenant, User
from enterprisehub.tenants.scope import scope, unscoped
from leads.models import Lead
from tests.world import World


def test_its_tenants_come_and_go_and_others_stay(world: World, lead: Lead) -> None:
    with benchmark.cast(60, 2) as made:
        assert len(made.agents) == 60
        assert len(made.tenants) == 2
        assert all(len(leads) == 2 for leads in made.leads)
        assert len(benchmark.tickets_of(made)) == 60
    with unscoped("a test"), connection.cursor() as cursor:
        assert not Tenant.objects.filter(pk__in=made.tenants).exists()
        assert not User.objects.filter(email__startswith=made.mark).exists()
        cursor.execute("SELECT count(*) FROM leads_lead WHERE tenant_id = ANY (%s)", [made.tenants])
        assert cursor.fetchone() == (0,)
    with scope(world.oakwood.pk):
        assert Lead.objects.filter(pk=lead.pk).exists()


def test_arrivals_do_not_wait_for_answers_and_are_the_same_for_the_same_seed(world: World) -> None:
    with benchmark.cast(10, 3) as made:
        planned = benchmark.messages(made, rate=50, seconds=4)
        assert planned == benchmark.messages(made, rate=50, seconds=4)
        assert 120 < len(planned) < 300
        assert [m["at"] for m in planned] == sorted(m["at"] for m in planned)
        assert len({(m["lead"], m["text"]) for m in planned}) == len(planned)  # else attention would hold cards back


def test_every_objection_of_the_benchmark_brings_a_card() -> None:
    silent = [
        text for text in benchmark.OBJECTIONS if COACH.local(CoachQuestion(text, listing_price=485_000.0)).card is None
    ]
    assert silent == []


def test_what_was_not_answered_is_lost_and_what_came_late_counts_from_its_moment() -> None:
    planned: list[dict[str, Any]] = [{"id": str(i), "at": float(i)} for i in range(4)]
    seen = {
        "answered": {
            "0": {"moment": 0.010, "card": "a", "source": "local"},
            "1": {"moment": 1.020, "card": "b", "source": "cache"},
            "2": {"moment": 2.1, "card": None},
        },
        "revised": {"a": 0.9},
        "settled": {"no_key": 1},
        "lost": 2,
        "doubled": 1,
        "errors": {"invalid": 2},
        "closes": {"1006": 1},
        "resyncs": 0,
        "late": {"0": 1.0},
        "cpu": 0.1,
        "sending_s": 4.0,
    }
    figures = benchmark.judge(planned, seen)
    assert (figures["local"]["n"], figures["local"]["p50_ms"]) == (1, 10.0)
    assert (figures["cache"]["n"], figures["cache"]["p50_ms"]) == (1, 20.0)
    assert figures["claude"]["p50_ms"] == 900.0
    assert (figures["lost"], figures["doubled"], figures["errors"], figures["closes"]) == (3, 1, 2, 1)
    assert figures["without_card"] == 1
