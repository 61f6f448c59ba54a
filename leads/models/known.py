"""What became known of a lead, and how it moved: rows that are added and never changed, and the questions asked of it."""

from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Agent, TenantModel
from leads.models.lead import Lead, Overlay, Stage
from leads.models.talk import Message


class Change(models.TextChoices):
    SAID = "said", "Said"
    CORRECTED = "corrected", "Corrected by the prospect"
    CONTRADICTED = "contradicted", "Stands against what was said before"
    WITHDRAWN = "withdrawn", "Taken back by the prospect"
    CONFIRMED = "confirmed", "Confirmed by a person"
    EDITED = "edited", "Corrected by a person"
    ERASED = "erased", "Erased by a person"


class SlotFact(TenantModel):
    """One thing that a lead's words said, or a person did about it. The lead's profile is the sum of these."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="slot_facts")
    # Null when a person entered it by hand; else `message.text[start:end] == quote`.
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, blank=True, related_name="slot_facts")
    name = models.CharField(max_length=40)
    value = models.JSONField(null=True)
    earlier = models.JSONField(null=True, blank=True)  # the value that this one replaced or stands against
    unit = models.CharField(max_length=12, blank=True)
    quote = models.TextField(blank=True)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    confidence = models.FloatField(default=1.0)
    extractor = models.CharField(max_length=20)  # local | claude | person
    offered = models.BooleanField(default=False)  # the agent offered it, the prospect accepted
    change = models.CharField(max_length=12, choices=Change, default=Change.SAID)
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")  # the person
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            SameTenant(field="lead", name="slotfact_lead_same_tenant"),
            SameTenant(field="message", name="slotfact_message_same_tenant"),
            SameTenant(field="agent", name="slotfact_agent_same_tenant"),
        ]
        indexes = [models.Index(fields=["lead", "-at"], name="facts_of_lead")]

    def __str__(self) -> str:
        return f"{self.name} of {self.lead_id}"


class StageMove(TenantModel):
    """A lead's step to another stage or overlay: who or what moved it, and on what evidence."""

    class Mover(models.TextChoices):
        PERSON = "person", "A person"
        RULE = "rule", "A rule"
        CRM = "crm", "HighLevel"

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="moves")
    from_stage = models.CharField(max_length=20, choices=Stage)
    to_stage = models.CharField(max_length=20, choices=Stage)
    from_overlay = models.CharField(max_length=20, choices=Overlay, default=Overlay.NONE)
    to_overlay = models.CharField(max_length=20, choices=Overlay, default=Overlay.NONE)
    mover = models.CharField(max_length=10, choices=Mover)
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    evidence = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            SameTenant(field="lead", name="stagemove_lead_same_tenant"),
            SameTenant(field="agent", name="stagemove_agent_same_tenant"),
        ]
        indexes = [models.Index(fields=["lead", "-at"], name="moves_of_lead")]

    def __str__(self) -> str:
        return f"{self.from_stage} to {self.to_stage}"


class Flow(TenantModel):
    """One qualification: the questions asked one after another until enough is known, or a person must take over."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="flows")
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    asked = models.JSONField(default=list, blank=True)  # slots asked for, oldest first
    completeness = models.FloatField(default=0.0)
    hand_off = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(fields=["lead"], name="one_open_flow", condition=models.Q(ended_at=None)),
            SameTenant(field="lead", name="flow_lead_same_tenant"),
            SameTenant(field="agent", name="flow_agent_same_tenant"),
        ]

    def __str__(self) -> str:
        return f"Qualification of {self.lead_id}"


class PipelineStage(TenantModel):
    """Which of the nine stages a stage of the tenant's HighLevel pipeline means; one that is not mapped means nothing."""

    pipeline = models.CharField("HighLevel pipeline", max_length=80, blank=True)
    name = models.CharField("HighLevel stage", max_length=80)
    stage = models.CharField("means", max_length=20, choices=Stage)

    class Meta:
        ordering = ["pipeline", "name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "pipeline", "name"], name="one_meaning_per_pipeline_stage")
        ]

    def __str__(self) -> str:
        return f"{self.name} means {self.get_stage_display()}"
