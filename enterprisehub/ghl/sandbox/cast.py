"""Who and what is there when a sandbox begins? One location with two agents, a pipeline, a calendar, a field and a workflow."""

from __future__ import annotations

from typing import Any, Final

from enterprisehub.ghl.sandbox.locations import add_field
from enterprisehub.ghl.sandbox.world import Location, World

LOCATION: Final = "loc-oakwood"
COMPANY: Final = "SandboxCompany000001"
STAGES: Final = ("New lead", "Contacted", "Qualified", "Showing", "Offer", "Under contract", "Closed")
SCOPES: Final = (
    "contacts.readonly", "contacts.write", "conversations.readonly", "conversations.write",
    "conversations/message.readonly", "conversations/message.write", "opportunities.readonly", "opportunities.write",
    "calendars.readonly", "calendars/events.readonly", "calendars/events.write", "users.readonly",
    "locations.readonly", "locations/customFields.readonly", "locations/customFields.write",
    "locations/tags.readonly", "locations/tags.write", "locations/tasks.readonly", "workflows.readonly",
)  # fmt: skip


def people(world: World, location_id: str = LOCATION) -> Location:
    """The location that every sandbox begins with; no contact is in it."""
    location = world.new_location(
        {"id": location_id, "companyId": COMPANY, "name": "Oakwood Realty", "timezone": "America/New_York"}
    )
    furnish(location)
    return location


def furnish(location: Location) -> None:
    """What a location needs before it can be worked with. The ids are told by the location's own."""
    for number, (first, last) in enumerate((("Alice", "Moreno"), ("Bob", "Tanner")), 1):
        user = _user(location, f"{location.id}-user-{number}", first, last)
        location["users"][user["id"]] = user
    stages = [{"id": f"{location.id}-stage-{n}", "name": name, "position": n} for n, name in enumerate(STAGES)]
    location["pipelines"][f"{location.id}-pipeline"] = {
        "id": f"{location.id}-pipeline", "name": "Buyers", "stages": stages, "locationId": location.id,
        "showInFunnel": True, "showInPieChart": True,
    }  # fmt: skip
    location["calendars"][f"{location.id}-calendar"] = {
        "id": f"{location.id}-calendar", "locationId": location.id, "name": "Showings", "isActive": True,
        "slotDuration": 30, "slotDurationUnit": "mins", "calendarType": "round_robin",
    }  # fmt: skip
    location["workflows"][f"{location.id}-workflow"] = {
        "id": f"{location.id}-workflow", "name": "New lead", "status": "published", "version": 1,
        "createdAt": "2026-01-05T09:00:00.000Z", "updatedAt": "2026-01-05T09:00:00.000Z", "locationId": location.id,
    }  # fmt: skip
    add_field(location, {"name": "Preferred area", "dataType": "TEXT"})


def _user(location: Location, key: str, first: str, last: str) -> dict[str, Any]:
    roles = {"type": "account", "role": "user", "locationIds": [location.id], "restrictSubAccount": False}
    mail = f"{first.lower()}@{location.id}.example"
    return {
        "id": key, "name": f"{first} {last}", "firstName": first, "lastName": last, "email": mail,
        "phone": "+15125550111", "extension": "", "roles": roles, "deleted": False,
    }  # fmt: skip
