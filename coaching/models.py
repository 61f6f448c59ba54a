"""What the agent was advised: sessions, cards, feedback, and the playbook behind them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Agent, Membership, TenantModel
from leads.models import Conversation, Message


class Session(TenantModel):
    """One stretch of live coaching of one agent in one conversation."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="sessions")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="sessions")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "conversation"], name="one_live_session", condition=models.Q(ended_at=None)
            ),
            SameTenant(field="agent", name="session_agent_same_tenant"),
            SameTenant(field="conversation", name="session_conversation_same_tenant"),
        ]
        indexes = [models.Index(fields=["tenant", "agent", "-started_at"], name="session_by_agent")]

    def __str__(self) -> str:
        return f"{self.agent}, {self.started_at:%Y-%m-%d %H:%M}"


class Urgency(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


class CardSource(models.TextChoices):
    LOCAL = "local", "Local engine"
    CACHE = "cache", "Remembered answer"
    CLAUDE = "claude", "Claude"


class CardVerdict(models.TextChoices):
    USED = "used", "Used"
    EDITED = "edited", "Edited"
    DISMISSED = "dismissed", "Dismissed"
    WRONG = "wrong", "Wrong"
    IGNORED = "ignored", "Ignored"


class Suggestion(TenantModel):
    """One card: what was meant, what to say, what to ask. A quiet one was thought of and held back."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="suggestions")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="suggestions")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="suggestions")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="suggestion")
    kind = models.CharField(max_length=40)
    group = models.CharField(max_length=20)
    headline = models.CharField(max_length=160)
    say = models.TextField(blank=True)
    ask = models.TextField(blank=True)
    ask_slot = models.CharField(max_length=40, blank=True)
    why = models.TextField(blank=True)
    why_start = models.PositiveIntegerField(default=0)
    why_end = models.PositiveIntegerField(default=0)
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.LOW)
    confidence = models.FloatField(default=0)
    language = models.CharField(max_length=5, default="en")
    detail = models.CharField(max_length=10, default="full")
    also = models.CharField(max_length=40, blank=True)
    compliance = models.BooleanField(default=False)
    line_ids = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    playbook_version = models.CharField(max_length=64, blank=True)
    prompt_version = models.CharField(max_length=64, blank=True)
    # The attention budget's view of the card.
    idea = models.CharField(max_length=120)
    context = models.CharField(max_length=120, blank=True)
    shown = models.BooleanField(default=True)
    quiet_reason = models.CharField(max_length=60, blank=True)
    # Of the running holdout (coached, held) and of the running comparison ("<experiment>/<arm>"); empty without one.
    arm = models.CharField(max_length=10, blank=True)
    variant = models.CharField(max_length=64, blank=True)
    # Two waves.
    source = models.CharField(max_length=10, choices=CardSource, default=CardSource.LOCAL)
    stand_in = models.BooleanField(default=False)
    revision = models.PositiveSmallIntegerField(default=0)
    earlier = models.JSONField(default=list, blank=True)
    change = models.CharField(max_length=12, blank=True)  # confirms | extends | replaces
    outcome = models.CharField(max_length=20, blank=True)
    local_ms = models.FloatField(default=0)
    refine_ms = models.FloatField(null=True, blank=True)
    # What the local engine was asked, so that the advice can be replayed; no names, no contact data.
    asked = models.JSONField(default=dict, blank=True)
    verdict = models.CharField(max_length=10, choices=CardVerdict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    refined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            SameTenant(field="session", name="suggestion_session_same_tenant"),
            SameTenant(field="conversation", name="suggestion_conversation_same_tenant"),
            SameTenant(field="agent", name="suggestion_agent_same_tenant"),
            SameTenant(field="message", name="suggestion_message_same_tenant"),
        ]
        indexes = [
            models.Index(fields=["agent", "-created_at"], name="suggestion_by_agent"),
            models.Index(fields=["conversation", "-created_at"], name="suggestion_by_conversation"),
        ]

    def __str__(self) -> str:
        return self.headline


class Feedback(TenantModel):
    """What an agent thought of a card or of a whole session, with all that is needed to see the advice again."""

    suggestion = models.ForeignKey(Suggestion, on_delete=models.CASCADE, null=True, blank=True, related_name="feedback")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="feedback")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="feedback")
    verdict = models.CharField(max_length=10, choices=CardVerdict, blank=True)
    score = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    comment = models.TextField(blank=True)
    said = models.TextField("what was really said", blank=True)
    advice = models.JSONField(default=dict, blank=True)
    client_id = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "client_id"], name="feedback_once"),
            SameTenant(field="suggestion", name="feedback_suggestion_same_tenant"),
            SameTenant(field="session", name="feedback_session_same_tenant"),
            SameTenant(field="agent", name="feedback_agent_same_tenant"),
        ]


class Whisper(TenantModel):
    """What a supervisor tells an agent while they talk; the prospect never sees it."""

    class Kind(models.TextChoices):
        WORDS = "words", "Whisper"
        TAKEN = "taken", "Taken over"
        RETURNED = "returned", "Handed back"

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="whispers")  # who is told
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="whispers")
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.WORDS)
    text = models.CharField(max_length=500, blank=True)
    client_id = models.CharField(max_length=80)
    at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "client_id"], name="whispered_once"),
            SameTenant(field="agent", name="whisper_agent_same_tenant"),
            SameTenant(field="conversation", name="whisper_conversation_same_tenant"),
            SameTenant(field="by", name="whisper_author_same_tenant"),
        ]
        indexes = [
            models.Index(fields=["agent"], name="whisper_unseen", condition=models.Q(seen_at=None)),
            models.Index(fields=["conversation", "-at"], name="whisper_by_conversation"),
        ]


class TakeOver(TenantModel):
    """A supervisor speaks in an agent's place, until it is handed back."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="take_overs")
    by = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    from_agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["conversation"], name="one_take_over", condition=models.Q(ended_at=None)),
            SameTenant(field="conversation", name="take_over_conversation_same_tenant"),
            SameTenant(field="by", name="take_over_by_same_tenant"),
            SameTenant(field="from_agent", name="take_over_from_same_tenant"),
        ]


