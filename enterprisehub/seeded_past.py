"""What lies behind a seeded tenant: leads that closed or not, what Claude cost, and a supervisor's help. The same for the same seed."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.utils.timezone import now

from analytics.models import LedgerDay, PastRates
from analytics.services import predicting, spending
from coaching.models import Suggestion, TakeOver, Whisper
from enterprisehub.engines import prices
from enterprisehub.engines.models import EngineCall
from enterprisehub.engines.prices import Usage
from enterprisehub.seeding import Made, Plan
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import Membership
from enterprisehub.tenants.scope import current, scope
from enterprisehub.tenants.work import withheld
from leads.models import Conversation, Lead, StageMove

PAST = 60  # leads
NAMES = ("Ana Ruiz", "Ben Cole", "Cleo Marsh", "Dev Patel", "Emil Novak", "Fay Lindholm", "Gus Archer", "Hana Sato")
DAYS, BUSY, CALM = 28, 34, 9  # days of history; calls on a working day and on a Sunday
FEATURES = (
    ("coaching.card", "claude-haiku-5-5", 0.72, (900, 6_200, 190)),
    ("leads.understand", "claude-haiku-5-5", 0.18, (1_400, 3_100, 260)),
    ("leads.plan", "claude-sonnet-5-5", 0.08, (2_100, 4_800, 420)),
    ("coaching.improvement", "claude-sonnet-5-5", 0.02, (1_100, 2_400, 160)),
)  # feature, model, share of the calls, tokens in, read from the cache, out


def keep(plan: Plan, made: Made) -> None:
    """In a scope of its own; what is there already stays."""
    with withheld(), scope(made.tenant.pk):
        if not made.agents:
            return
        _leads(plan, made)
        _help(plan, made)
        _ledger()
        predicting.count()


def _leads(plan: Plan, made: Made) -> None:
    """Sixty leads of the last year: half of them reached an appointment, a third of those closed."""
    if PastRates.objects.exists():
        return
    chance, moment = Random(f"{plan.seed}/past/{made.tenant.slug}"), now()
    leads, moves = list[Lead](), list[StageMove]()
    for number in range(PAST):
        came = moment - timedelta(days=chance.randrange(120, 400))
        stage, at = "new", came
        lead = Lead(
            id=plan.key("past-lead", made.tenant.slug, number), name=f"{NAMES[number % len(NAMES)]} {made.mark}".strip(),
            agent=chance.choice(made.agents), source=f"website {made.mark}".strip(), created_at=came, spoken_at=came,
        )  # fmt: skip
        for then, share in (("engaged", 1.0), ("qualified", 0.8), ("appointment", 0.6), ("closed", 0.35)):
            if chance.random() > share:
                break
            at += timedelta(days=chance.uniform(1, 25))
            moves.append(
                StageMove(
                    id=plan.key("past-move", made.tenant.slug, number, then), lead=lead, from_stage=stage, to_stage=then,
                    mover="person", agent=lead.agent, reason=f"As it was {made.mark}".strip(), at=at,
                )
            )  # fmt: skip
            stage = then
        lead.stage, lead.stage_since = stage, at
        leads.append(lead)
    for row in (*leads, *moves):
        row.tenant = made.tenant
    Lead.objects.bulk_create(leads, ignore_conflicts=True)
    StageMove.objects.bulk_create(moves, ignore_conflicts=True)


def _help(plan: Plan, made: Made) -> None:
    """A whisper that was read, and a conversation that was taken over and handed back."""
    talk = Conversation.objects.filter(agent__in=made.agents).order_by("created_at", "id").first()
    boss = Membership.objects.filter(role__in=[Role.TEAM_LEAD, Role.OWNER]).order_by("role", "id").first()
    if talk is None or boss is None or talk.agent is None:
        return
    at = now() - timedelta(days=2)
    words = f"Ask when their lease ends, then offer two times. {made.mark}".strip()
    Whisper.objects.get_or_create(
        client_id=f"seeded-{plan.key('whisper', made.tenant.slug)}",
        defaults={"agent": talk.agent, "conversation": talk, "by": boss, "text": words, "at": at, "seen_at": at},
    )
    TakeOver.objects.get_or_create(
        conversation=talk,
        defaults={"by": made.agents[-1], "from_agent": talk.agent, "at": at, "ended_at": at + timedelta(minutes=9)},
    )


def _ledger() -> None:
    """Four weeks of calls; a stand-in's, so nobody was paid."""
    if LedgerDay.objects.exists():
        return
    chance, moment = Random(str(current())), now()
    cards = list(Suggestion.objects.values_list("pk", flat=True)[:200])
    rows = [
        _call(chance, cards, moment - timedelta(days=back, minutes=chance.randrange(600)))
        for back in range(DAYS, 0, -1)
        for _ in range(max(3, round(chance.gauss(CALM if (moment - timedelta(days=back)).weekday() == 6 else BUSY, 5))))
    ]
    EngineCall.objects.bulk_create(rows)
    spending.roll_up()


def _call(chance: Random, cards: list[UUID], at: datetime) -> EngineCall:
    feature, model, _, (fresh, read, out) = chance.choices(FEATURES, [share for _, _, share, _ in FEATURES])[0]
    remembered = feature == "coaching.card" and chance.random() < 0.16
    usage = Usage(
        input=round(fresh * chance.uniform(0.7, 1.4)),
        cache_read=read if chance.random() < 0.85 else 0,
        output=round(out * chance.uniform(0.6, 1.5)),
    )
    about = str(chance.choice(cards)) if cards and feature == "coaching.card" else ""
    if remembered:
        return EngineCall(
            tenant_id=current(), capability=feature, source="cache", outcome="ok", model=model, subject=about,
            stand_in=True, created_at=at,
        )  # fmt: skip
    return EngineCall(
        tenant_id=current(), capability=feature, source="claude", outcome="ok", model=model, subject=about, stand_in=True,
        input=usage.input, cache_read=usage.cache_read, output=usage.output, total_ms=round(chance.uniform(700, 2_600), 1),
        cost=prices.cost(usage, model, on=now().date()), created_at=at,
    )  # fmt: skip
