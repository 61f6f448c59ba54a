"""Who came into a trial, what followed, and what does that say? Gathered from the cards and the events, read by the plan."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, F, Func, Min, OuterRef, Q, Subquery, Value
from django.utils.timezone import now

from analytics import trials
from analytics.models import CREDIT, Assignment, Event, EventKind, Experiment
from coaching.models import Suggestion
from enterprisehub.tenants.scope import scope, unscoped
from enterprisehub.tenants.work import later

OVERLAP: Final = timedelta(minutes=15)  # cards that were written while the last gathering ran
LONGEST: Final = max(CREDIT.values())
WRONG_WITHIN: Final = timedelta(days=7)


def windows(row: Experiment) -> dict[str, timedelta]:
    """How long after the first card each of the trial's figures counts."""
    return {name: CREDIT.get(name, WRONG_WITHIN) for name in dict.fromkeys([row.metric, *row.guards])}


def gather_all() -> int:
    """Ask the worker for each trial that runs or whose last cases still ripen; how many."""
    with unscoped("trials of every tenant are gathered by the clock"):
        live = Q(status=Experiment.Status.RUNNING) | Q(ended_at__gt=now() - LONGEST)
        found = list(Experiment.objects.filter(live, started_at__isnull=False).values_list("tenant_id", "pk")[:1000])
    for tenant_id, experiment_id in found:
        with scope(tenant_id):
            later("analytics.gather_trial", durable=False, experiment=experiment_id)
    return len(found)


@transaction.atomic
def gather(row: Experiment) -> int:
    """Take in the conversations that have come since, and what followed all of them; run again, it changes nothing."""
    if row.started_at is None:
        return 0
    cards = Suggestion.objects.filter(created_at__gte=_since(row), created_at__lte=row.ended_at or now())
    if row.kind == Experiment.Kind.HOLDOUT:
        cards, column = cards.exclude(arm=""), "arm"
    else:
        cards, column = cards.filter(variant__startswith=f"{row.pk.hex}/"), "variant"
    firsts = cards.order_by().values_list("agent_id", "conversation_id", "conversation__lead_id", column)
    names = {arm["name"] for arm in row.arms}
    made = [
        Assignment(experiment=row, agent_id=agent, conversation=talk, lead_id=lead, arm=arm.rpartition("/")[2], at=at)
        for agent, talk, lead, arm, at in firsts.annotate(at=Min("created_at"))
        if arm.rpartition("/")[2] in names
    ]
    for one in made:
        one.claim()
    Assignment.objects.bulk_create(made, ignore_conflicts=True, batch_size=1000)
    _count_leads_once(row)
    for kind, window in windows(row).items():
        _follow(row, kind, window)
    _qualify(row)
    return len(made)


def _since(row: Experiment) -> datetime:
    newest = row.assignments.order_by("-at").values_list("at", flat=True).first()
    start = row.started_at or now()
    return max(start, newest - OVERLAP) if newest is not None else start


def _count_leads_once(row: Experiment) -> None:
    earlier = Assignment.objects.filter(experiment=row, lead=OuterRef("lead")).filter(
        Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk"))
    )
    row.assignments.filter(Exists(earlier), counted=True).update(counted=False)


def _follow(row: Experiment, kind: str, window: timedelta) -> None:
    events = Event.objects.filter(
        kind=kind, lead=OuterRef("lead"), at__gt=OuterRef("at"), at__lte=OuterRef("at") + window
    )
    fresh = row.assignments.filter(at__gt=now() - window - timedelta(days=30)).exclude(followed__contains=[kind])
    fresh.filter(Exists(events)).update(followed=Func(F("followed"), Value(kind), function="array_append"))


def _qualify(row: Experiment) -> None:
    told = Event.objects.filter(kind=EventKind.QUALIFIED, lead=OuterRef("lead"), at__gt=OuterRef("at")).order_by("at")
    row.assignments.filter(Exists(told), qualified_seconds=None).update(
        qualified_seconds=Subquery(told.values("value")[:1])
    )


def arms(row: Experiment) -> list[trials.Arm]:
    """The counted cases of each arm, in the trial's order (one query)."""
    wanted, ripe = windows(row), now() - CREDIT[row.metric]
    figures: dict[str, Any] = {"cases": Count("pk"), "ripe": Count("pk", filter=Q(at__lte=ripe))}
    for number, kind in enumerate(wanted):
        followed = Q(followed__contains=[kind])
        figures |= {f"seen{number}": Count("pk", filter=followed)}
        figures |= {f"hits{number}": Count("pk", filter=followed & Q(at__lte=ripe))}
    counted = row.assignments.filter(counted=True).order_by().values("arm").annotate(**figures)
    found: dict[str, dict[str, Any]] = {one["arm"]: dict(one) for one in counted}
    return [_arm(arm, found.get(arm["name"], {}), list(wanted)) for arm in row.arms]


def _arm(arm: dict[str, Any], found: dict[str, Any], kinds: list[str]) -> trials.Arm:
    return trials.Arm(
        name=arm["name"],
        weight=int(arm["weight"]),
        cases=found.get("cases", 0),
        ripe=found.get("ripe", 0),
        hits={kind: found.get(f"hits{n}", 0) for n, kind in enumerate(kinds)},
        seen={kind: found.get(f"seen{n}", 0) for n, kind in enumerate(kinds)},
    )


def plan_of(row: Experiment) -> trials.Plan:
    return trials.Plan(row.base, row.effect, row.alpha, row.power, row.per_arm, row.max_days)


def reading(row: Experiment, found: list[trials.Arm] | None = None) -> trials.Reading:
    """What the plan lets one read today."""
    days = ((row.ended_at or now()) - row.started_at).days if row.started_at is not None else 0
    return trials.read(plan_of(row), arms(row) if found is None else found, row.metric, days=days)


def look(experiment_id: UUID) -> trials.Guarding | None:
    """Gather, then look at the guards if a look is due; the guard that stops the trial, if one does."""
    row = Experiment.objects.select_for_update().filter(pk=experiment_id).first()
    if row is None:
        return None
    gather(row)
    if row.status != Experiment.Status.RUNNING:
        return None
    found = arms(row)
    looked = int(row.looks[-1]["look"]) if row.looks else 0
    due = trials.look_due(found, plan_of(row), looked)
    if not due:
        return None
    seen = trials.guard(found, row.guards, look=due, looked=looked)
    row.looks = [*row.looks, {"look": due, "at": now().isoformat(), "guards": [_kept(one) for one in seen]}]
    row.save(update_fields=["looks"])
    return next((one for one in seen if one.stops), None)


def _kept(one: trials.Guarding) -> dict[str, Any]:
    told = {"arm": one.arm, "metric": one.metric, "p": one.p, "spends": one.spends, "stops": one.stops}
    return {**told, "worse": [one.worse.hits, one.worse.n], "others": [one.others.hits, one.others.n]}


def kept(row: Experiment, read: trials.Reading) -> dict[str, Any]:
    """The figures as they stood when it was decided."""
    lifts = {
        name: {"points": one.points, "low": one.interval.low, "high": one.interval.high, "p": one.p}
        for name, one in read.lifts.items()
    }
    told = {arm.name: [arm.hits.get(row.metric, 0), arm.ripe, arm.cases] for arm in arms(row)}
    return {"state": str(read.state), "arms": told, "lifts": lifts}
