"""Who did what, and when: the audit trail, which nobody edits."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from enterprisehub.tenants.models import Tenant, new_id
from enterprisehub.tenants.scope import TenantManager


class AuditEvent(models.Model):
    """One thing that was done. Rows are only ever added: a trigger refuses updates and deletes.

    Facts hold ids, verbs and numbers, never personal data. Events before a tenant is known (a failed sign-in) have none.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    verb = models.CharField(max_length=60)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    via = models.CharField(max_length=20, blank=True)
    target = models.CharField(max_length=120, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=64, blank=True)

    objects = TenantManager()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["tenant", "-at"], name="audit_by_tenant")]

    def __str__(self) -> str:
        return f"{self.verb} {self.target}"

    def claim(self) -> None:
        """Audit rows are stamped by `record`; nothing to check here."""
