"""What is there to be seen of the sandbox? Everything, as the page and a test want it."""

from __future__ import annotations

from typing import Any

from enterprisehub.ghl.sandbox import contact_rows
from enterprisehub.ghl.sandbox.house import House
from enterprisehub.ghl.sandbox.index import Row
from enterprisehub.ghl.sandbox.world import Location

_NEWEST = 60  # events on the page
_BELONGINGS = ("messages", "notes", "tasks", "opportunities", "appointments")


def location(one: Location) -> Row:
    return {**one.row, "active": one.active, "installed": one.installed}


def contact(one: Location, row: Row) -> Row:
    """A contact with all that belongs to it."""
    fields = {field["id"]: field for field in one["fields"].values()}
    custom = [
        {"name": fields[value["id"]]["name"], "key": fields[value["id"]]["fieldKey"], "value": value["value"]}
        for value in row["customFields"]
        if value["id"] in fields
    ]
    belongings = {kind: one.of(kind, row["id"]) for kind in _BELONGINGS}
    return {**contact_rows.shown(row), "custom": custom, **belongings}


def place(one: Location) -> Row:
    stages = {stage["id"]: stage["name"] for line in one["pipelines"].values() for stage in line["stages"]}
    users = {user["id"]: user["name"] for user in one["users"].values()}
    people = [contact(one, row) for row in one["contacts"].values()]
    return {**location(one), "stages": stages, "users": users, "contacts": people}


def everything(house: House) -> dict[str, Any]:
    """The state of all, the newest events without their bodies."""
    log = list(house.post.log)
    return {
        "revision": house.world.revision + len(log),
        "now": house.world.clock.text(),
        "webhook_url": house.options.webhook_url,
        "locations": [place(one) for one in house.world.locations.values()],
        "deliveries": [{key: row[key] for key in row if key != "body"} for row in log[-_NEWEST:]],
        "faults": house.faults.told(),
        "requests": house.journal.rows[-1]["number"] if house.journal.rows else 0,
    }
