"""What a brokerage's past says of leads like these, and what was foretold of whom, to be held against what happened."""

from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import TenantModel
from leads.models import Lead


class PastRates(TenantModel):
    """Counted from all leads of the tenant: one row, made anew each night."""

    closings = models.JSONField(default=list)  # [horizon, stage, since, leads, looks, hits, hits², products, looks²]
    hours = models.JSONField(default=dict)  # hour of the lead's day → prospects' messages
    media = models.JSONField(default=dict)  # medium → [answered within two days, agent's messages]
    leads = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_past_per_tenant")]

    def __str__(self) -> str:
        return f"{self.leads} leads, {self.made_at:%Y-%m-%d}"


class Foretold(TenantModel):
    """A chance to close that was named on one day; what happened is written to it once the horizon is over."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="foretold")
    day = models.DateField()
    horizon = models.PositiveSmallIntegerField()  # days
    chance = models.FloatField()
    due = models.DateField()
    happened = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "day", "horizon"], name="foretold_once"),
            SameTenant(field="lead", name="analytics_foretold_lead_same_tenant"),
        ]
        indexes = [models.Index(fields=["tenant", "due"], name="foretold_due", condition=models.Q(happened=None))]

    def __str__(self) -> str:
        return f"{self.chance:.2f} within {self.horizon} days"
