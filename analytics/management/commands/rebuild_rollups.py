"""How does an operator have a tenant's days counted anew from its events?"""

from __future__ import annotations

from datetime import date
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.services import gathering, rolling
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import named, unscoped


class Command(BaseCommand):
    help = "Count a tenant's days anew: rebuild_rollups --tenant SLUG [--from DAY] [--to DAY] [--gather]."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, default=None, metavar="DAY")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, default=None, metavar="DAY")
        parser.add_argument("--gather", action="store_true", help="first read every lead's story again")

    def handle(self, *args: Any, **options: Any) -> None:
        with unscoped("an operator names the tenant"):
            tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}.")
        first, last = options["first"], options["last"]
        if first and last and first > last:
            raise CommandError("The first day is after the last one.")
        began = perf_counter()
        with named(tenant.pk):
            if options["gather"]:
                read = gathering.gather(gathering.BEGINNING)
                self.stdout.write(f"{read:,} leads read again")
            days = rolling.rebuild(first, last, say=self._say)
        self.stdout.write(f"{days:,} days counted anew in {perf_counter() - began:.1f} s")

    def _say(self, day: date, count: int) -> None:
        self.stdout.write(f"… {day} ({count:,})")
