"""Who is the prospect, and how far along are they?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Concat, Greatest, Lower
from django.utils.timezone import now

from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Agent, TenantModel, Vertical


class Stage(models.TextChoices):
    """The nine stages of a lead's life; urgency and overlays are kept apart."""

    NEW = "new", "New"
    ATTEMPTING = "attempting", "Attempting"
    ENGAGED = "engaged", "Engaged"
    QUALIFIED = "qualified", "Qualified"
    APPOINTMENT = "appointment", "Appointment"
    REPRESENTED = "represented", "Represented"
    ACTIVE = "active", "Active"
    UNDER_CONTRACT = "under_contract", "Under contract"
    CLOSED = "closed", "Closed & referral"


class Side(models.TextChoices):
    BUYER = "buyer", "Buyer"
    SELLER = "seller", "Seller"
    BOTH = "both", "Buyer and seller"
    RENTER = "renter", "Renter"
    INVESTOR = "investor", "Investor"
    LANDLORD = "landlord", "Landlord"
    COMMERCIAL = "commercial", "Commercial"


class Overlay(models.TextChoices):
    """What lies over the stage: a lead of any stage may be resting, lost or not to be contacted."""

    NONE = "none", "None"
    NURTURE = "nurture", "Nurture"
    UNRESPONSIVE = "unresponsive", "Unresponsive"
    PAUSED = "paused_by_lead", "Paused by the lead"
    DNC = "dnc", "Do not contact"
    LOST = "lost", "Lost"
    INVALID = "invalid", "Invalid"
    DUPLICATE = "duplicate", "Duplicate"
    OTHER_AGENT = "other_agent", "With another agent"


class Agreement(models.TextChoices):
    """Whether an agreement to represent them is on record, or the documented reason why a tour needs none."""

    NONE = "", "None recorded"
    SIGNED = "signed", "Signed"
    NON_MLS = "non_mls", "Exception: not a member of an MLS"
    STATE_FORM = "state_form", "Exception: the state's own form"
    OPEN_HOUSE = "open_house", "Exception: open house"


class Lead(TenantModel):
    """A prospect; the same person as a HighLevel contact."""

    contact_id = models.CharField("HighLevel contact id", max_length=64, blank=True)
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=5, blank=True)
    source = models.CharField(max_length=60, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.NEW)
    stage_since = models.DateTimeField(default=now)
    overlay = models.CharField(max_length=20, choices=Overlay, default=Overlay.NONE)
    overlay_reason = models.CharField(max_length=200, blank=True)
    agreement = models.CharField(max_length=20, choices=Agreement, default=Agreement.NONE, blank=True)
    agreement_on = models.DateField(null=True, blank=True)
    side = models.CharField(max_length=20, choices=Side, default=Side.BUYER)
    vertical = models.CharField(max_length=20, choices=Vertical, default=Vertical.ANY)
    # Facts that cards may be filled from, by name; each was stated by the prospect or entered by a person.
    facts = models.JSONField(default=dict, blank=True)
    # What their words say now: a list of slots with evidence (leads/profile.py); SlotFact holds how it came about.
    profile = models.JSONField(default=list, blank=True, editable=False)
    completeness = models.FloatField(default=0.0, editable=False)  # of the qualification, 0 to 1, when it was last read
    score = models.FloatField(null=True, blank=True, editable=False)  # chance to close, 0 to 1; null = abstained
    # Counted each night from the tenant's past: {"chance": to close within 90 days, "why", "hour": of their day}, what is thin is not there.
    outlook = models.JSONField(default=dict, blank=True, editable=False)
    score_told = models.JSONField(default=dict, blank=True, editable=False)  # interval, reasons, version
    # Their US state as two letters (address or area code); the law of quiet hours asks for it.
    state = models.CharField(max_length=2, blank=True)
    # Who must not be reached how: {medium or "any": {"on": bool, "by": "opt_out" | "highlevel" | "person", "at": ISO}}.
    dnd = models.JSONField(default=dict, blank=True, editable=False)
    # Set when HighLevel deleted the contact: nothing brings it back by itself.
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    hand_off = models.CharField(max_length=40, blank=True, editable=False)  # why a person must take over, "" when not
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads")
    created_at = models.DateTimeField(default=now, editable=False)
    # The later of the last message and the beginning: what the list is sorted by.
    spoken_at = models.DateTimeField(default=now, editable=False)
    # What a search looks through. It lies in the index too: without trigrams (their operators leak, so row-level security
    # keeps them from an index) every lead is looked at, and the table is many times as wide.
    found_by = models.GeneratedField(
        expression=Lower(
            Concat(
                *("name", models.Value(" "), "email", models.Value(" "), "phone", models.Value(" "), "contact_id"),
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "contact_id"], name="one_lead_per_contact", condition=~models.Q(contact_id="")
            ),
            SameTenant(field="agent", name="lead_agent_same_tenant"),
        ]
        indexes = [
            models.Index(fields=["tenant", "-spoken_at", "-id"], name="lead_by_talk", include=["found_by"]),
            models.Index(fields=["tenant", "agent", "-spoken_at", "-id"], name="lead_by_agent_and_talk"),
            models.Index(
                "tenant", models.F("score").desc(nulls_last=True), models.F("id").desc(), name="lead_by_score"
            ),
            models.Index(fields=["tenant", "-completeness", "-id"], name="lead_by_completeness"),
            models.Index(fields=["tenant", "-created_at", "-id"], name="lead_by_age"),
            models.Index(fields=["tenant", "name", "id"], name="lead_by_name"),
            models.Index(fields=["tenant", "email"], name="lead_by_email", condition=~models.Q(email="")),
            models.Index(fields=["tenant", "phone"], name="lead_by_phone", condition=~models.Q(phone="")),
            # Whose plan may be old: asked over all tenants at once.
            models.Index(
                Greatest("spoken_at", "stage_since", output_field=models.DateTimeField()),
                name="lead_by_change",
                condition=models.Q(deleted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"Lead {str(self.id)[-6:]}"
