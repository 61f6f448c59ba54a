"""How an agent talks: scorecards and what a person says to them, their daily sums, the plan for one skill, and the practice for it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.timezone import now

from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Agent, Membership, TenantModel
from leads.models import Conversation, Lead, Message


class Scorecard(TenantModel):
    """One conversation by one version of the rubric; filled anew when it went on, the same for the same words."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="scorecards")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="scorecards", db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="scorecards")
    rubric = models.CharField(max_length=40)
    total = models.PositiveSmallIntegerField()  # of 100
    earned = models.PositiveSmallIntegerField()  # of `possible`: what did not apply counts for nothing
    possible = models.PositiveSmallIntegerField()  # 0: no conversation to score
    failed = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    items = models.JSONField(default=list, blank=True)  # scorecard.Scored, with quotes
    cases = models.JSONField(default=list, blank=True)  # skills.Case with its day and message
    days = models.JSONField(default=dict, blank=True)  # ISO day → spoken.Spoken
    completeness = models.FloatField(default=0.0)  # of the lead's qualification when it was filled
    read_to = models.PositiveIntegerField(default=0)  # position of the last message that was read
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    first_day = models.DateField()  # in the tenant's zone, as `day`
    day = models.DateField()  # of the last words: the day to which the scorecard counts
    filled_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "rubric"], name="one_scorecard_per_rubric"),
            SameTenant(field="conversation", name="analytics_scorecard_conversation_same_tenant"),
            SameTenant(field="agent", name="analytics_scorecard_agent_same_tenant"),
            SameTenant(field="lead", name="analytics_scorecard_lead_same_tenant"),
        ]
        indexes = [models.Index(fields=["agent", "-day"], name="scorecard_by_agent")]

    def __str__(self) -> str:
        return f"{self.total} of 100, {self.day}"


class Review(TenantModel):
    """What a person gives an item instead, and why; the machine's points stay beside it."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="reviews")
    item = models.CharField(max_length=20)
    points = models.PositiveSmallIntegerField()
    machine = models.PositiveSmallIntegerField()  # the points that stood there when the person judged
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "item", "by"], name="one_review_per_person_and_item"),
            SameTenant(field="scorecard", name="analytics_review_scorecard_same_tenant"),
            SameTenant(field="by", name="analytics_review_by_same_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.points} instead of {self.machine}"


class SkillDay(TenantModel):
    """How often one agent had a chance to show a skill on one day, and took it. `total` sums shares of points, 0 to 1."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    skill = models.CharField(max_length=60)
    n = models.PositiveIntegerField()
    hits = models.PositiveIntegerField(default=0)
    total = models.FloatField(default=0)
    squares = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "day", "skill"], name="one_skill_per_day"),
            SameTenant(field="agent", name="analytics_skillday_agent_same_tenant"),
        ]
        indexes = [models.Index(fields=["tenant", "day", "skill"], name="skill_by_day")]

    def __str__(self) -> str:
        return f"{self.skill}, {self.day}: {self.hits} of {self.n}"


class TalkDay(TenantModel):
    """How much was said on one day by one agent and to them, and how long answers took (counts per stretch, waits.EDGES)."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    conversations = models.PositiveIntegerField(default=0)
    agent_words = models.PositiveIntegerField(default=0)
    prospect_words = models.PositiveIntegerField(default=0)
    agent_turns = models.PositiveIntegerField(default=0)
    asking = models.PositiveIntegerField(default=0)  # the agent's messages that ask
    several = models.PositiveIntegerField(default=0)  # those that ask more than one thing
    questions = models.PositiveIntegerField(default=0)
    waits = ArrayField(models.PositiveIntegerField(), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "day"], name="one_talk_day_per_agent"),
            SameTenant(field="agent", name="analytics_talkday_agent_same_tenant"),
        ]
        indexes = [models.Index(fields=["tenant", "day"], name="talk_by_day")]

    def __str__(self) -> str:
        return f"{self.agent_turns} messages, {self.day}"


class DevelopmentPlan(TenantModel):
    """One skill to work on, why, and whether the live conversations after the practice are better than those before."""

    class State(models.TextChoices):
        ACTIVE = "active", "Practising"
        MEASURING = "measuring", "Measuring"
        CLOSED = "closed", "Closed"

    class Result(models.TextChoices):
        NONE = "", "Not measured yet"
        BETTER = "better", "Better"
        UNCLEAR = "unclear", "No clear change"
        WORSE = "worse", "Worse"

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="development")
    week = models.DateField()  # the Monday
    skill = models.CharField(max_length=60)
    why = models.JSONField(default=dict, blank=True)  # the figures that chose it
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    before = models.JSONField(default=dict, blank=True)  # {"n", "hits"} of conversations that ended before the practice
    after = models.JSONField(default=dict, blank=True)  # of those that began after it
    result = models.CharField(max_length=10, choices=Result, default=Result.NONE, blank=True)
    opened_at = models.DateTimeField(default=now)
    drilled_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["agent"], name="one_skill_at_a_time", condition=models.Q(state="active")),
            SameTenant(field="agent", name="analytics_plan_agent_same_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.skill}, {self.week}"


class Drill(TenantModel):
    """One role-play of a plan, made of a moment that was missed in a real conversation."""

    class Origin(models.TextChoices):
        CARD = "card", "A card that was not used"
        SCORECARD = "scorecard", "A conversation that lost points here"
        HOUSE = "house", "A usual situation"

    plan = models.ForeignKey(DevelopmentPlan, on_delete=models.CASCADE, related_name="drills")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="drills")
    skill = models.CharField(max_length=60)
    language = models.CharField(max_length=5, default="en")
    temperament = models.CharField(max_length=20)
    seed = models.PositiveIntegerField(default=0)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.HOUSE)
    # The words it was made of; erased with their conversation, the drill stays.
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    best = models.PositiveSmallIntegerField(null=True, blank=True)  # of 100, of the skill alone
    passed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            SameTenant(field="plan", name="analytics_drill_plan_same_tenant"),
            SameTenant(field="agent", name="analytics_drill_agent_same_tenant"),
            SameTenant(field="message", name="analytics_drill_message_same_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.skill}, {self.temperament}"


class Attempt(TenantModel):
    """One go at a drill: what was said, and what was said to it at once."""

    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="attempts")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="attempts")
    turns = models.JSONField(default=list, blank=True)  # {"who", "text", "at", "by", "notes"}
    mood = models.JSONField(default=dict, blank=True)  # personas.Mood
    result = models.JSONField(default=dict, blank=True)
    score = models.PositiveSmallIntegerField(null=True, blank=True)  # of 100, of the skill alone
    started_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(fields=["drill"], name="one_open_attempt", condition=models.Q(ended_at=None)),
            SameTenant(field="drill", name="analytics_attempt_drill_same_tenant"),
            SameTenant(field="agent", name="analytics_attempt_agent_same_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.drill_id}, {self.started_at:%Y-%m-%d %H:%M}"
