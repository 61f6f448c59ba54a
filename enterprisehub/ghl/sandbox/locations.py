"""How are a location, its users, tags, custom fields, workflows and tasks, and its company read and written?"""

from __future__ import annotations

import re
from typing import Any

from enterprisehub.ghl.sandbox.index import Row
from enterprisehub.ghl.sandbox.refusals import Refused, foreign
from enterprisehub.ghl.sandbox.routes import Call, Route
from enterprisehub.ghl.sandbox.shapes import shape
from enterprisehub.ghl.sandbox.world import Location, new_id

_KINDS = (
    "TEXT", "LARGE_TEXT", "NUMERICAL", "PHONE", "MONETORY", "CHECKBOX", "SINGLE_OPTIONS", "MULTIPLE_OPTIONS", "FLOAT",
    "TIME", "DATE", "TEXTBOX_LIST", "FILE_UPLOAD", "SIGNATURE", "RADIO",
)  # fmt: skip
FIELD = shape(
    "name:string* dataType:string* placeholder:string acceptedFormat:strings isMultipleFile:boolean "
    "maxNumberOfFiles:number textBoxListOptions:array position:number model:contact|opportunity options:strings"
)
TASKS = shape(
    "contactId:strings completed:boolean assignedTo:strings query:string limit:number skip:number businessId:string"
)


def _location(call: Call) -> Any:
    if call.token and call.token.user_type == "Company":
        found = call.world.locations.get(call.args["locationId"])
        if found is None or found.row["companyId"] != call.token.company_id:
            raise foreign()
        return {"location": found.row}
    return {"location": call.here(call.args["locationId"]).row}


def _tags(call: Call) -> Any:
    return {"tags": list(call.here(call.args["locationId"])["tags"].values())}


def _add_tag(call: Call) -> Any:
    location, name = call.here(call.args["locationId"]), call.body["name"].strip().lower()
    if any(row["name"] == name for row in location["tags"].values()):
        raise Refused(400, "The tag name is already exist.")
    row = {"id": new_id(), "name": name, "locationId": location.id}
    location["tags"][row["id"]] = row
    call.world.revision += 1
    return {"tag": row}


def add_field(location: Location, given: Row) -> Row:
    """A new custom field; its key is made from its name."""
    model = given.get("model", "contact")
    words = re.sub(r"\W+", "_", given["name"].strip().lower()).strip("_")
    row = {
        "id": new_id(), "name": given["name"], "fieldKey": f"{model}.{words}", "dataType": given["dataType"],
        "placeholder": given.get("placeholder", ""), "position": given.get("position", 0), "model": model,
        "locationId": location.id, "picklistOptions": given.get("options", []),
    }  # fmt: skip
    if any(one["fieldKey"] == row["fieldKey"] for one in location["fields"].values()):
        raise Refused(400, f"{row['fieldKey']} already exists.")
    if row["dataType"] not in _KINDS:
        raise Refused(400, f"dataType must be one of {', '.join(_KINDS)}")
    location["fields"][row["id"]] = row
    return row


def _fields(call: Call) -> Any:
    location, model = call.here(call.args["locationId"]), call.asked("model", "contact")
    return {"customFields": [row for row in location["fields"].values() if model in ("all", row["model"])]}


def _add_field(call: Call) -> Any:
    call.world.revision += 1
    return {"customField": add_field(call.here(call.args["locationId"]), call.body)}


def _field(call: Call) -> Any:
    location = call.here(call.args["locationId"])
    return {"customField": call.world.find("fields", call.args["id"], here=location, name="Custom field")}


def _task_search(call: Call) -> Any:
    location, body = call.here(call.args["locationId"]), call.body
    rows = [row for row in location["tasks"].values() if _fits(row, body)]
    start = int(body.get("skip", 0))
    return {"tasks": [{**row, "_id": row["id"]} for row in rows[start : start + int(body.get("limit", 25))]]}


def _fits(row: Row, body: Row) -> bool:
    return (
        row["contactId"] in (body.get("contactId") or [row["contactId"]])
        and row.get("assignedTo") in (body.get("assignedTo") or [row.get("assignedTo")])
        and row["completed"] == body.get("completed", row["completed"])
        and body.get("query", "").casefold() in row["title"].casefold()
    )


def _users(call: Call) -> Any:
    """The users of a location; an agency's token may leave the location out."""
    company, location_id = call.needed("companyId"), call.asked("locationId")
    token = call.token
    if token is None or company != token.company_id or location_id not in ("", token.location_id or location_id):
        raise foreign()
    wanted = location_id or token.location_id
    inside = [one for key, one in call.world.locations.items() if one.row["companyId"] == company]
    users = [row for one in inside if wanted in ("", one.id) for row in one["users"].values()]
    words = call.asked("query").casefold()
    found = [row for row in users if words in f"{row['name']} {row['email']}".casefold()]
    return {"users": found[: call.count("limit", default=25, most=500)], "count": len(found)}


def _users_here(call: Call) -> Any:
    return {"users": list(call.here(call.needed("locationId"))["users"].values())}


def _user(call: Call) -> Any:
    return call.world.find("users", call.args["userId"], here=call.location, name="User")


def _workflows(call: Call) -> Any:
    return {"workflows": list(call.here(call.needed("locationId"))["workflows"].values())}


def _company(call: Call) -> Any:
    if call.token is None or call.token.company_id != call.args["companyId"]:
        raise foreign()
    return {"company": call.world.companies[call.args["companyId"]]}


_AT = "/locations/{locationId}"
_FIELDS = "locations/customFields"
ROUTES = (
    Route("GET", _AT, _location, "locations.readonly", opens="either"),
    Route("GET", f"{_AT}/tags", _tags, "locations/tags.readonly"),
    Route("POST", f"{_AT}/tags", _add_tag, "locations/tags.write", 200, shape("name:string*")),
    Route("POST", f"{_AT}/tasks/search", _task_search, "locations/tasks.readonly", 200, TASKS),
    Route("GET", f"{_AT}/customFields", _fields, f"{_FIELDS}.readonly"),
    Route("POST", f"{_AT}/customFields", _add_field, f"{_FIELDS}.write", 201, FIELD),
    Route("GET", f"{_AT}/customFields/{{id}}", _field, f"{_FIELDS}.readonly"),
    Route("GET", "/users/search", _users, "users.readonly", opens="either"),
    Route("GET", "/users/", _users_here, "users.readonly"),
    Route("GET", "/users/{userId}", _user, "users.readonly"),
    Route("GET", "/workflows/", _workflows, "workflows.readonly"),
    Route("GET", "/companies/{companyId}", _company, "companies.readonly", opens="agency"),
)
