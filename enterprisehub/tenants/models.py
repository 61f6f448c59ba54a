"""Who works here: tenants, the people in them, their teams, and the keys that programs use."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.timezone import now
from uuid_utils.compat import uuid7

from enterprisehub.tenants.access import Role
from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.scope import TenantManager, WrongTenant, current, is_open, is_unscoped


def check_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"{name!r} is not an IANA time zone such as America/New_York.")


class Vertical(models.TextChoices):
    FIRST_TIME = "first_time", "First-time buyers"
    LUXURY = "luxury", "Luxury"
    INVESTMENT = "investment", "Investment"
    COMMERCIAL = "commercial", "Commercial"
    ANY = "any", "Residential, any"


class Tenant(models.Model):
    """One brokerage or team; the same thing as a HighLevel location."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    location_id = models.CharField("HighLevel location id", max_length=64, unique=True, null=True, blank=True)
    timezone = models.CharField(max_length=64, default="America/New_York", validators=[check_timezone])
    locale = models.CharField(max_length=10, default="en-us")
    vertical = models.CharField(max_length=20, choices=Vertical, default=Vertical.ANY)
    settings = models.JSONField(default=dict, blank=True)
    # Points at coaching.PlaybookVersion; no foreign key, since this layer does not know that one.
    playbook_version = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """People sign in with their e-mail address, written one way."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in; what they may do comes from their memberships."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may enter the admin", default=False)
    date_joined = models.DateTimeField(default=now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name or self.email


class TenantModel(models.Model):
    """A row that belongs to one tenant; the scope stamps it, and refuses another tenant's."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, editable=False, related_name="+")

    objects = TenantManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.claim()
        super().save(*args, **kwargs)

    def claim(self) -> None:
        """Stamp a new row with the scope's tenant; refuse a row, or a pointer, of another tenant."""
        if is_unscoped():
            return
        tenant_id = current()
        if not self.tenant_id:
            self.tenant_id = tenant_id
        if self.tenant_id != tenant_id or not is_open():
            raise WrongTenant(f"{self._meta.label}: not in the scope of its tenant")
        for field in self._meta.concrete_fields:
            target = field.related_model
            if isinstance(target, type) and issubclass(target, TenantModel) and field.is_cached(self):  # type: ignore[attr-defined]
                other = getattr(self, field.name)
                if other is not None and other.tenant_id != tenant_id:
                    raise WrongTenant(f"{self._meta.label}.{field.name} points into another tenant")


class Membership(TenantModel):
    """What one person may do in one tenant."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.AGENT)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now, editable=False)

    # Filled by middleware.choose: the person's other memberships, and their agent profile here.
    choices: list[Membership]
    found_agent: Agent | None

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_per_tenant")]

    def __str__(self) -> str:
        return f"{self.user.email} ({self.get_role_display()})"


class Team(TenantModel):
    name = models.CharField(max_length=80)
    lead_member = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads_teams"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="one_team_per_name"),
            SameTenant(field="lead_member", name="team_lead_same_tenant"),
        ]

    def __str__(self) -> str:
        return self.name


class Experience(models.TextChoices):
    NOVICE = "novice", "New to the trade: full wording"
    EXPERIENCED = "experienced", "Experienced: full wording"
    EXPERT = "expert", "Expert: a nudge is enough"


class Agent(TenantModel):
    """A real-estate agent whose conversations are coached."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="agents")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="agents")
    display_name = models.CharField(max_length=120)
    languages = ArrayField(models.CharField(max_length=5), default=list, blank=True)
    licence_states = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    experience = models.CharField(max_length=20, choices=Experience, default=Experience.EXPERIENCED)
    ghl_user_id = models.CharField(max_length=64, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["display_name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="one_agent_per_user"),
            SameTenant(field="team", name="agent_team_same_tenant"),
        ]

    def __str__(self) -> str:
        return self.display_name


class ApiKey(TenantModel):
    """A program's way in: shown once, kept as prefix and hash, limited by scopes and an end date."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    hashed_key = models.CharField(max_length=200, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    # The agent on whose behalf the key may speak; empty = any agent of the tenant.
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="api_keys")
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [SameTenant(field="agent", name="api_key_agent_same_tenant")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_valid(self) -> bool:
        """Not revoked, not past its end, and its agent (if it speaks for one) still works here."""
        here = self.agent is None or self.agent.is_active
        return here and self.revoked_at is None and (self.expires_at is None or self.expires_at > now())


class Job(TenantModel):
    """Work promised in a transaction: the truth behind `later`; the broker is only a hint."""

    name = models.CharField(max_length=80)
    arguments = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="job_waiting", condition=models.Q(failed_at=None))]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class IdempotentAnswer(TenantModel):
    """What a write was answered with; the same caller's same Idempotency-Key gets it again for a day."""

    # An API key's id or a person's.
    caller = models.UUIDField()
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "caller", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="answer_by_age")]

    def __str__(self) -> str:
        return f"{self.status} {self.id}"


def new_id() -> UUID:
    """A time-ordered opaque id (UUIDv7, RFC 9562)."""
    return uuid7()
