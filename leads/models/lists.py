"""What do people keep of their lists: files of leads on their way in, filters with a name, and models learned from past leads?"""

from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Membership, TenantModel


class SavedFilter(TenantModel):
    """A search of the leads list that a person wants to find again."""

    owner = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=60)
    query = models.JSONField(default=dict)  # the list's own parameters
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_filter_per_name"),
            SameTenant(field="owner", name="savedfilter_owner_same_tenant"),
        ]

    def __str__(self) -> str:
        return self.name


class LeadImport(TenantModel):
    """One CSV file of leads: read dry first, then taken in row by row; it goes on where it stopped."""

    class State(models.TextChoices):
        CHECKED = "checked", "Checked, waiting for a person"
        RUNNING = "running", "Being taken in"
        DONE = "done", "Done"
        FAILED = "failed", "Cannot be read"

    file_name = models.CharField(max_length=160)
    content = models.BinaryField(null=True, editable=False)  # dropped once everything is in
    columns = models.JSONField(default=dict)  # {"fields": {position: the lead's field}, "policy": what wins}
    state = models.CharField(max_length=10, choices=State, default=State.CHECKED)
    rows = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)  # rows that are settled
    created = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)  # the first ones: {row, column, problem}
    owner = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [SameTenant(field="owner", name="leadimport_owner_same_tenant")]

    def __str__(self) -> str:
        return self.file_name


class ScoringModel(TenantModel):
    """A model trained on a tenant's past leads: its numbers, its card, and whether it is the one that scores."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to be trained"
        TRAINING = "training", "Being trained"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        LIVE = "live", "Scoring"
        RETIRED = "retired", "Retired"

    class Source(models.TextChoices):
        FILE = "file", "A file of past leads"
        OWN = "own", "Our own leads"

    name = models.CharField(max_length=80)
    source = models.CharField("learned from", max_length=10, choices=Source, default=Source.FILE)
    outcome = models.CharField("outcome column", max_length=120)
    time_column = models.CharField(max_length=120, blank=True)
    exclude = models.JSONField("columns left out", default=list, blank=True)
    # What is known of a live lead -> the column that tells it ({} = recognised by name; leads/learning/live.py).
    mapping = models.JSONField("columns that live leads have", default=dict, blank=True)
    content = models.BinaryField(null=True, editable=False)  # the CSV, dropped once it is learned from
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    problem = models.TextField(blank=True)  # why it failed, in words
    numbers = models.JSONField(default=dict, blank=True, editable=False)
    card = models.JSONField(default=dict, blank=True, editable=False)
    # What scores live leads: {"numbers": its own, or none, "why_not": in words, "outcome": what the probability is of}.
    live = models.JSONField(default=dict, blank=True, editable=False)
    owner = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    promoted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="one_live_scoring_model", condition=models.Q(state="live")),
            SameTenant(field="owner", name="scoringmodel_owner_same_tenant"),
        ]

    def __str__(self) -> str:
        return self.name
