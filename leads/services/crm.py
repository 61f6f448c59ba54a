"""What happens here when HighLevel says something of a contact? One person on both sides, and no newer edit lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.timezone import now

from enterprisehub.ghl import outbox
from enterprisehub.ghl.client import Client
from enterprisehub.ghl.contacts import Contact, contact
from enterprisehub.ghl.models import Connection, ContactSnapshot, OutboundCall, State
from enterprisehub.ghl.refusals import Missing
from enterprisehub.privacy.audit import record
from enterprisehub.tenants import rows
from enterprisehub.tenants.models import Agent, Tenant
from enterprisehub.tenants.scope import current, scope
from leads.crm.merging import merge
from leads.models import Lead, Stage
from leads.services import contacting

FIELDS: Final = ("name", "email", "phone", "source", "timezone", "state")
WRITTEN: Final = {"name": "name", "email": "email", "phone": "phone", "timezone": "timezone"}  # ours -> HighLevel's
OLDER, DELETED = "older_than_known", "contact_deleted"  # why news of a contact change nothing


@transaction.atomic(savepoint=False)
def changed(told: Contact, *, at: datetime) -> tuple[Lead | None, str]:
    """The contact as HighLevel told it at its own time `at`; the lead, or why nothing was changed.

    News that are older than what is known change nothing, and nothing brings a deleted contact back.
    """
    snapshot = _snapshot(told.id)
    if snapshot.deleted_at is not None:
        return None, DELETED
    if snapshot.remote_at is not None and at < snapshot.remote_at:
        return None, OLDER
    lead = _lead(told)
    ours = {name: str(getattr(lead, name)) for name in FIELDS}
    both = merge(snapshot.fields, ours, told.fields, theirs_at=at)
    if both.disputes:  # only then does it matter who wrote last
        both = merge(snapshot.fields, ours, told.fields, ours_at=_edited_at(told.id), theirs_at=at)
    for name, value in both.ours.items():
        setattr(lead, name, value)
    given = _assign(lead, told.assigned_to)
    if both.ours or given:
        lead.save(update_fields=[*both.ours, "agent"])
        record("lead.from_crm", lead, fields=sorted([*both.ours, *(["agent"] if given else [])]))
    if both.disputes:
        record("lead.disputed", lead, fields=sorted(both.disputes))
    tell(lead, both.theirs)
    tags = {"tags": sorted(told.tags)} if told.tags is not None else {}
    snapshot.fields = {**snapshot.fields, **both.base, **tags}
    snapshot.remote_at, snapshot.seen_at = at, now()
    rows.update(snapshot, "fields", "remote_at", "seen_at")
    if told.dnd is not None:
        contacting.highlevel_dnd(lead, told.dnd, at=at)
    return lead, ""


@transaction.atomic
def deleted(contact_id: str, *, at: datetime) -> Lead | None:
    """The contact is gone at HighLevel: kept here, frozen, and never brought back by late news."""
    snapshot = _snapshot(contact_id)
    if snapshot.deleted_at is None:
        snapshot.deleted_at = at
        snapshot.save(update_fields=["deleted_at"])
    lead: Lead | None = Lead.objects.select_for_update().filter(contact_id=contact_id).first()
    if lead is not None and lead.deleted_at is None:
        lead.deleted_at = at
        lead.save(update_fields=["deleted_at"])
        record("lead.deleted_in_crm", lead)
    return lead


# Every message asks for these three, so they are asked for in one sentence.
_WITH_AGENT: Final = """
    FROM leads_lead JOIN tenants_tenant ON tenants_tenant.id = leads_lead.tenant_id
    LEFT JOIN tenants_agent ON tenants_agent.id = leads_lead.agent_id
    WHERE leads_lead.tenant_id = %s AND leads_lead.contact_id = %s
