"""Which trials were planned, who fell into which arm, what did the owners decide, and what do they pay and earn?"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.timezone import now

from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Agent, Membership, TenantModel
from leads.models import Lead


class Experiment(TenantModel):
    """A trial with its plan, which is fixed once it runs: what is compared, on which figure, with how many cases."""

    class Kind(models.TextChoices):
        HOLDOUT = "holdout", "Silent holdout"
        PLAYBOOK = "playbook", "Playbook versions"
        PROMPT = "prompt", "Prompts"
        AA = "aa", "A/A check"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        RUNNING = "running", "Running"
        STOPPED = "stopped", "Stopped"
        FINISHED = "finished", "Finished"
        ROLLED_BACK = "rolled_back", "Rolled back"

    class Metric(models.TextChoices):
        REPLY = "outcome.reply", "Reply"
        APPOINTMENT = "outcome.appointment", "Appointment"
        AGREEMENT = "outcome.agreement", "Agreement"
        OFFER = "outcome.offer", "Offer"
        CLOSING = "outcome.closing", "Closing"

    name = models.CharField(max_length=120)
    question = models.TextField("what is to be found out", blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    salt = models.CharField(max_length=40)
    # [{"name", "weight", "playbook", "prompt"}], the control first.
    arms = models.JSONField(default=list, blank=True)
    metric = models.CharField(max_length=24, choices=Metric, default=Metric.APPOINTMENT)
    guards = models.JSONField(default=dict, blank=True)  # metric → points of the rate that are put up with
    # The plan.
    base = models.FloatField("rate expected without", default=0.2)
    effect = models.FloatField("smallest effect worth seeing, as a share", default=0.2)
    alpha = models.FloatField(default=0.05)
    power = models.FloatField(default=0.8)
    per_arm = models.PositiveIntegerField(default=0)  # cases of the smallest arm; reckoned when it starts
    max_days = models.PositiveIntegerField(default=90, validators=[MinValueValidator(1), MaxValueValidator(730)])
    # Its life.
    before = models.UUIDField(null=True, blank=True, editable=False)  # the version that coached when it started
    looks = models.JSONField(default=list, blank=True)  # each look at the guards, with what it spent
    stopped_because = models.CharField(max_length=200, blank=True)
    decision = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                name="one_running_holdout",
                condition=models.Q(status="running", kind="holdout"),
            ),
            models.UniqueConstraint(
                fields=["tenant"],
                name="one_running_comparison",
                condition=models.Q(status="running") & ~models.Q(kind="holdout"),
            ),
            SameTenant(field="created_by", name="analytics_experiment_author_same_tenant"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def control(self) -> str:
        """The arm that the others are compared with."""
        return str(self.arms[0]["name"]) if self.arms else ""


class Assignment(TenantModel):
    """An agent in a conversation that came into a trial, the arm that was drawn, and what became of it."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="assignments")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+", db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="+", db_index=False)
    conversation = models.UUIDField()
    arm = models.CharField(max_length=31)
    at = models.DateTimeField()
    # A lead counts once, where it came in first: its later conversations would count the same outcome again.
    counted = models.BooleanField(default=True)
    followed = ArrayField(models.CharField(max_length=24), default=list, blank=True)  # outcomes inside their windows
    qualified_seconds = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["experiment", "agent", "conversation"], name="one_arm_per_conversation"),
            SameTenant(field="experiment", name="analytics_assignment_experiment_same_tenant"),
            SameTenant(field="agent", name="analytics_assignment_agent_same_tenant"),
            SameTenant(field="lead", name="analytics_assignment_lead_same_tenant"),
        ]
        indexes = [models.Index(fields=["experiment", "at"], name="assignment_by_time")]

    def __str__(self) -> str:
        return f"{self.arm}, {self.at:%Y-%m-%d}"


class ReturnTerms(TenantModel):
    """What coaching costs and a closing earns here, and what it is compared with; the newest row holds."""

    currency = models.CharField(max_length=3, default="USD")
    per_usd = models.DecimalField("one US dollar in this currency", max_digits=12, decimal_places=4, default=1)
    licence = models.DecimalField("licence per agent and month", max_digits=12, decimal_places=2, null=True, blank=True)
    minute = models.DecimalField("cost of a minute of talk", max_digits=10, decimal_places=4, null=True, blank=True)
    commission = models.DecimalField("commission of a closing", max_digits=14, decimal_places=2, null=True, blank=True)
    # {"kind": "period", "first", "last"} or {"kind": "figures", "closings", "leads", "hours", "per_day", "source", "on"}
    baseline = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [SameTenant(field="created_by", name="analytics_terms_author_same_tenant")]

    def __str__(self) -> str:
        return f"{self.currency}, {self.created_at:%Y-%m-%d}"
