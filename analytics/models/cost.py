"""What the engines cost in one day: the ledger, rolled up."""

from __future__ import annotations

from django.db import models

from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Agent, TenantModel


class LedgerDay(TenantModel):
    """The calls of one day (UTC, as budgets count it) that have all this in common. Made anew whenever the day's ledger grew."""

    day = models.DateField()
    capability = models.CharField(max_length=60)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    model = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=10)  # who answered in the end: claude, cache, local
    outcome = models.CharField(max_length=20)
    stand_in = models.BooleanField(default=False)
    n = models.PositiveIntegerField()
    # Tokens.
    input = models.PositiveBigIntegerField(default=0)
    cache_read = models.PositiveBigIntegerField(default=0)
    cache_write = models.PositiveBigIntegerField(default=0)
    output = models.PositiveBigIntegerField(default=0)
    # Micro-USD; `saved` is what the prompt cache spared, after what writing it cost more, so it can be below zero.
    cost = models.PositiveBigIntegerField(default=0)
    saved = models.BigIntegerField(default=0)

    class Meta:
        constraints = [SameTenant(field="agent", name="analytics_ledger_day_agent_same_tenant")]
        indexes = [models.Index(fields=["tenant", "day"], name="ledger_day_by_day")]

    def __str__(self) -> str:
        return f"{self.capability}, {self.day}: {self.n}"
