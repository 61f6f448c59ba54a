"""Which plans are older than what is known, which are spent, and which step of a cadence is due now?"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import DateTimeField, Exists, OuterRef, Q
from django.db.models.functions import Greatest
from django.utils.timezone import now

from enterprisehub.tenants.scope import scope, unscoped
from enterprisehub.tenants.work import later
from leads.models import Action, ActionPlan, ActionState, Lead, Stage

MOST: Final = 200  # leads of one round; the next round takes the rest
LOOKS_BACK: Final = timedelta(days=2)  # what changed longer ago had its rounds
FRESH: Final = timedelta(seconds=12)  # a talk that goes on is planned when it rests: each word would make another plan


def plan_what_changed() -> int:
    """Ask for plans where words, a stage or an expiry are newer than the plan; how many were asked for."""
    moment = now()
    with unscoped("plans of every tenant may be older than what is known"):
        newest = ActionPlan.objects.filter(lead=OuterRef("pk"), superseded_at=None)
        current = newest.filter(made_at__gte=OuterRef("changed"), expires_at__gt=moment)
        rows = Lead.objects.annotate(changed=Greatest("spoken_at", "stage_since", output_field=DateTimeField()))
        talked = Q(changed__gt=moment - LOOKS_BACK, changed__lt=moment - FRESH)
        spent = Exists(newest.filter(expires_at__lte=moment))
        rows = rows.filter(Q(talked) | Q(spent), ~Exists(current), deleted_at=None).exclude(
            source="import", stage=Stage.NEW
        )
        found = list(rows.order_by("-spoken_at").values_list("tenant_id", "pk")[:MOST])
    return _ask(found)


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


def _ask(found: list[tuple[UUID, UUID]]) -> int:
    of_tenant: dict[UUID, list[UUID]] = defaultdict(list)
    for tenant_id, lead_id in found:
        of_tenant[tenant_id].append(lead_id)
    for tenant_id, leads in of_tenant.items():
        with scope(tenant_id):
            for lead_id in leads:
                later("leads.plan", durable=False, lead=lead_id)
    return len(found)
