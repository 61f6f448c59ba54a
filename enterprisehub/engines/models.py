"""What was Claude asked, what came of it, and what did it cost? The ledger."""

from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from enterprisehub.tenants.models import TenantModel


class EngineCall(TenantModel):
    """One question to Claude, or why it was not asked. Rows are only added. No transcript, unless the tenant wants it kept."""

    capability = models.CharField(max_length=60)
    source = models.CharField(max_length=10)  # claude | cache | local: who answered in the end
    outcome = models.CharField(max_length=20)
    model = models.CharField(max_length=60)
    effort = models.CharField(max_length=10, blank=True)
    stand_in = models.BooleanField(default=False)
    # What the question was about: the id of a card or of feedback.
    subject = models.CharField(max_length=60, blank=True)
    prompt_version = models.CharField(max_length=64, blank=True)
    schema_version = models.CharField(max_length=64, blank=True)
    stop_reason = models.CharField(max_length=40, blank=True)
    refusal_category = models.CharField(max_length=60, blank=True)
    status = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=60, blank=True)
    error_type = models.CharField(max_length=60, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    request_id = models.CharField(max_length=80, blank=True)
    breaker = models.CharField(max_length=10, blank=True)
    # Tokens, as the API counts them.
    input = models.PositiveIntegerField(default=0)
    cache_read = models.PositiveIntegerField(default=0)
    cache_write_5m = models.PositiveIntegerField(default=0)
    cache_write_1h = models.PositiveIntegerField(default=0)
    output = models.PositiveIntegerField(default=0)
    thinking = models.PositiveIntegerField(default=0)
    estimated = models.BooleanField("tokens are an estimate", default=False)
    # Micro-USD.
    reserved = models.PositiveBigIntegerField(default=0)
    cost = models.PositiveBigIntegerField(default=0)
    # Milliseconds.
    first_text_ms = models.FloatField(null=True, blank=True)
    total_ms = models.FloatField(default=0)
    # How often something personal was replaced before it left, and how many signs of prompt injection were seen.
    hidden = models.PositiveIntegerField(default=0)
    injection_flags = models.PositiveIntegerField(default=0)
    # Only when the tenant's setting engines.keep_transcripts is on; with placeholders for what is personal.
    asked = models.JSONField(null=True, blank=True)
    answered = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["tenant", "-created_at"], name="ledger_by_time")]

    def __str__(self) -> str:
        return f"{self.capability}: {self.outcome}"
