"""What does the admin show of the audit trail? Everything that was done in this tenant; nobody changes it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.admin_base import ReadOnlyAdmin
from enterprisehub.tenants.scope import is_unscoped


@admin.register(AuditEvent)
class AuditPage(ReadOnlyAdmin):
    reads = "audit.read"
    list_display = ("at", "verb", "target", "actor_email", "via", "ip")
    list_filter = ("verb", "via")
    search_fields = ("target", "request_id")
    date_hierarchy = "at"
    list_select_related = ("actor",)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """`?target=` is how a row's history is opened."""
        return lookup == "target" or bool(super().lookup_allowed(lookup, value, request))

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = super().get_list_display(request)
        return [*columns, "tenant"] if is_unscoped() else columns

    @admin.display(description="Who", ordering="actor__email")
    def actor_email(self, row: AuditEvent) -> str:
        return row.actor.email if row.actor else ""
