"""How long does the leads list take when a tenant has very many of them?"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.test import Client
from django.utils.timezone import now

from enterprisehub.ops.measures import load_average
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import Agent, Membership, Tenant, User
from enterprisehub.tenants.scope import scope, unscoped
from leads.lists import listing as lists
from leads.lists.listing import Reader
from leads.lists.wanted import SORTS, Wanted, place
from leads.models import Conversation, Lead, Overlay, Side, Stage

AGENTS = 40
TIMES = 7  # each page is asked for so often
DEEP = 50  # the page that is reached by its cursor
FIRST = (
    "Ana",
    "Ben",
    "Carla",
    "Dev",
    "Elena",
    "Femi",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Kofi",
    "Lena",
    "Mateo",
    "Nadia",
)
LAST = (
    "Alvarez",
    "Brandt",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Greene",
    "Haddad",
    "Ito",
    "Jansen",
    "Khan",
    "Lopez",
)


class Command(BaseCommand):
    help = "Measure the leads list in a tenant of its own, which is removed afterwards: `bench_leads --leads 100000`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--leads", type=int, default=100_000)

    def handle(self, *_: Any, **options: Any) -> None:
        with _tenant(options["leads"]) as (tenant, owner, agent):
            self.stdout.write(f"{options['leads']} leads, {TIMES} times each, load {load_average()}")
            for title, query in _queries(tenant).items():
                self._measure(title, owner, query)
            for title, query in {"an agent: first page": "", "an agent: search miss": "q=zzzzz"}.items():
                self._measure(title, agent, query)

    def _measure(self, title: str, client: Client, query: str) -> None:
        took = [_milliseconds(lambda: client.get(f"/leads/?{query}")) for _ in range(TIMES + 1)][1:]
        self.stdout.write(f"  {title:<34} median {median(took):7.1f} ms   worst {max(took):7.1f} ms")


def _queries(tenant: Tenant) -> dict[str, str]:
    """What is asked for: each order at its start and deep inside, searches, and each filter."""
    asked = {f"sort {name}: first page": f"sort={name}" for name in SORTS}
    with scope(tenant.pk):
        asked |= {f"sort {name}: page {DEEP}": _deep(name) for name in SORTS}
        number = Lead.objects.values_list("phone", flat=True)[7]
        contact = Lead.objects.values_list("contact_id", flat=True)[7]
        agent = Agent.objects.values_list("pk", flat=True)[3]
    asked |= {
        "search: common name": "q=elena",
        "search: one person": f"q={contact}",
        "search: end of a phone": f"q={number[-6:]}",
        "search: nobody": "q=zzzzz",
        "search: nobody, by number": "q=99999999999",
        "search: nobody, by name": "q=zzzzz&sort=name",
    }
    wished: tuple[str, ...] = (
        "stage=closed",
        "overlay=dnc",
        "side=landlord",
        "vertical=luxury",
        f"agent={agent}",
        "agent=nobody",
    )
    wished += ("score=high", "score=unknown", "completeness=high", "completeness=low", "handoff=1", "days=1", "days=30")
    asked |= {f"filter {one[:20]}": one for one in wished}
    asked["filters: nothing fits"] = "stage=closed&overlay=dnc&handoff=1&score=high&completeness=low&days=1"
    return asked


def _deep(sort: str) -> str:
    """The query of page DEEP, reached as a reader would."""
    reader, wish, shown = Reader(None, True), Wanted(sort=sort), lists.page(Reader(None, True), Wanted(sort=sort))
    cursor = shown.after
    for _ in range(DEEP - 2):
        cursor = lists.page(reader, wish, place(cursor, sort)).after
    return f"sort={sort}&cursor={cursor}"


@contextmanager
def _tenant(count: int) -> Iterator[tuple[Tenant, Client, Client]]:
    """A tenant with that many invented leads, its owner and one of its agents."""
    with unscoped("the measurement makes a tenant"):
        tenant = Tenant.objects.create(name="Measured", slug=f"bench-leads-{time.time_ns()}")
    try:
        with scope(tenant.pk):
            people = [_person(tenant, number) for number in range(AGENTS)]
            _leads(count, [agent for _, agent in people])
        _tidy()
        yield tenant, people[0][0], people[1][0]
    finally:
        with unscoped("the measurement leaves nothing behind"):
            for model in (Conversation, Lead, Agent, Membership):
                model.objects.filter(tenant=tenant).delete()
            tenant.delete()


def _tidy() -> None:
    """What Postgres does by itself within a minute, and what only the owner may ask for: know the rows, and which all see."""
    if settings.DATABASE_ADMIN_URL:
        with psycopg.connect(settings.DATABASE_ADMIN_URL, autocommit=True) as line:
            line.execute("VACUUM ANALYZE leads_lead")


def _person(tenant: Tenant, number: int) -> tuple[Client, Agent]:
    user = User(email=f"bench-{number}@{tenant.slug}.example")
    user.set_unusable_password()
    user.save()
    Membership.objects.create(user=user, role=Role.OWNER if number == 0 else Role.AGENT)
    client = Client()
    client.force_login(user)
    return client, Agent.objects.create(user=user, display_name=f"Agent {number:02d}")


def _leads(count: int, agents: list[Agent]) -> None:
    chance, moment = random.Random(7), now()
    for begin in range(0, count, 5_000):
        rows = [_lead(chance, moment, number, agents) for number in range(begin, min(begin + 5_000, count))]
        Lead.objects.bulk_create(rows)
        Conversation.objects.bulk_create([Conversation(lead=row, last_message_at=row.spoken_at) for row in rows[::3]])


def _lead(chance: random.Random, moment: Any, number: int, agents: list[Agent]) -> Lead:
    came = moment - timedelta(minutes=chance.randrange(1, 1_000_000))
    name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    return Lead(
        contact_id=f"c{number:07d}{chance.getrandbits(40):010x}",
        name=name,
        email=f"{name.replace(' ', '.').lower()}.{number}@mail.example",
        phone=f"+1305{chance.randrange(10**6, 10**7)}",
        stage=chance.choice(Stage.values),
        overlay=chance.choice(Overlay.values) if chance.random() < 0.1 else Overlay.NONE,
        side=chance.choice(Side.values),
        vertical=chance.choice(("any", "any", "any", "luxury", "first_time")),
        agent=None if chance.random() < 0.05 else chance.choice(agents),
        completeness=round(chance.random(), 2),
        score=None if chance.random() < 0.3 else round(chance.random(), 4),
        hand_off="asked_for_a_person" if chance.random() < 0.01 else "",
        profile=[{"name": f"slot_{i}", "value": chance.random(), "quote": "x" * 60} for i in range(6)],
        created_at=came,
        spoken_at=came + timedelta(minutes=chance.randrange(0, 20_000)),
    )


def _milliseconds(what: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    response = what()
    took = (time.perf_counter() - begun) * 1000
    if response.status_code != 200:
        raise CommandError(f"The list answered {response.status_code}.")
    return took
