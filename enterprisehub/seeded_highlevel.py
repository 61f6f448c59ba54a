"""What does a seeded tenant have of HighLevel? A line that must be connected anew, and the traces of a day on it."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.utils.timezone import now

from enterprisehub.ghl.models import (
    Connection,
    ContactSnapshot,
    InboundEvent,
    Kind,
    OutboundCall,
    Reconciliation,
    Source,
    Standing,
    State,
    WorkflowSecret,
    Written,
)
from enterprisehub.privacy.crypto import seal_into
from enterprisehub.seeding import Made, Plan
from enterprisehub.tenants.scope import scope
from leads.models import Consent, CrmRecord, Lead


def join(plan: Plan, made: Made) -> None:
    """Rows of the line to HighLevel, once. The token is nobody's, so nothing is ever sent."""
    with scope(made.tenant.pk):
        if Connection.objects.exists():
            return
        row = Connection(
            pk=plan.key("line", made.tenant.slug),
            kind=Kind.PIT,
            standing=Standing.NEEDS_REAUTH,
            location_id=str(made.tenant.location_id),
            trouble="token_refused",
        )
        row.claim()
        seal_into(row, "access_sealed", f"pit-{plan.secret('pit', made.tenant.slug, length=24)}")
        row.save()
        hashed = hashlib.sha256(plan.secret("workflow", made.tenant.slug).encode()).hexdigest()
        WorkflowSecret.objects.create(label=f"Website form {made.mark}", hashed=hashed)
        _boxes(plan, made)
        gap = {"kind": "message", "id": f"seeded-{made.mark}", "at": now().isoformat(), "repaired": True}
        Reconciliation.objects.create(ended_at=now(), looked=214, missing=1, repaired=1, gaps=[gap])
        for lead in Lead.objects.order_by("pk")[:2]:
            _of_lead(lead, made.mark)


def _boxes(plan: Plan, made: Made) -> None:
    """Two events and two writes: one of each went well, one was given up."""
    for number, (state, reason) in enumerate(((State.DONE, ""), (State.DEAD, "conflict"))):
        contact = f"contact-{made.mark}-{number}"
        event: dict[str, Any] = {"type": "ContactUpdate", "id": contact, "name": f"Seeded {made.mark}"}
        InboundEvent.objects.create(
            source=Source.APP,
            external_id=str(plan.key("event", made.tenant.slug, number)),
            type="ContactUpdate",
            subject=contact,
            body=json.dumps(event).encode(),
            state=state,
            reason=reason,
            attempts=1 + 5 * number,
            processed_at=now(),
        )
        OutboundCall.objects.create(
            operation="note.create",
            contact_id=contact,
            key=f"seeded:{number}",
            arguments={"body": f"Seeded {made.mark}"},
            state=state,
            reason=reason,
            attempts=1 + 5 * number,
            done_at=now(),
        )
    Written.objects.create(kind="note", remote_id=f"note-{made.mark}", about=f"seeded:{made.mark}")
    ContactSnapshot.objects.create(contact_id=f"contact-{made.mark}-0", fields={"name": f"Seeded {made.mark}"})


def _of_lead(lead: Lead, mark: str) -> None:
    """They agreed to texts on the website's form, and somebody wrote a note about them in HighLevel."""
    Consent.objects.create(
        lead=lead,
        medium="sms",
        given=True,
        text=f"Text me about homes like this one. {mark}",
        text_version="2026-01",
        source="form",
        at=lead.created_at - timedelta(minutes=1),
    )
    CrmRecord.objects.create(lead=lead, kind="note", remote_id=f"note-{lead.pk}", body=f"Met at the open house. {mark}")
