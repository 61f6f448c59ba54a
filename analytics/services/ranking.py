"""How are the agents doing whom this person may see, and who is good at what?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from analytics import performance, waits
from analytics.measures import Mean, Rate, shrunk
from analytics.models import EventKind, SkillDay, TalkDay
from analytics.ranges import Asked
from analytics.rubric import BY_KEY, TOPICS
from analytics.services import counting
from analytics.services.scoring import SCORE
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Agent, Tenant

PARTS: Final = ("next_step", "objections", *TOPICS, "listening", "opening")
BEST: Final = 3  # who is named for each part: nobody is shown to be last


@dataclass(frozen=True)
class Row:
    """One agent in the list."""

    agent: Agent
    conversations: int
    score: Mean
    dated: Rate
    used: Rate
    response: waits.Median


@dataclass(frozen=True)
class Place:
    """One part of the scorecard and who does it most often, the best first."""

    label: str
    best: tuple[tuple[str, Rate], ...]


def listed(agents: Iterable[Agent], asked: Asked) -> list[Row]:
    """A row per agent, by name; three queries however many there are."""
    people = list(agents)
    ids = [one.pk for one in people]
    of_skills = _skills(asked, (SCORE, "next_step"), ids)
    talk = _talk(asked, ids)
    cards = counting.counts(replace(asked, agent=None, by=()), "agent", kinds=(EventKind.CARD_SHOWN, *performance.USED))
    rows = []
    for one in people:
        score = of_skills[SCORE].get(one.pk, _NONE)
        dated = of_skills["next_step"].get(one.pk, _NONE)
        said = talk.get(one.pk, {})
        rows.append(
            Row(
                one,
                int(said.get("spoken") or 0),
                Mean(int(score["n"]), score["total"], score["squares"]),
                Rate(int(dated["hits"]), int(dated["n"])),
                counting.rate(cards, performance.USED, EventKind.CARD_SHOWN, one.pk),
                waits.median([int(said.get(f"wait_{place}") or 0) for place in range(waits.SIZE)]),
            )
        )
    return rows


_NONE: Final[Mapping[str, float]] = {"n": 0, "hits": 0, "total": 0.0, "squares": 0.0}


def _skills(
    asked: Asked, names: Iterable[str], ids: list[UUID] | None = None
) -> Mapping[str, Mapping[UUID, Mapping[str, float]]]:
    rows = SkillDay.objects.filter(day__gte=asked.range.first, day__lte=asked.range.last, skill__in=list(names))
    if ids is not None:
        rows = rows.filter(agent__in=ids)
    found: dict[str, dict[UUID, Mapping[str, float]]] = defaultdict(dict)
    summed: Any = (
        rows.order_by().values("skill", "agent").annotate(*(Sum(name) for name in ("n", "hits", "total", "squares")))
    )
    for row in summed:
        found[row["skill"]][row["agent"]] = {name: row[f"{name}__sum"] for name in _NONE}
    return found


def _talk(asked: Asked, ids: list[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    sums: dict[str, Any] = {f"wait_{place}": Sum(F(f"waits__{place}")) for place in range(waits.SIZE)}
    rows: Any = (
        TalkDay.objects.filter(day__gte=asked.range.first, day__lte=asked.range.last, agent__in=ids)
        .order_by()
        .values("agent")
        .annotate(spoken=Sum("conversations"), **sums)
    )
    return {row["agent"]: row for row in rows}


def board(tenant: Tenant, asked: Asked) -> list[Place] | None:
    """Who is best at what, over everybody; None unless the tenant has opted in."""
    if not opted_in(tenant):
        return None
    names = {one.pk: one.display_name for one in Agent.objects.filter(is_active=True)}
    found = _skills(asked, PARTS)
    places = [Place(BY_KEY[part].label, _best(found[part], names)) for part in PARTS]
    return [place for place in places if place.best]


def _best(rows: Mapping[UUID, Mapping[str, float]], names: Mapping[UUID, str]) -> tuple[tuple[str, Rate], ...]:
    """Only who has enough cases is compared; few cases are pulled towards the whole."""
    rates = {pk: Rate(int(row["hits"]), int(row["n"])) for pk, row in rows.items() if pk in names}
    whole = Rate(sum(rate.hits for rate in rates.values()), sum(rate.n for rate in rates.values()))
    enough = [(shrunk(rate, whole) or 0.0, names[pk], rate) for pk, rate in rates.items() if rate.enough]
    best = sorted(enough, key=lambda row: (-row[0], row[1]))[:BEST]
    return tuple((name, rate) for _, name, rate in best)


def opted_in(tenant: Tenant) -> bool:
    own = tenant.settings.get("agents")
    return isinstance(own, dict) and own.get("leaderboard") is True


@transaction.atomic
def opt(tenant: Tenant, *, on: bool) -> None:
    """Switch the leaderboard for everybody here."""
    fresh = Tenant.objects.select_for_update().get(pk=tenant.pk)
    own = fresh.settings.get("agents")
    fresh.settings = {**fresh.settings, "agents": {**(own if isinstance(own, dict) else {}), "leaderboard": on}}
    fresh.save(update_fields=["settings"])
    tenant.settings = fresh.settings
    record("analytics.leaderboard", fresh, on=on)