class Improvement(TenantModel):
    """What was wrong with advice that was scored below 4, and why."""

    feedback = models.OneToOneField(Feedback, on_delete=models.CASCADE, related_name="improvement")
    theme = models.CharField(max_length=40)
    finding = models.TextField()
    evidence = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=10, choices=CardSource, default=CardSource.LOCAL)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]
        constraints = [SameTenant(field="feedback", name="improvement_feedback_same_tenant")]


class Replay(TenantModel):
    """What a draft, or another prompt, would have shown for the golden conversations and for the latest real ones; what is worse
    blocks it. No names and no addresses: the words are pseudonymised before they are kept."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        PASSED = "passed", "Nothing got worse"
        BLOCKED = "blocked", "Blocked"
        FAILED = "failed", "Broken off"

    version = models.ForeignKey("PlaybookVersion", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    prompt = models.CharField(max_length=80, blank=True)  # name of a prompt file, when it is not about a playbook
    fingerprint = models.CharField(max_length=200)  # of what was compared: old and new lines, golden conversations
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    golden = models.PositiveIntegerField(default=0)
    recent = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    worse = models.JSONField(default=dict, blank=True)  # name of the problem → how often
    changes = models.JSONField(default=list, blank=True)  # the first of them, the worse ones ahead
    note = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            SameTenant(field="version", name="replay_version_same_tenant"),
            SameTenant(field="created_by", name="replay_author_same_tenant"),
        ]
        indexes = [models.Index(fields=["tenant", "fingerprint"], name="replay_by_fingerprint")]

    def __str__(self) -> str:
        return f"{self.prompt or self.version}: {self.get_state_display()}"

    @property
    def open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)


class Playbook(TenantModel):
    """A tenant's own lines, laid over the base library."""

    name = models.CharField(max_length=80, default="House playbook")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_playbook_per_name")]

    def __str__(self) -> str:
        return self.name


class PlaybookVersion(TenantModel):
    """One state of a playbook; a published one never changes, a rollback publishes an older one's content anew."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    content = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["playbook", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["tenant"], name="one_published_playbook", condition=models.Q(status="published")
            ),
            SameTenant(field="playbook", name="version_playbook_same_tenant"),
            SameTenant(field="created_by", name="version_author_same_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.playbook} v{self.number} ({self.status})"
