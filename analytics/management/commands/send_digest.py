"""How does an operator see or send a tenant's weekly mail?"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.services import digest
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import named, scope, unscoped


class Command(BaseCommand):
    help = (
        "A tenant's weekly mail: send_digest --tenant SLUG [--week MONDAY] [--preview]. Whoever has had it gets none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--week", type=date.fromisoformat, default=None, metavar="MONDAY")
        parser.add_argument("--preview", action="store_true", help="print it, send nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        with unscoped("an operator names the tenant"):
            tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}.")
        monday = options["week"] or digest.latest_monday(tenant)
        if monday.weekday() != digest.MONDAY:
            raise CommandError(f"{monday} is no Monday.")
        if options["preview"]:
            with scope(tenant.pk):
                mail = digest.compose(tenant, monday)
            self.stdout.write(f"{mail.subject}\n\n{mail.text}")
            return
        with named(tenant.pk):
            self.stdout.write(f"{digest.send(monday)} sent")
