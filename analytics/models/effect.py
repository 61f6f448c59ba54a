"""What preceded what, what was read from it, and what is to be changed: the memory of coaching effectiveness."""

from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from coaching.models import PlaybookVersion
from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Membership, TenantModel


class Sort(models.TextChoices):
    """What can precede an outcome."""

    ALL = "all", "Any card"
    KIND = "kind", "Card kind"
    LINE = "line", "Line"
    ASK = "ask", "Question"
    PLAYBOOK = "playbook", "Playbook version"
    PROMPT = "prompt", "Prompt version"
    SITUATION = "situation", "Situation"  # key: "<stage>/<vertical>"


class Preceded(TenantModel):
    """In how many conversations a thing was first shown on this day, and in how many of them which outcome followed.

    A conversation counts once for a thing, however many of its cards showed it: cards of one talk share their outcome.
    Pages do not read this; the analysis does. Made anew for each day whose events changed.
    """

    day = models.DateField()
    sort = models.CharField(max_length=10, choices=Sort)
    key = models.CharField(max_length=120, blank=True)
    card_kind = models.CharField(max_length=40, blank=True)
    held = models.BooleanField(default=False)  # by the holdout: thought of, not shown
    n = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    reply = models.PositiveIntegerField(default=0)
    appointment = models.PositiveIntegerField(default=0)
    agreement = models.PositiveIntegerField(default=0)
    offer = models.PositiveIntegerField(default=0)
    closing = models.PositiveIntegerField(default=0)
    opt_out = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["tenant", "day"], name="preceded_by_day")]

    def __str__(self) -> str:
        return f"{self.get_sort_display()} {self.key}, {self.day}: {self.n}"


class Analysis(TenantModel):
    """One reading of what preceded what: asked for, under way, done or failed. Pages read its result."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting for a worker"
        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    time_range = models.CharField(max_length=10)  # one of analytics.ranges.SPANS
    first = models.DateField()
    last = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    step = models.CharField(max_length=80, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.CharField(max_length=60, blank=True)
    # Who read the samples: the local engine, or Claude in a batch of its own.
    read_by = models.CharField(max_length=10, default="local")
    batch = models.CharField(max_length=80, blank=True)  # the batch's id at the API, while it is open
    batch_state = models.CharField(max_length=20, blank=True)
    asked_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "time_range"],
                name="one_open_analysis",
                condition=models.Q(state__in=["queued", "running"]),
            ),
            SameTenant(field="asked_by", name="analytics_analysis_asker_same_tenant"),
        ]
        indexes = [models.Index(fields=["tenant", "-asked_at"], name="analysis_by_time")]

    def __str__(self) -> str:
        return f"{self.time_range}: {self.get_state_display()}"


class Theme(TenantModel):
    """What low feedback on one kind of card has in common, until its fix is seen to work."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        FIXING = "fixing", "Being fixed"
        MEASURING = "measuring", "Fix live, being measured"
        CLOSED = "closed", "Closed"

    theme = models.CharField(max_length=40)  # of coaching.improvement.THEMES
    card_kind = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    n = models.PositiveIntegerField(default=0)  # findings
    newest_at = models.DateTimeField(null=True, blank=True)
    fix = models.CharField(max_length=200, blank=True)  # what is to be changed, in a person's words
    version = models.ForeignKey(PlaybookVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    fixed_at = models.DateTimeField(null=True, blank=True)  # since when the fix is live
    # Feedback on such cards, and how much of it was low with this theme: before the fix and since.
    before_n = models.PositiveIntegerField(default=0)
    before_low = models.PositiveIntegerField(default=0)
    after_n = models.PositiveIntegerField(default=0)
    after_low = models.PositiveIntegerField(default=0)
    verdict = models.CharField(max_length=200, blank=True)  # what the last measuring said
    closed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-n", "theme", "card_kind"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "theme", "card_kind"], name="one_theme_per_kind"),
            SameTenant(field="version", name="analytics_theme_version_same_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.theme}, {self.card_kind}: {self.n}"


class Proposal(TenantModel):
    """A change of the playbook or of a prompt that an analysis suggests. Nothing of it is live before a person publishes it."""

    class Part(models.TextChoices):
        PLAYBOOK = "playbook", "Playbook"
        PROMPT = "prompt", "Prompt"

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"

    part = models.CharField(max_length=10, choices=Part)
    mark = models.CharField(max_length=64)  # of what it changes: the same change is proposed once
    title = models.CharField(max_length=200)
    reason = models.TextField()
    evidence = models.JSONField(default=dict, blank=True)
    base = models.CharField(max_length=64, blank=True)  # the version that it changes
    change = models.JSONField(default=dict, blank=True)  # the playbook content to lay over, or the prompt's new text
    diff = models.JSONField(default=list, blank=True)  # [{entry, field, before, after}]
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    draft = models.ForeignKey(PlaybookVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "mark"], name="proposed_once"),
            SameTenant(field="draft", name="analytics_proposal_draft_same_tenant"),
            SameTenant(field="decided_by", name="analytics_proposal_decider_same_tenant"),
        ]

    def __str__(self) -> str:
        return self.title


class Benchmark(TenantModel):
    """A figure of the market as somebody published it; a tenant brings it, with its source and its date."""

    metric = models.CharField(max_length=40)  # of analytics.competition.METRICS
    value = models.FloatField()
    unit = models.CharField(max_length=20)
    segment = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=200)
    date = models.DateField()
    brought_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    brought_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["metric", "segment", "-date"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "metric", "segment", "source", "date"], name="one_benchmark_per_source_and_date"
            ),
            SameTenant(field="brought_by", name="analytics_benchmark_bringer_same_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.segment}: {self.value} {self.unit}"
