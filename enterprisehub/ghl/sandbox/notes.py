"""How are a contact's tags, notes and tasks read and written?"""

from __future__ import annotations

from typing import Any

from enterprisehub.ghl.sandbox import contact_rows
from enterprisehub.ghl.sandbox.index import Row
from enterprisehub.ghl.sandbox.routes import Call, Route
from enterprisehub.ghl.sandbox.shapes import shape
from enterprisehub.ghl.sandbox.world import Location, World, new_id

_NOTE = "userId:string title:string color:string pinned:boolean "
_TASK = "body:string assignedTo:string "


def _contact(call: Call) -> Row:
    return call.world.find("contacts", call.args["contactId"], here=call.location, name="Contact")


def _one(call: Call, kind: str, key: str) -> Row:
    _contact(call)
    name = "Note" if kind == "notes" else "Task"
    return call.world.find(kind, call.args[key], here=call.location, name=name)


def _add_tags(call: Call) -> Any:
    contact = _contact(call)
    contact_rows.set_tags(call.world, call.location, contact, tags=[*contact["tags"], *call.body["tags"]])
    return {"tags": contact["tags"]}


def _remove_tags(call: Call) -> Any:
    contact = _contact(call)
    gone = {tag.strip().lower() for tag in call.body["tags"]}
    kept = [tag for tag in contact["tags"] if tag not in gone]
    contact_rows.set_tags(call.world, call.location, contact, tags=kept)
    return {"tags": contact["tags"]}


def _notes(call: Call) -> Any:
    _contact(call)
    return {"notes": call.location.of("notes", call.args["contactId"])[::-1]}


def add_note(world: World, location: Location, contact: Row, given: Row) -> Row:
    row = {"id": new_id(), "contactId": contact["id"], "dateAdded": world.clock.text(), **given}
    location["notes"][row["id"]] = row
    _tell_note(world, location, "NoteCreate", row)
    return row


def _tell_note(world: World, location: Location, kind: str, row: Row) -> None:
    told = {key: row[key] for key in ("id", "body", "contactId", "dateAdded")}
    world.event(kind, location, told, subject=row["contactId"])


def _add_note(call: Call) -> Any:
    return {"note": add_note(call.world, call.location, _contact(call), call.body)}


def _note(call: Call) -> Any:
    return {"note": _one(call, "notes", "id")}


def _update_note(call: Call) -> Any:
    row = _one(call, "notes", "id")
    row.update(call.body)
    _tell_note(call.world, call.location, "NoteUpdate", row)
    return {"note": row}


def _delete_note(call: Call) -> Any:
    row = _one(call, "notes", "id")
    del call.location["notes"][row["id"]]
    _tell_note(call.world, call.location, "NoteDelete", row)
    return {"succeded": True}


def _tasks(call: Call) -> Any:
    _contact(call)
    return {"tasks": [_shown(row) for row in call.location.of("tasks", call.args["contactId"])[::-1]]}


def _shown(row: Row) -> Row:
    return {key: value for key, value in row.items() if key != "dateAdded"}


def add_task(world: World, location: Location, contact: Row, given: Row) -> Row:
    row = {"id": new_id(), "contactId": contact["id"], "dateAdded": world.clock.text(), **given}
    location["tasks"][row["id"]] = row
    _tell_task(world, location, "TaskCreate", row)
    return row


def _tell_task(world: World, location: Location, kind: str, row: Row) -> None:
    """What really comes has neither the contact nor the body, whatever the documentation shows."""
    keys = ["id", "assignedTo", "title", "dateAdded", "dueDate"]
    keys += ["contactId", "body"] if world.options.documented else []
    told = {key: row[key] for key in keys if row.get(key) is not None}
    world.event(kind, location, told, subject=row["contactId"])


def _add_task(call: Call) -> Any:
    return {"task": _shown(add_task(call.world, call.location, _contact(call), call.body))}


def _task(call: Call) -> Any:
    return {"task": _shown(_one(call, "tasks", "taskId"))}


def change_task(world: World, location: Location, row: Row, given: Row) -> None:
    """Write what is given; only completing a task is told."""
    was = row["completed"]
    row.update(given)
    world.revision += 1
    if row["completed"] and not was:
        _tell_task(world, location, "TaskComplete", row)


def _update_task(call: Call) -> Any:
    row = _one(call, "tasks", "taskId")
    change_task(call.world, call.location, row, call.body)
    return {"task": _shown(row)}


def _delete_task(call: Call) -> Any:
    row = _one(call, "tasks", "taskId")
    del call.location["tasks"][row["id"]]
    _tell_task(call.world, call.location, "TaskDelete", row)
    return {"succeded": True}


READ, WRITE = "contacts.readonly", "contacts.write"
_TAGS = shape("tags:strings*")
ROUTES = (
    Route("POST", "/contacts/{contactId}/tags", _add_tags, WRITE, 201, _TAGS),
    Route("DELETE", "/contacts/{contactId}/tags", _remove_tags, WRITE, 200, _TAGS),
    Route("GET", "/contacts/{contactId}/notes", _notes, READ),
    Route("POST", "/contacts/{contactId}/notes", _add_note, WRITE, 201, shape(_NOTE + "body:string*")),
    Route("GET", "/contacts/{contactId}/notes/{id}", _note, READ),
    Route("PUT", "/contacts/{contactId}/notes/{id}", _update_note, WRITE, 200, shape(_NOTE + "body:string")),
    Route("DELETE", "/contacts/{contactId}/notes/{id}", _delete_note, WRITE),
    Route("GET", "/contacts/{contactId}/tasks", _tasks, READ),
    Route(
        "POST", "/contacts/{contactId}/tasks", _add_task, WRITE, 201,
        shape(_TASK + "title:string* dueDate:date* completed:boolean*"),
    ),
    Route("GET", "/contacts/{contactId}/tasks/{taskId}", _task, READ),
    Route(
        "PUT", "/contacts/{contactId}/tasks/{taskId}", _update_task, WRITE, 200,
        shape(_TASK + "title:string dueDate:date completed:boolean"),
    ),
    Route("DELETE", "/contacts/{contactId}/tasks/{taskId}", _delete_task, WRITE),
    Route(
        "PUT", "/contacts/{contactId}/tasks/{taskId}/completed", _update_task, WRITE, 200,
        shape("completed:boolean*"),
    ),
)  # fmt: skip
