"""Compare HighLevel with what we have, now, and repair what is missing."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import named, unscoped
from leads.services.reconciling import reconcile


class Command(BaseCommand):
    help = "Ask HighLevel what it has, put what we were never told into the inbox, and print what was found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, help="the tenant's slug or HighLevel location id")
        parser.add_argument("--json", action="store_true", help="print one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        with unscoped("a command finds the tenant that it was told"):
            wanted = options["tenant"]
            tenant = Tenant.objects.filter(slug=wanted).first() or Tenant.objects.filter(location_id=wanted).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {wanted!r}.")
        with named(tenant.pk):
            run = reconcile()
        if run is None:
            raise CommandError(f"{tenant.name} is not connected to HighLevel.")
        told = {"looked": run.looked, "missing": run.missing, "repaired": run.repaired, "trouble": run.trouble}
        self.stdout.write(
            json.dumps(told) if options["json"] else "  ".join(f"{k}: {v}" for k, v in told.items() if v != "")
        )
