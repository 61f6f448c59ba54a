"""Who plays in the tests? Alice sells for Oakwood Realty, Bob is on her team, Charlie belongs to Elm and must never see Oakwood's data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from coaching.services.hearing import Heard, Words, hear
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import Agent, Membership, Team, Tenant, User
from enterprisehub.tenants.scope import scope, unscoped
from leads.models import Conversation, Lead
from leads.services import NewLead, begin

PASSWORD = "a long sentence for the tests"
_number = count(1)


@dataclass
class Person:
    """A user with a membership and, for those who talk with prospects, an agent profile."""

    user: User
    membership: Membership
    agent: Agent


@dataclass
class World:
    """Two tenants. Oakwood: Olivia owns it, Ada administers, Tess leads the team of Alice and Bob, Rita audits. Elm: Charlie."""

    oakwood: Tenant = field(init=False)
    elm: Tenant = field(init=False)
    team: Team = field(init=False)
    olivia: Person = field(init=False)
    ada: Person = field(init=False)
    tess: Person = field(init=False)
    alice: Person = field(init=False)
    bob: Person = field(init=False)
    rita: Person = field(init=False)
    charlie: Person = field(init=False)

    def __post_init__(self) -> None:
        with unscoped("the world begins"):
            self.oakwood = Tenant.objects.create(name="Oakwood Realty", slug="oakwood", location_id="loc-oakwood")
            self.elm = Tenant.objects.create(name="Elm & Co", slug="elm", location_id="loc-elm")
        with scope(self.oakwood.pk):
            self.team = Team.objects.create(name="Riverside")
        for name, role in (
            ("olivia", Role.OWNER),
            ("ada", Role.ADMIN),
            ("tess", Role.TEAM_LEAD),
            ("alice", Role.AGENT),
            ("bob", Role.AGENT),
            ("rita", Role.AUDITOR),
        ):
            setattr(self, name, self.person(self.oakwood, name, role, team=self.team))
        self.charlie = self.person(self.elm, "charlie", Role.AGENT)

    def person(self, tenant: Tenant, name: str, role: str, team: Team | None = None) -> Person:
        user = User.objects.create_user(f"{name}@{tenant.slug}.example", PASSWORD, name=name.capitalize())
        with scope(tenant.pk):
            membership = Membership.objects.create(user=user, role=role)
            agent = Agent.objects.create(user=user, display_name=name.capitalize(), team=team, languages=["en"])
            agent.tenant = tenant
        return Person(user, membership, agent)

    def conversation(self, person: Person, name: str = "Pat Doe", price: int | None = None) -> Conversation:
        """A new prospect of this person's."""
        with scope(person.agent.tenant_id):
            listing_price = Decimal(price) if price is not None else None
            return begin(person.agent, NewLead(name=name, listing_price=listing_price))

    def says(self, person: Person, lead: Lead, text: str, speaker: str = "prospect") -> Heard:
        """The prospect (or the agent) says something to this person, in a scope of its own."""
        with scope(person.agent.tenant_id):
            return hear(
                person.agent, Words(lead=lead.pk, text=text, client_id=f"t{next(_number)}-{uuid4()}", speaker=speaker)
            )


class Count:
    """The statements that reach Postgres inside `connection.execute_wrapper`, the test's own savepoints left out."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE")):
            self.statements.append(sql)
        return execute(sql, params, many, context)
