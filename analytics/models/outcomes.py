"""What did people and programs tell us of outcomes, which days are to be counted anew, and how are lasting times spread?"""

from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from analytics.models.events import EventKind
from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Agent, Membership, TenantModel
from leads.models import Lead


class Told(models.TextChoices):
    """An outcome that a person or a program can tell of, under the name that it has in forms and in the API."""

    REPLY = "reply", "Reply"
    APPOINTMENT = "appointment", "Appointment"
    AGREEMENT = "agreement", "Agreement signed"
    OFFER = "offer", "Offer made"
    CLOSING = "closing", "Closing"
    OPT_OUT = "opt_out", "Opt-out"
    LOST = "lost", "Lost"


class LostReason(models.TextChoices):
    """Why a lead was lost: a closed list, since a roll-up is no place for sentences about people."""

    PRICE = "price", "Price or budget"
    FINANCING = "financing", "Financing"
    TIMING = "timing", "Not now"
    ANOTHER_AGENT = "another_agent", "Went with another agent"
    BOUGHT_ELSEWHERE = "bought_elsewhere", "Bought or sold elsewhere"
    UNREACHABLE = "unreachable", "Never answered"
    NOT_INTERESTED = "not_interested", "No longer interested"
    OTHER = "other", "Something else"


class Outcome(TenantModel):
    """One outcome that was told through the dashboard or the API; its event follows from it, and goes when it is taken back."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="outcomes")
    kind = models.CharField(max_length=12, choices=Told)
    at = models.DateTimeField(default=now)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)  # commission of a closing
    currency = models.CharField(max_length=3, blank=True)
    reason = models.CharField(max_length=20, choices=LostReason, blank=True)
    told_by = models.CharField(max_length=12)  # dashboard, api
    client_id = models.CharField(max_length=80)  # the sender's own: the same id is told once
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(default=now, editable=False)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "client_id"], name="outcome_told_once"),
            SameTenant(field="lead", name="analytics_outcome_lead_same_tenant"),
            SameTenant(field="agent", name="analytics_outcome_agent_same_tenant"),
            SameTenant(field="by", name="analytics_outcome_by_same_tenant"),
        ]
        indexes = [models.Index(fields=["tenant", "lead", "-at"], name="outcome_by_lead")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.at:%Y-%m-%d}"


class StaleDay(TenantModel):
    """A day whose events changed and whose roll-up has not been made anew. A row for each change: rolling up takes away
    those that it saw, so that a change that commits meanwhile is not lost.
    """

    day = models.DateField()
    since = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["tenant", "day"], name="stale_by_day")]

    def __str__(self) -> str:
        return str(self.day)


class Spread(TenantModel):
    """How the values of one kind were spread in one day: counts by bucket, each a fifth wider than the one before (see spread.py).

    A median needs more than the sums that Daily keeps.
    """

    kind = models.CharField(max_length=20, choices=EventKind)
    day = models.DateField()
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    team = models.UUIDField(null=True, blank=True)
    medium = models.CharField(max_length=10, blank=True)
    vertical = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=5, blank=True)
    reason = models.CharField(max_length=80, blank=True)
    bucket = models.SmallIntegerField()
    n = models.PositiveIntegerField()

    class Meta:
        constraints = [SameTenant(field="agent", name="analytics_spread_agent_same_tenant")]
        indexes = [models.Index(fields=["tenant", "day", "kind"], name="spread_by_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.day}, {self.bucket}: {self.n}"
