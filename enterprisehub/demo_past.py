"""What lies behind the demo's first day: experiments, scored conversations, a ledger, and what the past says of leads."""

from __future__ import annotations

from enterprisehub import (
    seeded_analytics_agents,
    seeded_analytics_effect,
    seeded_analytics_events,
    seeded_past,
    seeded_trials,
)
from enterprisehub.seeding import Made, Plan
from enterprisehub.tenants.models import Agent, Tenant

SEED, LEADS = 7, 6  # six seeded leads' worth of past conversations


def lay_out(tenant: Tenant, agent: Agent, *, number: int) -> None:
    """The `number`-th tenant's past; what is there already stays."""
    seeded_analytics_events.history(tenant, [agent], seed=tenant.slug)
    plan = Plan(seed=SEED, tenants=2, agents=1, leads=LEADS)
    made = Made(tenant, "", [], [agent], [])
    seeded_analytics_agents.keep(plan, made)
    seeded_trials.run(plan, made, number)
    seeded_past.keep(plan, made)
    seeded_analytics_effect.keep(made)
