"""Which tenants and people does seeded data hold, the same for the same seed?"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.hashers import make_password

from enterprisehub.tenants import api_keys
from enterprisehub.tenants.access import KEY_SCOPES, Role
from enterprisehub.tenants.models import Agent, ApiKey, Membership, Team, Tenant, User
from enterprisehub.tenants.scope import scope, unscoped

SPACE = UUID("5d3c8f0e-6a57-5b0e-9b59-0b7b0a5e2c11")
PEOPLE = (Role.OWNER, Role.ADMIN, Role.TEAM_LEAD, Role.AUDITOR)  # beside the agents


@lru_cache(maxsize=1)
def script() -> dict[str, Any]:
    """The names and conversations that seeded data is made of."""
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "data" / "seed.yaml").read_text("utf-8"))
    return loaded


@dataclass(frozen=True)
class Plan:
    """How much is made, from which seed; agents and leads are per tenant."""

    seed: int
    tenants: int
    agents: int
    leads: int

    def key(self, *parts: object) -> UUID:
        """The id that this thing has for this seed."""
        return uuid5(SPACE, ":".join(map(str, (self.seed, *parts))))

    def secret(self, *parts: object, length: int = 40) -> str:
        """Letters that follow from the seed: fit for data that anybody may know, so production gets random ones."""
        if settings.PRODUCTION:
            return secrets.token_hex(length)[:length]
        text = ":".join(map(str, ("secret", self.seed, *parts)))
        return hashlib.sha512(text.encode()).hexdigest()[:length]

    def mark(self, tenant: int) -> str:
        """A word that stands in this tenant's texts and nowhere else."""
        return f"mark{self.key('mark', tenant).hex[:12]}"


@dataclass
class Made:
    """One seeded tenant, and what opens it. A secret that was given out before and cannot be shown again is empty."""

    tenant: Tenant
    mark: str
    people: list[dict[str, Any]]
    agents: list[Agent]
    keys: list[dict[str, Any]]


def build(plan: Plan, number: int, password: str) -> Made:
    """The n-th tenant with its people, agents and keys; what is there already stays."""
    given = script()["tenants"][number % len(script()["tenants"])]
    turn = number // len(script()["tenants"])
    slug = f"seed-{plan.seed}-{number}"
    with unscoped("seeding makes tenants"):
        tenant, _ = Tenant.objects.get_or_create(
            pk=plan.key("tenant", number),
            defaults={
                "name": f"{given['name']} {turn + 1}" if turn else given["name"],
                "slug": slug,
                "location_id": f"loc-{slug}",
                **{name: given[name] for name in ("vertical", "timezone", "locale")},
            },
        )
    with scope(tenant.pk):
        mark = plan.mark(number)
        team, _ = Team.objects.get_or_create(
            pk=plan.key("team", number), defaults={"name": f"{script()['teams'][number % 2]} {mark}"}
        )
        people = [person(plan, tenant, role, password) for role in PEOPLE]
        agents, workers = _agents(plan, tenant, team, password)
        Team.objects.filter(pk=team.pk).update(lead_member=people[2]["membership_id"])
        keys = [_key(plan, tenant, agent) for agent in (None, agents[0])] if agents else [_key(plan, tenant, None)]
        return Made(tenant, mark, [*people, *workers], agents, keys)


def _agents(plan: Plan, tenant: Tenant, team: Team, password: str) -> tuple[list[Agent], list[dict[str, Any]]]:
    agents, workers = [], []
    for number in range(plan.agents):
        given = script()["agents"][number % len(script()["agents"])]
        told = person(plan, tenant, Role.AGENT, password, place=number)
        agent, _ = Agent.objects.get_or_create(
            pk=plan.key("agent", tenant.slug, number),
            defaults={
                "user_id": told["id"],
                "team": team,
                "display_name": given["name"],
                "languages": given["languages"],
                "licence_states": given["states"],
                "experience": given["experience"],
            },
        )
        agent.tenant = tenant
        agents.append(agent)
        workers.append({**told, "agent_id": agent.pk})
    return agents, workers


def person(plan: Plan, tenant: Tenant, role: Role, password: str, *, place: int | None = None) -> dict[str, Any]:
    """One member, and how they sign in; `place` counts the agents, who have names."""
    number = place or 0
    name = role.label if place is None else script()["agents"][place % len(script()["agents"])]["name"]
    pk = plan.key("user", tenant.slug, role, number)
    email = f"{role.value.replace('_', '-')}{number or ''}@{tenant.slug}.example"
    staff = role in (Role.OWNER, Role.ADMIN)
    user, fresh = User.objects.get_or_create(
        pk=pk,
        defaults={"email": email, "name": name, "password": _hashed(password), "is_staff": staff},
    )
    member, _ = Membership.objects.get_or_create(
        pk=plan.key("member", tenant.slug, role, number), defaults={"user": user, "role": role}
    )
    return {
        "id": pk,
        "membership_id": member.pk,
        "email": email,
        "role": role.value,
        "password": known(password, fresh=fresh),
        "totp_secret": second_factor(plan, user) if role is Role.ADMIN else None,
    }


def known(secret: str, *, fresh: bool) -> str:
    """The secret, unless it is random and was made in an earlier run."""
    return secret if fresh or not settings.PRODUCTION else ""


@lru_cache(maxsize=4)
def _hashed(password: str) -> str:
    return make_password(password)  # slow on purpose; all seeded people share one


def second_factor(plan: Plan, user: User) -> str:
    """The secret for an authenticator app: who enters the admin needs one."""
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists() and settings.PRODUCTION:
        return ""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    secret = "".join(letters[int(digit, 16)] for digit in plan.secret("totp", user.pk, length=32))
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, secret)
    return secret


def _key(plan: Plan, tenant: Tenant, agent: Agent | None) -> dict[str, Any]:
    """A key that may all a key may: for the whole tenant, or bound to one agent."""
    pk = plan.key("key", tenant.slug, agent.pk if agent else "tenant")
    secret = f"{plan.key('prefix', pk).hex[:8]}.{plan.secret('key', pk)}"
    row = ApiKey.objects.filter(pk=pk).first()
    fresh = row is None
    if row is None:
        row = ApiKey(pk=pk, name="Seeded integration", scopes=sorted(KEY_SCOPES), agent=agent)
        api_keys.adopt(row, secret)
    text = known(api_keys.MARK + secret, fresh=fresh)
    return {"id": pk, "key": text, "scopes": row.scopes, "agent_id": agent.pk if agent else None}


def platform(plan: Plan, password: str) -> dict[str, Any]:
    """Somebody who runs the installation and belongs to no tenant."""
    pk, email = plan.key("platform"), f"platform@seed-{plan.seed}.example"
    user, fresh = User.objects.get_or_create(
        pk=pk,
        defaults={
            "email": email,
            "password": _hashed(password),
            "is_staff": True,
            "is_superuser": True,
            "name": "Platform",
        },
    )
    secret = second_factor(plan, user)
    return {"id": pk, "email": email, "password": known(password, fresh=fresh), "totp_secret": secret}
