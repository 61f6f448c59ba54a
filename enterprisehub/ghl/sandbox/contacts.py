"""How are contacts read and written? One whitelist, the location's rule for duplicates, and a search that lags."""

from __future__ import annotations

import re
from typing import Any

from enterprisehub.ghl.sandbox import contact_rows as rows
from enterprisehub.ghl.sandbox.refusals import Refused, unprocessable
from enterprisehub.ghl.sandbox.routes import Call, Route
from enterprisehub.ghl.sandbox.shapes import shape, troubles

_COMMON = (
    "firstName:string? lastName:string? name:string? email:string? phone:string? address1:string? city:string? "
    "state:string? postalCode:string website:string? timezone:string? dnd:boolean dndSettings:dnd "
    "inboundDndSettings:object tags:strings customFields:fields source:string? dateOfBirth:string country:string "
    "assignedTo:string? "
)
UPDATE = shape(_COMMON)
CREATE = shape(_COMMON + "locationId:string* gender:string companyName:string?")
UPSERT = shape(_COMMON + "locationId:string* gender:string companyName:string? createNewIfDuplicateAllowed:boolean")
SEARCH = shape(
    "locationId:string* pageLimit:number* page:number searchAfter:array query:string filters:array sort:array"
)


def _get(call: Call) -> Any:
    return {"contact": rows.shown(call.world.find("contacts", call.args["id"], here=call.location, name="Contact"))}


def _create(call: Call) -> Any:
    location = call.here(call.body["locationId"])
    if not location.row["settings"]["allowDuplicateContact"]:
        for field in ("email", "phone"):
            if twin := rows.twin(location, field, call.body.get(field)):
                raise _doubled(twin, field)
    return {"contact": rows.shown(rows.create(call.world, location, call.body))}


def _doubled(twin: dict[str, Any], field: str) -> Refused:
    meta = {"contactId": twin["id"], "contactName": rows.full_name(twin), "matchingField": field}
    return Refused(400, "This location does not allow duplicated contacts.", more={"meta": meta})


def _upsert(call: Call) -> Any:
    location, body = call.here(call.body["locationId"]), dict(call.body)
    if not body.get("email") and not body.get("phone"):
        raise unprocessable("email or phone must be given")
    anew = body.pop("createNewIfDuplicateAllowed", False) and location.row["settings"]["allowDuplicateContact"]
    found = None if anew else _match(location, body)
    if found is None:
        return {"new": True, "contact": rows.shown(rows.create(call.world, location, body))}
    other = rows.twin(location, "phone", body.get("phone"))
    if other is not None and other is not found:
        body.pop("phone")  # it stays with the other contact, and nobody is told
    rows.update(call.world, location, found, body)
    return {"new": False, "contact": rows.shown(found)}


def _match(location: Any, body: dict[str, Any]) -> dict[str, Any] | None:
    return rows.twin(location, "email", body.get("email")) or rows.twin(location, "phone", body.get("phone"))


def _update(call: Call) -> Any:
    contact = call.world.find("contacts", call.args["id"], here=call.location, name="Contact")
    if not call.location.row["settings"]["allowDuplicateContact"]:
        for field in ("email", "phone"):
            twin = rows.twin(call.location, field, call.body.get(field))
            if twin is not None and twin is not contact:
                raise _doubled(twin, field)
    rows.update(call.world, call.location, contact, call.body)
    return {"succeded": True, "contact": rows.shown(contact)}


def _delete(call: Call) -> Any:
    contact = call.world.find("contacts", call.args["id"], here=call.location, name="Contact")
    rows.delete(call.world, call.location, contact)
    return {"succeded": True}


def _search(call: Call) -> Any:
    body = call.request.json if call.request.body else {}
    if wrong := troubles(SEARCH, body):
        raise unprocessable(*wrong)
    location = call.here(body["locationId"])
    if not 1 <= body["pageLimit"] <= 500:
        raise unprocessable("pageLimit must not be greater than 500")
    found = [row for row in location.found_contacts.rows() if _fits(row, body)]
    found.sort(key=lambda row: (row["dateAdded"], row["id"]), reverse=True)
    after = body.get("searchAfter") or []
    if after:
        found = [row for row in found if (row["dateAdded"], row["id"]) < (str(after[0]), str(after[-1]))]
    start = 0 if after else (int(body.get("page", 1)) - 1) * body["pageLimit"]
    page = found[start : start + body["pageLimit"]]
    return {
        "contacts": [{**rows.shown(row), "searchAfter": [row["dateAdded"], row["id"]]} for row in page],
        "total": len(found),
    }


