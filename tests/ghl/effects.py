"""What do events do in these tests? Each leaves a lead of its own, so that what happened can be counted and put in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

from enterprisehub.ghl.inbox import Ignored
from enterprisehub.ghl.schemas import Event
from leads.models import Lead


def made(event: Event) -> None:
    """The lead's name is the event's id; the contact is left out, since a contact has one lead and this is to show doubles."""
    Lead.objects.create(name=event.external_id, source=event.type)


def fails(event: Event) -> None:
    made(event)
    raise LookupError("Pat Doe's phone is +1 555 0100")


def ours(event: Event) -> None:
    made(event)
    raise Ignored("our_own")


def breaks_at_commit(event: Event) -> None:
    """A pointer to nobody: Postgres looks at it when the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tenants_membership (id, tenant_id, user_id, role, is_active, created_at) "
            "SELECT gen_random_uuid(), id, gen_random_uuid(), 'agent', true, now() FROM tenants_tenant"
        )


table: dict[str, Callable[[Event], Any]] = {
    "ContactCreate": made,
    "ContactUpdate": made,
    "InboundMessage": made,
    "OutboundMessage": made,
    "TaskCreate": made,
    "workflow": made,
    "ContactDelete": fails,
    "NoteCreate": ours,
    "NoteUpdate": breaks_at_commit,
}
