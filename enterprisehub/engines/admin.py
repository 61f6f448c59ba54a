"""What does the admin show of the engines? The ledger, to look at and never to change."""

from __future__ import annotations

from django.contrib import admin

from enterprisehub.engines.models import EngineCall
from enterprisehub.tenants.admin_base import ReadOnlyAdmin


@admin.register(EngineCall)
class EngineCallPage(ReadOnlyAdmin):
    reads = "ledger.read"
    list_display = ("created_at", "capability", "source", "outcome", "model", "dollars", "total_ms", "stand_in")
    list_filter = ("outcome", "source", "capability", "model", "stand_in")
    date_hierarchy = "created_at"
    exclude = ("asked", "answered")

    @admin.display(description="USD", ordering="cost")
    def dollars(self, row: EngineCall) -> str:
        return f"{row.cost / 1_000_000:.6f}"
