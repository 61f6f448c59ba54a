"""How are pipelines and opportunities read and written? One change is told by two or three events, as it really is."""

from __future__ import annotations

from typing import Any

from enterprisehub.ghl.sandbox import contact_rows
from enterprisehub.ghl.sandbox.index import Row
from enterprisehub.ghl.sandbox.refusals import Refused, unprocessable
from enterprisehub.ghl.sandbox.routes import Call, Route
from enterprisehub.ghl.sandbox.shapes import shape
from enterprisehub.ghl.sandbox.world import Location, World, new_id

_STATUS = "open|won|lost|abandoned|all"
_MORE = "pipelineStageId:string monetaryValue:number assignedTo:string customFields:array "
CREATE = shape(f"{_MORE} pipelineId:string* locationId:string* name:string* status:{_STATUS}* contactId:string*")
UPDATE = shape(f"{_MORE} pipelineId:string name:string status:{_STATUS}")
UPSERT = shape(
    f"{_MORE} id:string pipelineId:string* locationId:string* contactId:string* name:string status:{_STATUS} "
    "followers:strings isRemoveAllFollowers:boolean followersActionType:add|remove lostReasonId:string"
)
_TOLD = (
    "id", "assignedTo", "contactId", "monetaryValue", "name", "pipelineId", "pipelineStageId", "source", "status",
)  # fmt: skip
# Which field's change has an event of its own.
_EVENTS = {
    "pipelineStageId": "OpportunityStageUpdate",
    "status": "OpportunityStatusUpdate",
    "monetaryValue": "OpportunityMonetaryValueUpdate",
    "assignedTo": "OpportunityAssignedToUpdate",
}


def _tell(world: World, location: Location, kind: str, row: Row) -> None:
    told = {key: row.get(key) for key in _TOLD} | {"dateAdded": row["createdAt"]}
    world.event(kind, location, told, subject=row["contactId"])


def create(world: World, location: Location, given: Row) -> Row:
    """A new opportunity in its pipeline's first stage, unless a stage is named."""
    pipeline = world.find("pipelines", given["pipelineId"], here=location, name="Pipeline")
    world.find("contacts", given["contactId"], here=location, name="Contact")
    now = world.clock.text()
    row = {
        "id": new_id(), "pipelineStageId": pipeline["stages"][0]["id"], "monetaryValue": 0, "assignedTo": None,
        "source": "api", "createdAt": now, "updatedAt": now, "lastStatusChangeAt": now, "lastStageChangeAt": now,
        "customFields": [], "followers": [], "name": "", "status": "open", **given, "locationId": location.id,
    }  # fmt: skip
    _check_stage(pipeline, row["pipelineStageId"])
    location["opportunities"][row["id"]] = row
    _tell(world, location, "OpportunityCreate", row)
    return row


def _check_stage(pipeline: Row, stage: str) -> None:
    if stage not in [one["id"] for one in pipeline["stages"]]:
        raise Refused(400, "The pipeline stage id is invalid.")


def update(world: World, location: Location, row: Row, given: Row) -> None:
    """Write what is given; OpportunityUpdate first, then one event for each special field that changed."""
    pipeline = world.find("pipelines", given.get("pipelineId") or row["pipelineId"], here=location, name="Pipeline")
    _check_stage(pipeline, given.get("pipelineStageId") or row["pipelineStageId"])
    changed = [name for name, value in given.items() if row.get(name) != value]
    row.update(given)
    if not changed:
        return
    row["updatedAt"] = now = world.clock.text()
    for name, at in (("status", "lastStatusChangeAt"), ("pipelineStageId", "lastStageChangeAt")):
        if name in changed:
            row[at] = now
    _tell(world, location, "OpportunityUpdate", row)
    for name in changed:
        if name in _EVENTS:
            _tell(world, location, _EVENTS[name], row)


