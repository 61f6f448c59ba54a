"""What happened, once, and how often in a day: events, their daily roll-ups, and how far each was read."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid5

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.timezone import now

from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Agent, TenantModel
from leads.models import Lead


class EventKind(models.TextChoices):
    """What can happen. `value` is written behind the kind where it has one."""

    CARD_SHOWN = "card.shown", "Card shown"
    CARD_HELD = "card.held", "Card held back by the holdout"
    USE_SAID = "use.said", "Line said"  # value: likeness of the agent's words to the line, 0 to 1
    USE_EDITED = "use.edited", "Line said in own words"
    USE_ASKED = "use.asked", "Question asked"
    USE_DISMISSED = "use.dismissed", "Card dismissed"
    USE_WRONG = "use.wrong", "Card called wrong"
    USE_NONE = "use.none", "Card not used"
    SCORED = "scored", "Feedback given"  # value: 1 to 5
    MESSAGE_IN = "message.in", "Prospect wrote"
    MESSAGE_OUT = "message.out", "Agent wrote"
    RESPONSE = "response", "Agent answered"  # value: seconds since the prospect's first unanswered words
    SESSION = "session", "Session ended"  # value: minutes
    STAGE = "stage", "Stage reached"  # reason: the stage; value: seconds since the stage before
    WENT_ON = "stage.on", "Went on from a stage"  # reason: the stage; counted on the day on which that one was reached
    QUALIFIED = "qualified", "Lead qualified"  # value: seconds since the lead's first words
    REPLY = "outcome.reply", "Reply"
    APPOINTMENT = "outcome.appointment", "Appointment"
    AGREEMENT = "outcome.agreement", "Agreement signed"
    OFFER = "outcome.offer", "Offer made"
    CLOSING = "outcome.closing", "Closing"  # amount: commission, when it is known
    OPT_OUT = "outcome.opt_out", "Opt-out"
    LOST = "outcome.lost", "Lost"  # reason: why
    # Counted on the day of the card, so that after.reply of card.shown is a share of these cards; `at` is the outcome's time.
    AFTER_REPLY = "after.reply", "Card before a reply"
    AFTER_APPOINTMENT = "after.appointment", "Card before an appointment"
    AFTER_AGREEMENT = "after.agreement", "Card before an agreement"
    AFTER_OFFER = "after.offer", "Card before an offer"
    AFTER_CLOSING = "after.closing", "Card before a closing"
    AFTER_OPT_OUT = "after.opt_out", "Card before an opt-out"
    AFTER_LOST = "after.lost", "Card before a loss"
    # Of a day, only in the roll-up.
    LEADS = "leads", "Leads spoken with"
    CONVERSATIONS = "conversations", "Conversations"


# How long after a card an outcome is still counted as having followed it. "Followed" is not "caused".
CREDIT: dict[str, timedelta] = {
    EventKind.REPLY: timedelta(hours=48),
    EventKind.APPOINTMENT: timedelta(days=14),
    EventKind.AGREEMENT: timedelta(days=30),
    EventKind.OFFER: timedelta(days=60),
    EventKind.CLOSING: timedelta(days=180),
    EventKind.OPT_OUT: timedelta(days=7),
    EventKind.LOST: timedelta(days=30),
}


class Dimensions(models.Model):
    """By what an event is counted; empty where it has none. The ids point at rows that may be gone by now."""

    kind = models.CharField(max_length=20, choices=EventKind)
    day = models.DateField()  # in the tenant's zone
    team = models.UUIDField(null=True, blank=True)
    card_kind = models.CharField(max_length=40, blank=True)
    playbook_version = models.CharField(max_length=64, blank=True)
    prompt_version = models.CharField(max_length=64, blank=True)
    vertical = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=5, blank=True)
    engine = models.CharField(max_length=10, blank=True)  # who made the card: local, cache, claude
    medium = models.CharField(max_length=10, blank=True)
    arm = models.CharField(max_length=10, blank=True)  # of the holdout: coached, held; empty without one
    variant = models.CharField(max_length=64, blank=True)  # of a running comparison: "<experiment>/<arm>"
    reason = models.CharField(max_length=80, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        abstract = True


class Event(TenantModel, Dimensions):
    """One thing that happened. The id is made of what it was, so the same thing is never kept twice."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    conversation = models.UUIDField(null=True, blank=True)
    suggestion = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()
    value = models.FloatField(null=True, blank=True)  # unit: see the kind
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)  # in `currency`
    told_by = models.CharField(max_length=12)  # highlevel, dashboard, api, system
    recorded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["-at"]
        constraints = [
            SameTenant(field="agent", name="analytics_event_agent_same_tenant"),
            SameTenant(field="lead", name="analytics_event_lead_same_tenant"),
        ]
        indexes = [
            models.Index(fields=["tenant", "day", "kind"], name="event_by_day"),
            models.Index(fields=["tenant", "-at", "-id"], name="event_by_time"),
            BrinIndex(fields=["recorded_at"], name="event_as_it_came"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.day}"

    @staticmethod
    def id_of(tenant: UUID, *what: object) -> UUID:
        """The id of the event that these words name, in this tenant: `id_of(tenant, "use", suggestion)`."""
        return uuid5(tenant, "/".join(str(part) for part in what))


class Daily(TenantModel, Dimensions):
    """How often it happened in one day: the only thing that pages read. Made anew whenever the day's events changed."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    n = models.PositiveIntegerField()
    total = models.FloatField(default=0)  # of `value`
    squares = models.FloatField(default=0)  # of `value`, for the spread
    amount = models.DecimalField(max_digits=16, decimal_places=2, default=0)

    class Meta:
        constraints = [SameTenant(field="agent", name="daily_agent_same_tenant")]
        indexes = [models.Index(fields=["tenant", "day", "kind"], name="daily_by_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.day}: {self.n}"


class Watermark(TenantModel):
    """How far a source was read; the next reading starts a little before it."""

    name = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_watermark_per_source")]

    def __str__(self) -> str:
        return f"{self.name}: {self.at}"