def _fits(row: dict[str, Any], body: dict[str, Any]) -> bool:
    words = str(body.get("query", "")).casefold().split()
    text = " ".join(str(row.get(name) or "") for name in ("firstName", "lastName", "email", "phone")).casefold()
    return all(word in text for word in words) and all(_passes(row, one) for one in body.get("filters") or ())


def _passes(row: dict[str, Any], wanted: Any) -> bool:
    """One filter of {field, operator, value}; the operators that are needed to look a contact up and to sweep."""
    if not isinstance(wanted, dict) or "field" not in wanted:
        raise unprocessable("each value in filters must have a field")
    value, sought = row.get(wanted["field"]), wanted.get("value")
    match wanted.get("operator", "eq"):
        case "eq":
            return sought in value if isinstance(value, list) else value == sought
        case "not_eq":
            return bool(value != sought)
        case "contains":
            return str(sought).casefold() in str(value or "").casefold()
        case "exists":
            return bool(value)
        case "not_exists":
            return not value
        case "range" if isinstance(sought, dict):
            return str(sought.get("gte", "")) <= str(value or "") <= str(sought.get("lte", "~"))
    raise unprocessable("operator is not allowed")


def _duplicate(call: Call) -> Any:
    location = call.here(call.needed("locationId"))
    # An unescaped plus has become a blank on its way; the real service does not find the number then either.
    number, email = call.asked("number"), call.asked("email")
    found = rows.twin(location, "email", email) or (rows.twin(location, "phone", number) if number[:1] != " " else None)
    return {"contact": rows.shown(found) if found else None}


def _all(call: Call) -> Any:
    location = call.here(call.needed("locationId"))
    found = [row for row in location.found_contacts.rows() if _fits(row, {"query": call.asked("query")})]
    page = found[: call.count("limit", default=20, most=100)]
    return {"contacts": [rows.shown(row) for row in page], "count": len(found)}


def _workflow(call: Call) -> Any:
    call.world.find("contacts", call.args["id"], here=call.location, name="Contact")
    call.world.find("workflows", call.args["workflowId"], here=call.location, name="Workflow")
    return {"succeded": True}


def _appointments(call: Call) -> Any:
    call.world.find("contacts", call.args["id"], here=call.location, name="Contact")
    return {"events": [_time_of(row) for row in call.location.of("appointments", call.args["id"])]}


def _time_of(row: dict[str, Any]) -> dict[str, Any]:
    """Here times come without a zone, in the location's time."""
    return {**row, **{name: re.sub(r"(Z|[+-]\d\d:\d\d)$", "", row[name]) for name in ("startTime", "endTime")}}


_WORKFLOW = shape("eventStartTime:string")
READ, WRITE = "contacts.readonly", "contacts.write"
ROUTES = (
    Route("POST", "/contacts/search", _search, READ),
    Route("GET", "/contacts/search/duplicate", _duplicate, READ),
    Route("GET", "/contacts/", _all, READ),
    Route("POST", "/contacts/", _create, WRITE, 201, CREATE),
    Route("POST", "/contacts/upsert", _upsert, WRITE, 200, UPSERT),
    Route("GET", "/contacts/{id}", _get, READ),
    Route("PUT", "/contacts/{id}", _update, WRITE, 200, UPDATE),
    Route("DELETE", "/contacts/{id}", _delete, WRITE),
    Route("GET", "/contacts/{id}/appointments", _appointments, READ),
    Route("POST", "/contacts/{id}/workflow/{workflowId}", _workflow, WRITE, 200, _WORKFLOW),
    Route("DELETE", "/contacts/{id}/workflow/{workflowId}", _workflow, WRITE, 200, _WORKFLOW),
)