def shown(location: Location, row: Row) -> Row:
    contact = location["contacts"].get(row["contactId"], {})
    kept = {key: contact[key] for key in ("id", "email", "phone", "tags") if contact.get(key)}
    plain = {key: value for key, value in row.items() if value is not None}
    return {**plain, "contact": {**kept, "name": contact_rows.full_name(contact)}}


def _one(call: Call) -> Row:
    return call.world.find("opportunities", call.args["id"], here=call.location, name="Opportunity")


def _get(call: Call) -> Any:
    return {"opportunity": shown(call.location, _one(call))}


def _create(call: Call) -> Any:
    location = call.here(call.body["locationId"])
    return {"opportunity": shown(location, create(call.world, location, call.body))}


def _update(call: Call) -> Any:
    row = _one(call)
    update(call.world, call.location, row, call.body)
    return {"opportunity": shown(call.location, row)}


def _status(call: Call) -> Any:
    update(call.world, call.location, _one(call), call.body)
    return {"succeded": True}


def _upsert(call: Call) -> Any:
    location, body = call.here(call.body["locationId"]), dict(call.body)
    kept = {key: body[key] for key in body if key not in ("isRemoveAllFollowers", "followersActionType")}
    found = location["opportunities"].get(body.get("id", "")) or next(
        (row for row in location.of("opportunities", body["contactId"]) if row["pipelineId"] == body["pipelineId"]),
        None,
    )
    if found is None:
        return {"new": True, "opportunity": shown(location, create(call.world, location, kept))}
    update(call.world, location, found, kept)
    return {"new": False, "opportunity": shown(location, found)}


def _delete(call: Call) -> Any:
    row = _one(call)
    del call.location["opportunities"][row["id"]]
    _tell(call.world, call.location, "OpportunityDelete", row)
    return {"succeded": True}


_FILTERS = {
    "contact_id": "contactId",
    "pipeline_id": "pipelineId",
    "pipeline_stage_id": "pipelineStageId",
    "assigned_to": "assignedTo",
    "id": "id",
}


def _search(call: Call) -> Any:
    if "locationId" in call.request.query:  # the name of v3
        raise unprocessable("property locationId should not exist")
    location = call.here(call.needed("location_id"))
    rows = [row for row in reversed(location["opportunities"].values()) if _fits(call, row)]
    page, limit = max(1, call.count("page", default=1, most=10_000)), call.count("limit", default=20, most=100)
    shown_rows = [shown(location, row) for row in rows[(page - 1) * limit : page * limit]]
    more = page * limit < len(rows)
    meta: Row = {"total": len(rows), "currentPage": page} | ({"nextPage": page + 1} if more else {})
    return {"opportunities": shown_rows, "meta": meta | ({"prevPage": page - 1} if page > 1 else {})}


def _fits(call: Call, row: Row) -> bool:
    status, words = call.asked("status", "all"), call.asked("q").casefold()
    same = all(row.get(key) == call.asked(name) for name, key in _FILTERS.items() if call.asked(name))
    return same and status in ("all", row["status"]) and words in row["name"].casefold()


def _pipelines(call: Call) -> Any:
    return {"pipelines": list(call.here(call.needed("locationId"))["pipelines"].values())}


READ, WRITE = "opportunities.readonly", "opportunities.write"
ROUTES = (
    Route("GET", "/opportunities/search", _search, READ),
    Route("GET", "/opportunities/pipelines", _pipelines, READ),
    Route("POST", "/opportunities/upsert", _upsert, WRITE, 200, UPSERT),
    Route("POST", "/opportunities/", _create, WRITE, 201, CREATE),
    Route("GET", "/opportunities/{id}", _get, READ),
    Route("PUT", "/opportunities/{id}", _update, WRITE, 200, UPDATE),
    Route("DELETE", "/opportunities/{id}", _delete, WRITE),
    Route("PUT", "/opportunities/{id}/status", _status, WRITE, 200, shape(f"status:{_STATUS}* lostReasonId:string")),
)
