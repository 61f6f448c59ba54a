"""What happens to a contact's row when it is written, and which events does that make?"""

from __future__ import annotations

import re
from typing import Any

from enterprisehub.ghl.sandbox.index import Row
from enterprisehub.ghl.sandbox.refusals import unprocessable
from enterprisehub.ghl.sandbox.world import Location, World, new_id

_HIDDEN = ("inboundDndSettings",)
_PLAIN = (
    "firstName", "lastName", "email", "phone", "address1", "city", "state", "postalCode", "website", "timezone",
    "source", "dateOfBirth", "country", "assignedTo", "companyName", "gender",
)  # fmt: skip
_TOLD = (
    "id", "address1", "city", "state", "companyName", "country", "source", "dateAdded", "dateOfBirth", "dnd", "email",
    "name", "firstName", "lastName", "phone", "postalCode", "tags", "website", "assignedTo", "customFields",
)  # fmt: skip


def full_name(row: Row) -> str:
    return " ".join(str(row[part]) for part in ("firstName", "lastName") if row.get(part))


def shown(row: Row) -> Row:
    """The contact as the API gives it: what is empty is left out."""
    plain = {key: value for key, value in row.items() if value is not None and key not in _HIDDEN}
    lower = {f"{key}LowerCase": str(row[key]).lower() for key in ("firstName", "lastName", "email") if row.get(key)}
    return {**plain, "name": full_name(row), "fullNameLowerCase": full_name(row).lower(), **lower}


def twin(location: Location, field: str, value: Any) -> Row | None:
    """The contact that has this e-mail address or this number already."""
    wanted = _cleaned(field, value)
    return next((row for row in location["contacts"].values() if wanted and row.get(field) == wanted), None)


def create(world: World, location: Location, given: Row) -> Row:
    now = world.clock.text()
    row: Row = {
        "id": new_id(), "locationId": location.id, "type": "lead", "dateAdded": now, "dateUpdated": now,
        "tags": [], "customFields": [], "dnd": False, "dndSettings": {}, "followers": [],
    }  # fmt: skip
    _apply(location, row, given)
    location["contacts"][row["id"]] = row
    world.reindex(location, row)
    _tell(world, location, "ContactCreate", row)
    return row


def update(world: World, location: Location, row: Row, given: Row) -> None:
    """Write what is given. `tags` replaces all tags; a change of tags or of DND has an event of its own."""
    tags, dnd = list(row["tags"]), (row["dnd"], dict(row["dndSettings"]), row.get("inboundDndSettings"))
    before = {key: value for key, value in row.items() if key not in ("tags", "dnd", "dndSettings")}
    _apply(location, row, given)
    row["dateUpdated"] = world.clock.text()
    world.reindex(location, row)
    after = {key: value for key, value in row.items() if key not in ("tags", "dnd", "dndSettings")}
    if {**before, "dateUpdated": ""} != {**after, "dateUpdated": ""}:
        _tell(world, location, "ContactUpdate", row)
    if tags != row["tags"]:
        _tell(world, location, "ContactTagUpdate", row)
    if dnd != (row["dnd"], row["dndSettings"], row.get("inboundDndSettings")):
        _tell(world, location, "ContactDndUpdate", row)


def set_tags(world: World, location: Location, row: Row, *, tags: list[str]) -> None:
    update(world, location, row, {"tags": tags})


def delete(world: World, location: Location, row: Row) -> None:
    """The contact goes, and with it what belongs to it."""
    del location["contacts"][row["id"]]
    location.found_contacts.put(row["id"], None, lag=world.options.lag)
    for conversation in location.of("conversations", row["id"]):
        location.found_conversations.put(conversation["id"], None, lag=world.options.lag)
    for kind in ("conversations", "messages", "notes", "tasks", "opportunities", "appointments"):
        for one in location.of(kind, row["id"]):
            del location[kind][one["id"]]
    _tell(world, location, "ContactDelete", row)


def told(row: Row, kind: str) -> Row:
    """The fields of a contact's event; what is empty is not told."""
    fields = {key: row[key] for key in _TOLD if row.get(key) is not None}
    fields["name"] = full_name(row)
    if kind == "ContactDndUpdate":
        fields["dndSettings"] = row["dndSettings"]
        if row.get("inboundDndSettings"):
            fields["inboundDndSettings"] = row["inboundDndSettings"]
    return fields


def _tell(world: World, location: Location, kind: str, row: Row) -> None:
    world.event(kind, location, told(row, kind), subject=row["id"])


def _apply(location: Location, row: Row, given: Row) -> None:
    if given.get("name"):
        first, _, last = str(given["name"]).strip().partition(" ")
        row.update(firstName=first, lastName=last or None)
    row.update({key: _cleaned(key, given[key]) for key in _PLAIN if key in given})
    if "tags" in given:
        row["tags"] = list(dict.fromkeys(tag.strip().lower() for tag in given["tags"] if tag.strip()))
        _register(location, row["tags"])
    for one in given.get("customFields", ()):
        _set_field(location, row, one)
    if "dnd" in given:
        row["dnd"] = given["dnd"]
    if "dndSettings" in given:
        row["dndSettings"] = {**row["dndSettings"], **given["dndSettings"]}
    if "inboundDndSettings" in given:
        row["inboundDndSettings"] = given["inboundDndSettings"]


def _register(location: Location, tags: list[str]) -> None:
    """A tag that is used for the first time becomes one of the location's."""
    known = {row["name"] for row in location["tags"].values()}
    for name in tags:
        if name not in known:
            key = new_id()
            location["tags"][key] = {"id": key, "name": name, "locationId": location.id}


def _set_field(location: Location, row: Row, given: Row) -> None:
    wanted, key = given.get("id"), given.get("key")
    for field in location["fields"].values():
        if field["id"] == wanted or (key and field["fieldKey"] in (key, f"contact.{key}")):
            value = given.get("field_value", given.get("fieldValue"))
            kept = [one for one in row["customFields"] if one["id"] != field["id"]]
            row["customFields"] = (
                kept if value in (None, "") else [*kept, {"id": field["id"], "value": _as_text(value)}]
            )
            return
    raise unprocessable(f"customFields: there is no field {str(wanted or key)[:60]}")


def _as_text(value: Any) -> Any:
    return value if isinstance(value, str) else ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _cleaned(field: str, value: Any) -> Any:
    if value in (None, ""):
        return None
    if field == "email":
        return str(value).strip().lower()
    if field == "phone":
        digits = re.sub(r"\D", "", str(value))
        return f"+1{digits}" if len(digits) == 10 and not str(value).strip().startswith("+") else f"+{digits}"
    return value
