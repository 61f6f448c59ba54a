"""What is to be done about a seeded tenant's leads? The planner itself says so; a new lead waits for its first call."""

from __future__ import annotations

from enterprisehub.seeding import Made, Plan
from enterprisehub.tenants.scope import scope
from enterprisehub.tenants.work import withheld
from leads.models import ActionPlan, Lead, Stage
from leads.services import planning


def plan(seed: Plan, made: Made) -> None:
    """A plan for every lead, and one more lead that came this minute; asked again, what is there stays."""
    with withheld(), scope(made.tenant.pk):
        if ActionPlan.objects.exists():  # leads that are seeded behind these are of the past and need none
            return
        if made.agents:
            _new_lead(seed, made)
        for lead in Lead.objects.filter(deleted_at=None).order_by("created_at"):
            if not lead.plans.exists():
                planning.plan(lead)


def _new_lead(seed: Plan, made: Made) -> None:
    Lead.objects.get_or_create(
        pk=seed.key("new lead", made.tenant.slug),
        defaults={
            "name": f"Robin Achebe {made.mark}",
            "contact_id": f"contact-new-{seed.key('new', made.tenant.slug).hex[:12]}",
            "email": f"robin@{made.mark}.example",
            "phone": "+12125550142",
            "stage": Stage.NEW,
            "source": f"open house {made.mark}",
            "agent": made.agents[0],
        },
    )
