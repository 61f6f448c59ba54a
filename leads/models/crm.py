"""What does the CRM hold beside a contact: notes, tasks, appointments and opportunities that people there made?"""

from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import TenantModel
from leads.models.lead import Lead


class CrmKind(models.TextChoices):
    NOTE = "note", "Note"
    TASK = "task", "Task"
    APPOINTMENT = "appointment", "Appointment"
    OPPORTUNITY = "opportunity", "Opportunity"


class CrmRecord(TenantModel):
    """One note, task, appointment or opportunity as HighLevel last told it. What we wrote ourselves is not here."""

    # Null while HighLevel has not said whose it is (its task events lack the contact).
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="crm_records")
    kind = models.CharField(max_length=12, choices=CrmKind)
    remote_id = models.CharField(max_length=80)
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    # When a task is due, or when an appointment begins.
    at = models.DateTimeField(null=True, blank=True)
    standing = models.CharField(max_length=40, blank=True)  # completed, confirmed, cancelled, won …
    stage_id = models.CharField(max_length=64, blank=True)  # of an opportunity: HighLevel's stage, an id without a name
    told_at = models.DateTimeField(default=now)  # HighLevel's clock: what is older changes nothing
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-told_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind", "remote_id"], name="one_record_per_remote_id"),
            SameTenant(field="lead", name="crmrecord_lead_same_tenant"),
        ]
        indexes = [models.Index(fields=["tenant", "lead", "-told_at"], name="crmrecord_by_lead")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.remote_id}"
