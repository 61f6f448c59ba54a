"""How does a test or a demonstration get tenants full of believable data, the same for the same seed?"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub import (
    seeded_analytics_agents,
    seeded_analytics_effect,
    seeded_analytics_events,
    seeded_highlevel,
    seeded_lists,
    seeded_past,
    seeded_plans,
    seeded_talk,
    seeded_trials,
    seeding,
)
from enterprisehub.privacy.audit import Actor, acting


class Command(BaseCommand):
    help = (
        "Make tenants with people, leads, conversations, cards and keys; print ids and credentials. Safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenants", type=int, default=2)
        parser.add_argument("--agents", type=int, default=3, help="per tenant")
        parser.add_argument("--leads", type=int, default=6, help="per tenant")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", help="print everything as one JSON object")
        parser.add_argument("--force", action="store_true", help="even on a production installation")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION and not options["force"]:
            raise CommandError(
                "This is a production installation; --force seeds it all the same, with random passwords."
            )
        plan = seeding.Plan(options["seed"], options["tenants"], options["agents"], options["leads"])
        if min(plan.tenants, plan.agents, plan.leads) < 0 or plan.tenants > 1000:
            raise CommandError("The numbers must not be negative; at most 1000 tenants.")
        password = f"seeded-{plan.secret('password', length=20)}"
        with acting(Actor(via="command")):
            told = [self._tenant(plan, number, password) for number in range(plan.tenants)]
            staff = seeding.platform(plan, password)
        self._print({"seed": plan.seed, "platform": staff, "tenants": told}, as_json=options["json"])

    def _tenant(self, plan: seeding.Plan, number: int, password: str) -> dict[str, Any]:
        made = seeding.build(plan, number, password)
        ids = seeded_talk.talk(plan, number, made)
        seeded_lists.keep(plan, made)
        seeded_highlevel.join(plan, made)
        if plan.leads:
            seeded_plans.plan(plan, made)
        seeded_analytics_events.keep(made)
        seeded_trials.run(plan, made, number)
        seeded_analytics_agents.keep(plan, made)
        seeded_past.keep(plan, made)
        seeded_analytics_effect.keep(made)
        return {
            "id": made.tenant.pk,
            "name": made.tenant.name,
            "slug": made.tenant.slug,
            "location_id": made.tenant.location_id,
            "canary": made.mark,
            "users": made.people,
            "agents": [{"id": agent.pk, "name": agent.display_name} for agent in made.agents],
            "api_keys": made.keys,
            **ids,
        }

    def _print(self, told: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(told, default=str, indent=2))
            return
        for tenant in told["tenants"]:
            self.stdout.write(f"{tenant['name']} ({tenant['slug']})  {len(tenant['leads'])} leads")
            for user in tenant["users"]:
                self.stdout.write(
                    f"  {user['role']:<10} {user['email']:<44} {user['password'] or '(as printed before)'}"
                )
        self.stdout.write(
            f"platform staff {told['platform']['email']}  second factor {told['platform']['totp_secret']}"
        )