"""


def lead_of(contact_id: str) -> Lead | None:
    """The lead that somebody's words belong to, begun if the words came before the contact; None when it was deleted."""
    rows_ = rows.select(_WITH_AGENT, [current(), contact_id], Lead, Agent, Tenant)
    if not rows_:
        if ContactSnapshot.objects.filter(contact_id=contact_id).exclude(deleted_at=None).exists():
            return None
        return _lead(Contact(contact_id))
    found, agent, tenant = rows_[0]
    if agent.pk is not None:
        agent.tenant = tenant
        found.agent = agent
    return None if found.deleted_at else found


def tell(lead: Lead, fields: Mapping[str, str]) -> None:
    """Have HighLevel's contact follow what was changed here; what it cannot be told (whose, where from) stays ours."""
    wanted: dict[str, Any] = {WRITTEN[name]: value for name, value in fields.items() if name in WRITTEN and value}
    if not wanted or not lead.contact_id:
        return
    stamp = now().isoformat(timespec="microseconds")
    key = f"contact:{lead.pk}:{'+'.join(sorted(wanted))}:{stamp}"
    outbox.write("contact.update", contact_id=lead.contact_id, key=key, **wanted)


def fetch(contact_id: str) -> None:
    """Ask HighLevel what is true of this contact, and take it in. Holds no transaction while it waits."""
    with scope(current()):
        connection = Connection.objects.first()
    if connection is None:
        return
    asked_at = now()
    try:
        answer = Client.for_(connection).call("contact.get", contact_id=contact_id)
    except Missing:
        with scope(current()):
            deleted(contact_id, at=asked_at)
        return
    read = contact(answer)
    with scope(current()):
        changed(read, at=read.updated_at or asked_at)


def told(call: OutboundCall) -> None:
    """HighLevel has our change: that is what both sides agree on now."""
    if call.state != State.DONE:
        return
    snapshot = _snapshot(call.contact_id)
    back = {theirs: ours for ours, theirs in WRITTEN.items()}
    agreed = {back[name]: value for name, value in call.arguments.items() if name in back}
    snapshot.fields = {**snapshot.fields, **agreed}
    snapshot.save(update_fields=["fields"])


def _snapshot(contact_id: str) -> ContactSnapshot:
    """The contact's row, locked: news of one contact are taken in one after the other."""
    locked = ContactSnapshot.objects.select_for_update().filter(contact_id=contact_id)
    found: ContactSnapshot | None = locked.first()
    if found is None:
        rows.insert_if_new(ContactSnapshot(contact_id=contact_id))
        found = locked.get()
    return found


def _lead(told: Contact) -> Lead:
    """The lead of this contact, locked; one that is known by the same address or number alone becomes it; else a new one."""
    found = Lead.objects.select_for_update().filter(contact_id=told.id).first()
    found = found or _adopted(told)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            made = Lead.objects.create(
                contact_id=told.id, stage=Stage.NEW, source=told.fields.get("source", "highlevel")
            )
    except IntegrityError:
        return Lead.objects.select_for_update().get(contact_id=told.id)
    record("lead.begin", made)
    return made


def _adopted(told: Contact) -> Lead | None:
    """A lead that we have without a contact, when exactly one has this e-mail address or phone number."""
    for name in ("email", "phone"):
        value = told.fields.get(name, "")
        if not value:
            continue
        same = list(Lead.objects.select_for_update().filter(contact_id="", **{name: value})[:2])
        if len(same) == 1:
            same[0].contact_id = told.id
            same[0].save(update_fields=["contact_id"])
            record("lead.linked", same[0])
            contacting.linked(same[0])
            return same[0]
    return None


def _assign(lead: Lead, user_id: str | None) -> bool:
    """Whose the contact is there is whose it is here; a user whom no agent of ours is changes nothing."""
    if user_id is None:
        return False
    agent = Agent.objects.filter(ghl_user_id=user_id, is_active=True).first() if user_id else None
    if (user_id and agent is None) or lead.agent_id == (agent.pk if agent else None):
        return False
    lead.agent = agent
    return True


def _edited_at(contact_id: str) -> datetime | None:
    """When somebody here last changed what HighLevel has not been told yet."""
    waiting = OutboundCall.objects.filter(contact_id=contact_id, operation="contact.update", state=State.WAITING)
    return waiting.order_by("-created_at").values_list("created_at", flat=True).first()
