"""How do the demo's tenants join the sandbox that plays HighLevel, and what of theirs stands in it afterwards?"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.conf import settings

from enterprisehub.ghl import connecting, oauth
from enterprisehub.ghl.models import Connection, Standing
from enterprisehub.ghl.sandbox.remote import Remote
from enterprisehub.tenants.models import Agent, Tenant
from enterprisehub.tenants.scope import scope
from leads.crm.writing import MARK, PREFIX
from leads.models import Conversation, Lead

BACK = "http://127.0.0.1/highlevel/callback/"  # the consent's way back; the demo reads the code from it by itself
ARRIVES_WITHIN = 30.0  # seconds for a contact to become a lead
WRITTEN_WITHIN = 60.0  # seconds for plan, note, tags and task


def sandbox() -> Remote:
    """The sandbox that this installation was started with."""
    return Remote(settings.GHL_API_BASE)


def join(tenant: Tenant, agent: Agent) -> None:
    """Make the tenant's location, consent to our app there, and let the agent be its first user."""
    remote, location = sandbox(), str(tenant.location_id)
    remote.location(location, name=tenant.name, timezone=tenant.timezone)
    there = remote.consent(oauth.choose_location(state="demo", back=BACK), location=location)
    pair = oauth.exchange(parse_qs(urlsplit(there).query)["code"][0], back=BACK)
    with scope(tenant.pk):
        connecting.by_app(pair)
        Agent.objects.filter(pk=agent.pk).update(ghl_user_id=f"{location}-user-1")


def is_joined(tenant: Tenant) -> bool:
    with scope(tenant.pk):
        row = Connection.objects.filter(standing=Standing.ACTIVE).first()
    return row is not None and any(one["id"] == tenant.location_id for one in sandbox().locations)


def arrive(tenant: Tenant, name: str, phone: str) -> tuple[str, UUID]:
    """Somebody fills in a form: a contact there, and by its event a lead here. Contact id and lead id."""
    first, _, last = name.partition(" ")
    location = str(tenant.location_id)
    row = sandbox().contact(
        location=location,
        firstName=first,
        lastName=last,
        phone=phone,
        source="website",
        assignedTo=f"{location}-user-1",
    )
    end = time.monotonic() + ARRIVES_WITHIN
    while time.monotonic() < end:
        with scope(tenant.pk):
            lead = Lead.objects.filter(contact_id=row["id"]).values_list("pk", flat=True).first()
        if lead is not None:
            return str(row["id"]), lead
        time.sleep(0.1)
    raise RuntimeError("The contact of the sandbox did not become a lead.")


def know(tenant: Tenant) -> None:
    """The people on the demo's desk stand in HighLevel too: the event of each contact finds the lead by the number."""
    location = str(tenant.location_id)
    with scope(tenant.pk):
        people = list(Lead.objects.filter(source="demo", contact_id="").values_list("name", "phone"))
    for name, phone in people:
        first, _, last = name.partition(" ")
        mine = {"source": "demo", "assignedTo": f"{location}-user-1"}
        sandbox().contact(location=location, firstName=first, lastName=last, phone=phone, **mine)


def talk_about(lead_id: UUID, agent: Agent, given: dict[str, Any]) -> None:
    """The home that the conversation is about, and on which side of it they stand; in the tenant's scope."""
    Lead.objects.filter(pk=lead_id).update(side=given["side"], stage="engaged")
    home = {"agent": agent, "listing": given["listing"], "listing_price": given["price"]}
    Conversation.objects.update_or_create(lead_id=lead_id, medium=given["medium"], defaults=home)


def missing_of(contact_id: str) -> list[str]:
    """What should stand in HighLevel about this contact by now, and does not."""
    end = time.monotonic() + WRITTEN_WITHIN
    while (missing := _missing(sandbox().about(contact_id))) and time.monotonic() < end:
        time.sleep(0.5)
    return [f"HighLevel has no {what}" for what in missing]


def _missing(seen: dict[str, Any]) -> list[str]:
    there = {
        "note with our reasons": any(note["body"].startswith(MARK) for note in seen["notes"]),
        "tag of ours": any(tag.startswith(PREFIX) for tag in seen["tags"]),
        "task of the plan": bool(seen["tasks"]),
        "field of ours": any("EnterpriseHub" in one["name"] for one in seen["custom"]),
    }
    return [what for what, is_there in there.items() if not is_there]


def is_disturbed(contact_id: str) -> bool:
    """Whether HighLevel still lets us write to somebody who asked to be left alone; it is given time to hear of it."""
    end = time.monotonic() + WRITTEN_WITHIN
    while not _is_off(sandbox().about(contact_id)):
        if time.monotonic() > end:
            return True
        time.sleep(0.5)
    return False


def _is_off(seen: dict[str, Any]) -> bool:
    settings_ = seen.get("dndSettings") or {}
    return bool(seen.get("dnd")) or (settings_.get("SMS") or {}).get("status") in ("active", "permanent")
