"""What happens on which event of HighLevel? The type's name, and the function that is given the event in its tenant's scope."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from coaching.services.receiving import receive
from enterprisehub.ghl import installs
from enterprisehub.ghl.contacts import contact
from enterprisehub.ghl.inbox import Ignored
from enterprisehub.ghl.models import OutboundCall, Source
from enterprisehub.ghl.schemas import Event
from enterprisehub.ghl.words import INBOUND, OUTBOUND, spoken
from enterprisehub.tenants.work import later
from leads.models import CrmKind
from leads.services import contacting, crm, crm_records, deciding, writing_back


def _message(event: Event, *, way: str) -> None:
    said = spoken(event.body)
    sure = event.source == Source.APP and bool(said.id)
    _or_ignore(receive(said, kind=way, fallback_id=f"hook:{event.id}", at=event.occurred_at, sure=sure))


def _contact(event: Event) -> None:
    _, why = crm.changed(contact(event.body), at=event.occurred_at)
    _or_ignore(why)


def _contact_gone(event: Event) -> None:
    crm.deleted(event.subject, at=event.occurred_at)


def _record(event: Event, *, kind: str, gone: bool = False) -> None:
    inner = event.body.get("appointment") if kind == CrmKind.APPOINTMENT else None
    body = inner if isinstance(inner, dict) else event.body
    if event.type == "TaskComplete":
        body = {**body, "completed": True}
    told = crm_records.Told(kind, body, event.occurred_at, gone)
    if not told.id:
        raise Ignored("no_id")
    kept, why = crm_records.keep(told)
    if kept is None and why:
        raise Ignored(why)


def _workflow(event: Event) -> None:
    """A workflow says that something happened to a contact; what is true of it is asked of HighLevel."""
    if not event.subject:
        raise Ignored("no_contact")
    later("leads.fetch_contact", contact=event.subject)
    told = event.body.get("message")
    if isinstance(told, dict) and str(told.get("direction", "")).lower() == INBOUND:
        said = {**told, "contactId": event.subject, "messageType": told.get("type")}
        _or_ignore(receive(spoken(said), kind=INBOUND, fallback_id=f"hook:{event.id}", at=event.occurred_at))


def _sent(call: OutboundCall) -> None:
    contacting.settled(call)
    deciding.settled(call)


def _or_ignore(why: str) -> None:
    if why:
        raise Ignored(why)


def _nothing(_: Event) -> None:
    """Known, and of no use here."""
    raise Ignored("not_needed")


_RECORDS = {
    "NoteCreate": ("note", False),
    "NoteUpdate": ("note", False),
    "NoteDelete": ("note", True),
    "TaskCreate": ("task", False),
    "TaskComplete": ("task", False),
    "TaskDelete": ("task", True),
    "AppointmentCreate": ("appointment", False),
    "AppointmentUpdate": ("appointment", False),
    "AppointmentDelete": ("appointment", True),
    "OpportunityCreate": ("opportunity", False),
    "OpportunityUpdate": ("opportunity", False),
    "OpportunityStageUpdate": ("opportunity", False),
    "OpportunityStatusUpdate": ("opportunity", False),
    "OpportunityMonetaryValueUpdate": ("opportunity", False),
    "OpportunityAssignedToUpdate": ("opportunity", False),
    "OpportunityDelete": ("opportunity", True),
}

table: Final[dict[str, Callable[[Event], Any]]] = {
    "InboundMessage": partial(_message, way=INBOUND),
    "OutboundMessage": partial(_message, way=OUTBOUND),
    "ContactCreate": _contact,
    "ContactUpdate": _contact,
    "ContactTagUpdate": _contact,
    "ContactDndUpdate": _contact,
    "ContactDelete": _contact_gone,
    **{name: partial(_record, kind=kind, gone=gone) for name, (kind, gone) in _RECORDS.items()},
    "workflow": _workflow,
    "INSTALL": installs.installed,
    "UNINSTALL": installs.uninstalled,
    **dict.fromkeys(("ConversationUnreadUpdate", "CampaignStatusUpdate", "LocationUpdate", "UserCreate"), _nothing),
}

# What happens when a write to HighLevel is settled, done or given up: its operation's name, and the function that is
# given the OutboundCall in its tenant's scope, in the transaction that settles it.
settled: Final[dict[str, Callable[[OutboundCall], Any]]] = {
    "message.send": _sent,
    "contact.update": crm.told,
    "field.create": writing_back.go_on,
    "note.create": writing_back.go_on,
}

# Whether a promised write may still be made, asked right before it is: operation, and the function that is given the
# OutboundCall in its tenant's scope and returns "" or the reason (a code) why it is not made any more.
still: Final[dict[str, Callable[[OutboundCall], str]]] = {"message.send": contacting.still}
