"""How fast is the coach for many agents at once? Tenants made for the occasion, a plan of messages, and what came of it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, OperationalError, connection

from enterprisehub.ops.measures import spread
from enterprisehub.realtime import tickets
from enterprisehub.realtime.tickets import Via
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import Agent, Membership, Tenant, TenantModel, User
from enterprisehub.tenants.scope import scope, unscoped
from leads.models import Conversation, Lead

AGENTS_PER_TENANT = 50
PER_MINUTE = 10_000  # cards that these tenants' agents may be shown: the attention budget is not what is measured
LEFTOVERS = 3.0  # seconds until work in flight has ended
OBJECTIONS = (
    "Honestly that is too expensive for us.",
    "The price is way over our budget.",
    "Rates are just too high right now to buy anything.",
    "I need to talk to my wife before we decide anything.",
    "My husband has to agree first, it is not only up to me.",
    "We are already working with another agent.",
    "I do not want to sign any buyer agreement.",
    "Your commission is too high, six percent is a lot.",
    "Zillow says our house is worth forty thousand more than that.",
    "We have to sell our place before we can buy another one.",
    "The kitchen is too small and there is no yard at all.",
    "I think we can sell it ourselves and save the fee.",
    "The whole mortgage process scares me, there is so much paperwork.",
    "We are just looking around for now.",
    "How do I know I can trust you?",
    "Let me think about it and get back to you.",
    "That is more than I can afford every month.",
    "We want to wait until spring when the market is better.",
    "Es demasiado caro para nosotros.",
    "Tengo que hablarlo con mi esposo primero.",
)


@dataclass
class Cast:
    """Who takes part: agents with the leads that each talks with. `mark` is in every name, and in nobody else's."""

    mark: str
    tenants: list[UUID] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    leads: list[list[UUID]] = field(default_factory=list)


@contextmanager
def cast(agents: int, leads_each: int) -> Iterator[Cast]:
    """Agents in tenants of their own for as long as the block; afterwards no row of theirs is left but the audit's."""
    made = Cast(f"bench-{uuid4().hex[:10]}")
    try:
        for first in range(0, agents, AGENTS_PER_TENANT):
            _tenant(made, range(first, min(first + AGENTS_PER_TENANT, agents)), leads_each)
        yield made
    finally:
        for last in (False, False, False, False, True):
            try:
                _remove(made)
                break
            except (
                IntegrityError,
                OperationalError,
            ):  # something of theirs was still being written: refused, or a deadlock
                if last:
                    raise
                time.sleep(LEFTOVERS)


def _tenant(made: Cast, numbers: range, leads_each: int) -> None:
    with unscoped("a benchmark makes its tenants"):
        tenant = Tenant.objects.create(
            name=f"Bench {numbers[0]}",
            slug=f"{made.mark}-{numbers[0]}",
            settings={"coaching": {"attention": {"per_minute": PER_MINUTE}}},
        )
    made.tenants.append(tenant.pk)
    with scope(tenant.pk):
        users = [
            User(email=f"{made.mark}-{n}@bench.invalid", name=f"Agent {n}", password=make_password(None))
            for n in numbers
        ]
        User.objects.bulk_create(users)
        Membership.objects.bulk_create([Membership(user=user, role=Role.AGENT) for user in users])
        agents = [Agent(user=user, display_name=user.name, languages=["en"]) for user in users]
        Agent.objects.bulk_create(agents)
        leads = [Lead(name=f"Zoe Quimby{n}", agent=agent) for agent in agents for n in range(leads_each)]
        Lead.objects.bulk_create(leads)
        Conversation.objects.bulk_create(
            [Conversation(lead=lead, agent=lead.agent, listing_price=485_000) for lead in leads]
        )
    made.agents += agents
    ids = [lead.pk for lead in leads]
    made.leads += [ids[place : place + leads_each] for place in range(0, len(ids), leads_each)]


def _remove(made: Cast) -> None:
    """Everything of these tenants, children first."""
    models = [model for model in apps.get_models() if issubclass(model, TenantModel)]
    with unscoped("a benchmark takes its tenants away"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model in _children_first(models):
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE tenant_id = ANY (%s)", [made.tenants])  # noqa: S608 - our own table's name
        cursor.execute("DELETE FROM tenants_tenant WHERE id = ANY (%s)", [made.tenants])
        cursor.execute("DELETE FROM tenants_user WHERE email LIKE %s", [f"{made.mark}-%"])


def _children_first(models: list[type[TenantModel]]) -> list[type[TenantModel]]:
    """Each table before the tables that its rows point to."""
    ordered: list[type[TenantModel]] = []

    def visit(model: type[TenantModel], on_the_way: frozenset[type]) -> None:
        if model in ordered or model in on_the_way:
            return
        for field_ in model._meta.concrete_fields:
            if field_.related_model in models:
                visit(field_.related_model, on_the_way | {model})
        ordered.append(model)

    for model in models:
        visit(model, frozenset())
    return ordered[::-1]


def tickets_of(made: Cast) -> list[str]:
    return [tickets.issue(agent, Via(agent.user_id)) for agent in made.agents]


def leads_needed(agents: int, messages: int) -> int:
    """Leads per agent, so that nobody hears the same objection of one lead twice: that would bring no card."""
    return -(-messages // (agents * len(OBJECTIONS))) + 1


def messages(made: Cast, rate: float, seconds: float, *, seed: int = 1) -> list[dict[str, Any]]:
    """Arrivals at random moments (a Poisson process of `rate` per second), each at the next agent of a shuffled round."""
    chance = random.Random(seed)
    said = [0] * len(made.agents)
    planned: list[dict[str, Any]] = []
    moment = 0.0
    order: list[int] = []
    while (moment := moment + chance.expovariate(rate)) < seconds:
        if not order:
            order = chance.sample(range(len(made.agents)), len(made.agents))
        seat = order.pop()
        lead = made.leads[seat][said[seat] // len(OBJECTIONS) % len(made.leads[seat])]
        text = OBJECTIONS[(seat + said[seat]) % len(OBJECTIONS)]
        said[seat] += 1
        planned.append(
            {"at": moment, "seat": seat, "lead": str(lead), "text": text, "id": f"{made.mark}-{len(planned)}"}
        )
    return planned


def judge(planned: list[dict[str, Any]], seen: dict[str, Any]) -> dict[str, Any]:
    """The figures: from the planned moment of each message, so that a client or server that lags cannot hide it."""
    answered: dict[str, dict[str, Any]] = seen["answered"]
    first: dict[str, list[float]] = {"local": [], "cache": []}
    revised, quiet = [], 0
    for message in planned:
        answer = answered.get(message["id"])
        if answer is None:
            continue
        if answer["card"] is None:
            quiet += 1
            continue
        first[answer["source"]].append((answer["moment"] - message["at"]) * 1000)
        if (moment := seen["revised"].get(answer["card"])) is not None:
            revised.append((moment - message["at"]) * 1000)
    unanswered = sum(message["id"] not in answered for message in planned)
    return {
        "local": spread(first["local"]),
        "cache": spread(first["cache"]),
        "claude": spread(revised),
        "claude_left_as_it_was": seen["settled"],
        "sent": len(planned),
        "without_card": quiet,
        "lost": unanswered + seen["lost"],
        "doubled": seen["doubled"],
        "errors": sum(seen["errors"].values()),
        "error_codes": seen["errors"],
        "closes": sum(seen["closes"].values()),
        "close_codes": seen["closes"],
        "resyncs": seen["resyncs"],
        "client": {"late": spread(list(seen["late"].values())), "cpu": seen["cpu"], "sending_s": seen["sending_s"]},
    }
