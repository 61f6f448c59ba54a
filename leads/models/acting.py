"""What may be done about a lead, what is to be done, and what was agreed to?"""

from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Agent, Membership, TenantModel
from leads.models.lead import Lead
from leads.models.talk import Medium, Message


class Purpose(models.TextChoices):
    """Why somebody is written to: what needs consent differs."""

    REPLY = "reply", "Answer to what they just asked"
    SERVICE = "service", "About what they already agreed to (an appointment, a contract)"
    MARKETING = "marketing", "Follow-up and offers"
    OPT_OUT = "opt_out", "The one confirmation after an opt-out"


class Consent(TenantModel):
    """A line of the consent ledger: given or taken back, and how that is known. Lines are added, never changed."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="consents")
    medium = models.CharField(max_length=10, choices=[*Medium.choices, ("any", "Any")], default="any")
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.MARKETING)
    given = models.BooleanField()
    text = models.TextField(blank=True)  # what they were shown
    text_version = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=60)  # form, import, highlevel, message, agent, api …
    at = models.DateTimeField(default=now)
    # When words of theirs are the reason: message.text holds the quote.
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    quote = models.TextField(blank=True)
    confidence = models.FloatField(default=1.0)
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ip = models.GenericIPAddressField(null=True, blank=True)
    recorded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            SameTenant(field="lead", name="consent_lead_same_tenant"),
            SameTenant(field="message", name="consent_message_same_tenant"),
            SameTenant(field="by", name="consent_by_same_tenant"),
        ]
        indexes = [models.Index(fields=["tenant", "lead", "-at"], name="consent_by_lead")]

    def __str__(self) -> str:
        return f"{'given' if self.given else 'taken back'}: {self.medium} {self.purpose}"


class ActionPlan(TenantModel):
    """What is to be done about a lead, and why: made by the local planner, worded better by Claude."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="plans")
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="plans")
    goal = models.CharField(max_length=300)
    evidence = models.JSONField(default=list)  # [{quote, message, slot}]
    urgency = models.CharField(max_length=10, default="normal")  # critical, high, normal, low
    urgency_told = models.JSONField(default=dict)  # {deadline, why, quotes}
    cadence = models.JSONField(default=dict)  # {name, steps, paused_until, stopped}
    risks = models.JSONField(default=list)  # [{what, why, evidence, until}]
    opportunities = models.JSONField(default=list)
    confidence = models.FloatField(default=0.0)
    would_change = models.JSONField(default=list)  # what would change it, in sentences
    source = models.CharField(max_length=10, default="local")  # who worded it: local, cache, claude
    revision = models.PositiveSmallIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, blank=True)  # of what it was made from: the same gives no new plan
    made_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(
        null=True, blank=True, editable=False
    )  # when Claude was asked for better words: once

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["lead"], name="one_plan_at_a_time", condition=models.Q(superseded_at=None)),
            SameTenant(field="lead", name="plan_lead_same_tenant"),
            SameTenant(field="agent", name="plan_agent_same_tenant"),
        ]
        # The rounds of leads/services/keeping.py look over all tenants at once.
        indexes = [
            models.Index(fields=["expires_at"], name="plan_by_end", condition=models.Q(superseded_at=None)),
            models.Index(
                fields=["made_at"],
                name="plan_by_wait",
                condition=models.Q(superseded_at=None, asked_at=None, revision=0),
            ),
        ]

    def __str__(self) -> str:
        return self.goal


class ActionState(models.TextChoices):
    PROPOSED = "proposed", "Proposed"
    SNOOZED = "snoozed", "Snoozed"
    APPROVED = "approved", "Approved, on its way"
    SENT = "sent", "Sent"
    DONE = "done", "Done"
    DISMISSED = "dismissed", "Dismissed"
    DENIED = "denied", "May not be sent"
    EXPIRED = "expired", "Expired"


class Action(TenantModel):
    """One thing to do: verb, medium, owner, when, the words ready to send, and what if nobody answers."""

    plan = models.ForeignKey(ActionPlan, on_delete=models.CASCADE, related_name="actions")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="actions")
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="actions")
    key = models.CharField(max_length=120)  # the same step of the same plan is there once
    verb = models.CharField(max_length=30)  # call, text, email, propose_times, send_lender_list, review …
    medium = models.CharField(max_length=10, choices=Medium, blank=True)
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.MARKETING)
    title = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    subject = models.CharField(max_length=200, blank=True)  # of an e-mail
    draft = models.TextField(blank=True)
    claims = models.JSONField(default=list)  # claims about a property: [{start, end, claim, known}]
    fallback = models.JSONField(default=dict)  # {verb, medium, after_hours, title}
    verdict = models.JSONField(default=dict)  # what may_contact said: {allow, reason, next_at, at}
    due_at = models.DateTimeField()
    due_zone = models.CharField(max_length=64, blank=True)  # the lead's zone, in which `due_at` was reckoned
    step = models.PositiveSmallIntegerField(default=0)
    rank = models.FloatField(default=0.0)
    state = models.CharField(max_length=10, choices=ActionState, default=ActionState.PROPOSED)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="one_action_per_key"),
            SameTenant(field="plan", name="action_plan_same_tenant"),
            SameTenant(field="lead", name="action_lead_same_tenant"),
            SameTenant(field="agent", name="action_agent_same_tenant"),
            SameTenant(field="decided_by", name="action_decided_by_same_tenant"),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "agent", "-rank"],
                name="action_queue",
                condition=models.Q(state__in=["proposed", "snoozed"]),
            ),
            models.Index(fields=["tenant", "lead", "-created_at"], name="action_by_lead"),
        ]

    def __str__(self) -> str:
        return self.title
