"""Which plans are older than what is known, which are spent, and which may be worded better now?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import DateTimeField, Exists, OuterRef, QuerySet
from django.db.models.functions import Greatest
from django.utils.timezone import now

from enterprisehub.engines import policies
from enterprisehub.tenants.scope import scope, unscoped
from enterprisehub.tenants.work import later
from leads.models import Action, ActionPlan, ActionState, Lead, Stage

MOST: Final = 200  # leads of one round; the next round takes the rest
LOOKS_BACK: Final = timedelta(days=2)  # what changed longer ago had its rounds
FRESH: Final = timedelta(seconds=12)  # a talk that goes on is planned when it rests: each word would make another plan
RESTED: Final = timedelta(seconds=60)  # since the last word: then Claude may be asked to word the plan better
WORDED: Final = 20  # plans that Claude is asked about in one round: cards come first
STALE: Final = timedelta(hours=2)  # a plan that waited longer for better words keeps its own


def plan_what_changed() -> int:
    """Ask for plans where words, a stage or an expiry are newer than the plan; how many were asked for."""
    moment = now()
    with unscoped("plans of every tenant may be older than what is known"):
        found = dict.fromkeys([*changed(moment).values_list("tenant_id", "pk")[:MOST]])
        found |= dict.fromkeys([*spent(moment).values_list("tenant_id", "lead_id")[: MOST - len(found)]])
    return _ask("leads.plan", "lead", list(found))


def changed(moment: datetime) -> QuerySet[Lead]:
    """Leads of every tenant that rest since something was said or their stage moved, after their plan was made."""
    current = ActionPlan.objects.filter(lead=OuterRef("pk"), superseded_at=None, made_at__gte=OuterRef("changed"))
    rows = Lead.objects.annotate(changed=Greatest("spoken_at", "stage_since", output_field=DateTimeField()))
    rows = rows.filter(~Exists(current), changed__gt=moment - LOOKS_BACK, changed__lt=moment - FRESH)
    return rows.filter(deleted_at=None).exclude(source="import", stage=Stage.NEW).order_by("-changed")


def spent(moment: datetime) -> QuerySet[ActionPlan]:
    """Plans of every tenant that have ended and were not made anew."""
    rows = ActionPlan.objects.filter(superseded_at=None, expires_at__lte=moment, lead__deleted_at=None)
    return rows.exclude(lead__source="import", lead__stage=Stage.NEW).order_by("expires_at")


def word_better() -> int:
    """Ask Claude for the words of plans whose talk rests, each once; how many were handed to the worker."""
    if policies.credential() is None:
        return 0
    with unscoped("plans of every tenant may be worded better"):
        found = list(waiting(now()).values_list("tenant_id", "pk")[:WORDED])
    return _ask("leads.refine_plan", "plan", found)


def waiting(moment: datetime) -> QuerySet[ActionPlan]:
    """Plans that Claude has not been asked about, of leads that have said nothing for a minute; the newest first."""
    rows = ActionPlan.objects.filter(superseded_at=None, asked_at=None, revision=0, made_at__gt=moment - STALE)
    mine = Action.objects.filter(plan=OuterRef("pk"), state=ActionState.PROPOSED, decided_at=None)
    rows = rows.filter(Exists(mine), lead__spoken_at__lt=moment - RESTED)
    return rows.exclude(tenant__settings__contains={"engines": {"enabled": False}}).order_by("-made_at")


def expire() -> int:
    """Take proposals of spent plans away, and wake what was put off: its lead is planned anew by the rounds above."""
    moment = now()
    with unscoped("actions of every tenant grow old"):
        stale = Action.objects.filter(
            state=ActionState.PROPOSED, decided_at=None, plan__expires_at__lte=moment, due_at__lte=moment
        )
        ids = list(stale.values_list("pk", flat=True)[: MOST * 5])
        gone = Action.objects.filter(pk__in=ids).update(state=ActionState.EXPIRED)
        woken = Action.objects.filter(state=ActionState.SNOOZED, snoozed_until__lte=moment)
        woken.update(state=ActionState.PROPOSED)
    return gone


def _ask(task: str, about: str, found: Iterable[tuple[UUID, UUID]]) -> int:
    of_tenant: dict[UUID, list[UUID]] = defaultdict(list)
    for tenant_id, pk in found:
        of_tenant[tenant_id].append(pk)
    for tenant_id, ids in of_tenant.items():
        with scope(tenant_id):
            for pk in ids:
                later(task, durable=False, **{about: pk})
    return sum(map(len, of_tenant.values()))
