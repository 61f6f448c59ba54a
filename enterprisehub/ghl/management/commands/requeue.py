"""Let what was given up be tried again: `manage.py requeue --inbox [--tenant SLUG_OR_ID] [--id ID]`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub.errors import NotFound
from enterprisehub.ghl import dead
from enterprisehub.privacy.audit import Actor, acting
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import scope, unscoped


class Command(BaseCommand):
    help = "Let dead letters be tried again, all or one; each is audited in its tenant."

    def add_arguments(self, parser: CommandParser) -> None:
        boxes = parser.add_mutually_exclusive_group(required=True)
        boxes.add_argument("--inbox", action="store_const", const="inbox", dest="box", help="what HighLevel told us")
        boxes.add_argument(
            "--outbox", action="store_const", const="outbox", dest="box", help="what we write to HighLevel"
        )
        parser.add_argument("--tenant", default="", help="slug or id; without it, every tenant")
        parser.add_argument("--id", default="", help="one row, also one that was ignored")

    def handle(self, *_: Any, **options: Any) -> None:
        one = _uuid(options["id"]) if options["id"] else None
        total = 0
        for tenant in _tenants(options["tenant"]):
            with scope(tenant), acting(Actor(via="command")):
                try:
                    total += dead.requeue(options["box"], one)
                except NotFound:
                    continue  # perhaps another tenant's
        if one is not None and not total:
            raise CommandError("No dead or ignored row has this id.")
        self.stdout.write(f"{total} to be tried again; the sweeper asks for them within seconds.")


def _tenants(wanted: str) -> list[UUID]:
    with unscoped("an operator names a tenant, or means all"):
        rows = Tenant.objects.all()
        if wanted:
            try:
                rows = rows.filter(pk=UUID(wanted))
            except ValueError:
                rows = rows.filter(slug=wanted)
        found = list(rows.values_list("pk", flat=True))
    if not found:
        raise CommandError("There is no such tenant.")
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError("An id looks like 019c1f2e-….") from None
