"""Which lines did a seeded tenant's cards show, what was scored low, and what did it bring from the market? The same for the same seed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.timezone import now

from analytics.effectiveness import OUTCOMES
from analytics.models import Benchmark, Event, Preceded, Theme
from analytics.services import effectiveness
from coaching.playbooks import Library
from enterprisehub.seeding import Made
from enterprisehub.tenants.scope import named, scope
from enterprisehub.tenants.work import withheld

# How much likelier the first, second and third line of a kind stood where an appointment followed: the second works.
WORKS = (0.8, 7.0, 0.15)
THEMES = (("wrong_line", "affordability", 7), ("repeated", "stall", 4), ("unsure", "privacy", 3))
MARKET = (
    ("response_time", 15.0, "minutes", "", "Survey of brokerages (seeded example)", 200),
    ("reply_rate", 35.0, "percent", "", "Survey of brokerages (seeded example)", 200),
    ("appointment_rate", 11.0, "percent", "Buyers", "Regional board (seeded example)", 540),
)
Talk = tuple[UUID, str]  # a conversation and a kind of card in it


def keep(made: Made) -> None:
    """For a seeded tenant: the lines of its history's cards, themes, benchmarks, and one analysis; asked again, it stays."""
    with withheld():
        with scope(made.tenant.pk):
            if Theme.objects.exists() or not made.agents:
                return
            today = now().astimezone(ZoneInfo(made.tenant.timezone)).date()
            Preceded.objects.bulk_create(_lines(random.Random(f"lines of {made.tenant.slug}")))
            _market(today)
            Theme.objects.bulk_create(
                Theme(theme=theme, card_kind=kind, n=n, newest_at=now() - timedelta(days=3))
                for theme, kind, n in THEMES
            )
        with named(made.tenant.pk):
            effectiveness.run("90d")


def _lines(dice: random.Random) -> Iterator[Preceded]:
    """The seeded history's cards have no rows of their own: a line of the base library is dealt to each."""
    counted: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (_, kind), (day, held, after) in sorted(_talks().items(), key=str):
        entry = Library.base().find(kind, "any", "en")
        if entry is None or not entry.say:
            continue
        won = "appointment" in after
        weights = [WORKS[i] if won and i < len(WORKS) else 1.0 for i in range(len(entry.say))]
        line = dice.choices(entry.say, weights)[0]
        sums = counted[day, line.id, kind, held]
        sums["n"] += 1
        for name in after:
            sums[name] += 1
    for (day, key, kind, held), sums in counted.items():
        yield Preceded(day=day, sort="line", key=key, card_kind=kind, held=held, **sums)


def _talks() -> dict[Talk, tuple[date, bool, set[str]]]:
    found: dict[Talk, tuple[date, bool, set[str]]] = {}
    cards: dict[Any, Talk] = {}
    rows = (
        Event.objects.filter(lead=None).exclude(conversation=None).exclude(suggestion=None).order_by("at", "kind", "pk")
    )
    for event in rows.filter(kind__in=("card.shown", "card.held")):
        talk = (event.conversation or UUID(int=0), event.card_kind)
        cards[event.suggestion] = talk
        known = found.get(talk, (event.day, event.kind == "card.held", set()))
        found[talk] = (min(known[0], event.day), known[1], known[2])
    for card, what in rows.values_list("suggestion", "kind"):
        outcome = "used" if what in ("use.said", "use.edited", "use.asked") else what.removeprefix("after.")
        if card in cards and outcome in ("used", *OUTCOMES):
            found[cards[card]][2].add(outcome)
    return found


def _market(today: date) -> None:
    Benchmark.objects.bulk_create(
        Benchmark(metric=m, value=v, unit=u, segment=s, source=source, date=today - timedelta(days=old))
        for m, v, u, s, source, old in MARKET
    )
