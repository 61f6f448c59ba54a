"""What is kept of HighLevel: the connection, what came in, what goes out, and what each side last knew?"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.timezone import now
from uuid_utils.compat import uuid7

from enterprisehub.tenants.models import TenantModel


class Kind(models.TextChoices):
    OAUTH = "oauth", "Marketplace app"
    PIT = "pit", "Private integration token"


class Standing(models.TextChoices):
    ACTIVE = "active", "Connected"
    NEEDS_REAUTH = "needs_reauth", "Must be connected again"
    PAUSED = "paused", "The location is paused at HighLevel"
    UNINSTALLED = "uninstalled", "Uninstalled at HighLevel"
    DISCONNECTED = "disconnected", "Disconnected here"


class Connection(TenantModel):
    """How this tenant's location is reached. Its tokens are sealed (privacy/crypto.py); `Tenant.location_id` maps the location."""

    kind = models.CharField(max_length=10, choices=Kind)
    standing = models.CharField(max_length=20, choices=Standing, default=Standing.ACTIVE)
    location_id = models.CharField(max_length=64)
    company_id = models.CharField(max_length=64, blank=True)
    scopes = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    access_sealed = models.BinaryField(null=True, editable=False)
    refresh_sealed = models.BinaryField(null=True, editable=False)
    # A private integration token that was rotated "expire later" is good for seven more days.
    former_sealed = models.BinaryField(null=True, editable=False)
    former_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)  # grows with each pair of tokens
    trouble = models.CharField(max_length=200, blank=True)  # HighLevel's last refusal, as a code of ours
    connected_at = models.DateTimeField(default=now)
    last_call_at = models.DateTimeField(null=True, blank=True)
    daily_remaining = models.PositiveIntegerField(null=True, blank=True)
    pipelines = models.JSONField(default=dict, editable=False)  # {stage id: [pipeline's name, stage's name]}
    write_back = models.BooleanField(default=True)  # whether what is understood is written into HighLevel

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_connection_per_tenant")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.location_id}"


class Agency(models.Model):
    """An agency's own token, from which location tokens are minted. It belongs to the installation: an agency has many tenants."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company_id = models.CharField(max_length=64, unique=True)
    access_sealed = models.BinaryField(null=True, editable=False)
    refresh_sealed = models.BinaryField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    standing = models.CharField(max_length=20, choices=Standing, default=Standing.ACTIVE)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Agency {self.company_id}"


class State(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    IGNORED = "ignored", "Kept, nothing to do"  # quarantine: unknown types, what makes no sense, our own echoes
    DEAD = "dead", "Given up; a person may try again"


class Source(models.TextChoices):
    APP = "app", "App event (signed)"
    WORKFLOW = "workflow", "Workflow action"
    SWEEP = "sweep", "Found by reconciliation"


class InboundEvent(TenantModel):
    """One thing that HighLevel told us, as it came: kept before it is answered, worked on once."""

    source = models.CharField(max_length=10, choices=Source)
    # `webhookId`; for a workflow a hash of what was said (CONTRACT §7).
    external_id = models.CharField(max_length=80)
    type = models.CharField(max_length=60, blank=True)
    # What must not overtake each other: the contact's id, "" when the event has none.
    subject = models.CharField(max_length=64, blank=True)
    occurred_at = models.DateTimeField(default=now)  # HighLevel's clock
    received_at = models.DateTimeField(default=now)
    body = models.BinaryField()  # the very bytes: no parser has to agree with another
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=now)
    reason = models.CharField(max_length=200, blank=True)  # why it was ignored or failed: a code, no personal data
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["tenant", "source", "external_id"], name="told_once")]
        indexes = [
            models.Index(fields=["next_at"], name="inbound_waiting", condition=models.Q(state="waiting")),
            models.Index(
                fields=["tenant", "subject", "occurred_at"],
                name="inbound_in_order",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["tenant", "-received_at"], name="inbound_by_age"),
            models.Index(fields=["tenant"], name="inbound_dead", condition=models.Q(state="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.type or self.source} {self.external_id}"


class UnmappedEvent(models.Model):
    """A signed event of a location that is nobody's yet; it moves into the inbox when the location is connected."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    location_id = models.CharField(max_length=64, blank=True)
    company_id = models.CharField(max_length=64, blank=True)
    external_id = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=64, blank=True)
    occurred_at = models.DateTimeField(default=now)
    received_at = models.DateTimeField(default=now)
    body = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["location_id"], name="unmapped_by_location")]

    def __str__(self) -> str:
        return f"{self.type} {self.external_id}"


class WorkflowSecret(TenantModel):
    """What a tenant's HighLevel workflows prove themselves with; shown once, kept as a hash, two may be active."""

    label = models.CharField(max_length=60, blank=True)
    hashed = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256, hex
    created_at = models.DateTimeField(default=now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.label or f"secret {str(self.id)[-6:]}"


class OutboundCall(TenantModel):
    """One write that HighLevel is to get: promised in the transaction of what caused it, made once, in the contact's order."""

    operation = models.CharField(max_length=40)  # a name in ghl/calls.py
    contact_id = models.CharField(max_length=64, blank=True)  # the order is kept within it
    arguments = models.JSONField(default=dict)
    key = models.CharField(max_length=120)  # the same key is written once
    urgent = models.BooleanField(default=False)  # a reply to a lead goes before bookkeeping
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=now)
    # Set right before the call is made: whether it reached HighLevel is unknown until it is settled.
    begun_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    answer = models.JSONField(default=dict)  # the ids that HighLevel gave
    created_at = models.DateTimeField(default=now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="written_once")]
        indexes = [
            models.Index(fields=["next_at"], name="outbound_waiting", condition=models.Q(state="waiting")),
            models.Index(
                fields=["tenant", "contact_id", "id"], name="outbound_in_order", condition=models.Q(state="waiting")
            ),
            models.Index(fields=["tenant", "-created_at"], name="outbound_by_age"),
            models.Index(fields=["tenant", "contact_id", "-created_at"], name="outbound_by_contact"),
            models.Index(fields=["tenant"], name="outbound_dead", condition=models.Q(state="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {str(self.id)[-6:]}"


class Written(TenantModel):
    """A thing that we made in HighLevel: when it comes back as an event, it is ours and starts nothing."""

    kind = models.CharField(max_length=20)  # message, note, task, field
    remote_id = models.CharField(max_length=80)
    # Of a note, task or field: what it is about here, so that the same content is not written twice.
    about = models.CharField(max_length=120, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "kind", "remote_id"], name="remembered_once")]
        indexes = [models.Index(fields=["tenant", "kind", "about"], name="written_about")]

    def __str__(self) -> str:
        return f"{self.kind} {self.remote_id}"


class ContactSnapshot(TenantModel):
    """What a contact was when both sides last agreed: the base of the three-way merge."""

    contact_id = models.CharField(max_length=64)
    fields = models.JSONField(default=dict)
    remote_at = models.DateTimeField(null=True, blank=True)  # HighLevel's dateUpdated of these fields
    seen_at = models.DateTimeField(default=now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "contact_id"], name="one_snapshot_per_contact")]

    def __str__(self) -> str:
        return self.contact_id


class Reconciliation(TenantModel):
    """One comparison of HighLevel with what we have: what was looked at, what was missing, what was repaired."""

    started_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    looked = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    repaired = models.PositiveIntegerField(default=0)
    gaps = models.JSONField(default=list)  # [{kind, id, at, repaired}], the first thousand
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
