"""How are calendars, free slots and appointments read and written?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from enterprisehub.ghl.sandbox.clock import seconds, written
from enterprisehub.ghl.sandbox.index import Row
from enterprisehub.ghl.sandbox.refusals import Refused, unprocessable
from enterprisehub.ghl.sandbox.routes import Call, Route
from enterprisehub.ghl.sandbox.shapes import shape
from enterprisehub.ghl.sandbox.world import Location, World, new_id

_STATUS = "new|confirmed|cancelled|showed|noshow|invalid"
_MORE = (
    "title:string meetingLocationType:custom|zoom|gmeet|phone|address|ms_teams|google meetingLocationId:string "
    f"overrideLocationConfig:boolean appointmentStatus:{_STATUS} assignedUserId:string description:string "
    "address:string ignoreDateRange:boolean toNotify:boolean ignoreFreeSlotValidation:boolean rrule:string endTime:date "
)
CREATE = shape(_MORE + "calendarId:string* locationId:string* contactId:string* startTime:date*")
UPDATE = shape(_MORE + "calendarId:string startTime:date")
_KEPT = ("title", "appointmentStatus", "assignedUserId", "address", "startTime", "endTime", "calendarId")
_LONGEST = 31 * 86_400_000  # milliseconds between the ends of a question about free slots
_HOURS = range(9, 17)


def book(world: World, location: Location, given: Row, *, force: bool = False) -> Row:
    """A new appointment of half an hour, unless its end is given; a slot that is taken is refused."""
    calendar = world.find("calendars", given["calendarId"], here=location, name="Calendar")
    contact = world.find("contacts", given["contactId"], here=location, name="Contact")
    start, now = seconds(given["startTime"]), world.clock.text()
    if not force and _taken(location, calendar["id"], start):
        raise Refused(400, "The slot you have selected is no longer available.")
    user = given.get("assignedUserId") or next(iter(location["users"]), "")
    row = {
        "id": new_id(), "title": calendar["name"], "appointmentStatus": "confirmed", "address": "", "groupId": "",
        "endTime": written(start + 1800), "locationId": location.id, "contactId": contact["id"],
        "dateAdded": now, "dateUpdated": now, "source": "api",
        **{key: given[key] for key in _KEPT if key in given}, "assignedUserId": user, "users": [user],
    }  # fmt: skip
    location["appointments"][row["id"]] = row
    _tell(world, location, "AppointmentCreate", row)
    return row


def _taken(location: Location, calendar: str, start: float) -> bool:
    return any(
        row["calendarId"] == calendar
        and row["appointmentStatus"] not in ("cancelled", "noshow", "invalid")
        and seconds(row["startTime"]) <= start < seconds(row["endTime"])
        for row in location["appointments"].values()
    )


def _tell(world: World, location: Location, kind: str, row: Row) -> None:
    told = {key: value for key, value in row.items() if key != "locationId"}
    world.event(kind, location, {"appointment": told}, subject=row["contactId"])


def change(world: World, location: Location, row: Row, given: Row) -> None:
    row.update({key: given[key] for key in _KEPT if key in given})
    if "startTime" in given and "endTime" not in given:
        row["endTime"] = written(seconds(row["startTime"]) + 1800)
    row["dateUpdated"] = world.clock.text()
    _tell(world, location, "AppointmentUpdate", row)


def _short(row: Row) -> Row:
    keys = ("id", "calendarId", "locationId", "contactId", "startTime", "endTime", "title", "appointmentStatus")
    return {**{key: row[key] for key in keys}, "assignedUserId": row["assignedUserId"], "address": row["address"]}


def _create(call: Call) -> Any:
    location = call.here(call.body["locationId"])
    force = bool(call.body.get("ignoreFreeSlotValidation"))
    return _short(book(call.world, location, call.body, force=force))


def _one(call: Call) -> Row:
    return call.world.find("appointments", call.args["eventId"], here=call.location, name="Appointment")


def _get(call: Call) -> Any:
    return {"event": _one(call)}


def _update(call: Call) -> Any:
    row = _one(call)
    change(call.world, call.location, row, call.body)
    return _short(row)


def _delete(call: Call) -> Any:
    row = _one(call)
    del call.location["appointments"][row["id"]]
    _tell(call.world, call.location, "AppointmentDelete", row)
    return {"succeeded": True}


def _moments(call: Call, first: str, last: str) -> tuple[int, int]:
    """Two moments in milliseconds since 1970."""
    texts = call.needed(first), call.needed(last)
    if not all(text.isdigit() for text in texts):
        raise unprocessable(f"{first} must be a number string", f"{last} must be a number string")
    return int(texts[0]), int(texts[1])


def _events(call: Call) -> Any:
    location = call.here(call.needed("locationId"))
    if not any(call.asked(name) for name in ("userId", "calendarId", "groupId")):
        raise unprocessable("Either of userId, calendarId or groupId is required")
    start, end = _moments(call, "startTime", "endTime")
    return {
        "events": [
            row
            for row in location["appointments"].values()
            if start <= seconds(row["startTime"]) * 1000 <= end
            and call.asked("calendarId", row["calendarId"]) == row["calendarId"]
            and call.asked("userId", row["assignedUserId"]) == row["assignedUserId"]
        ]
    }


def _slots(call: Call) -> Any:
    calendar = call.world.find("calendars", call.args["id"], here=call.location, name="Calendar")
    start, end = _moments(call, "startDate", "endDate")
    if not 0 <= end - start <= _LONGEST:
        raise Refused(400, "Date range cannot be more than 31 days")
    zone = ZoneInfo(call.asked("timezone") or str(call.location.row["timezone"]))
    day, last = (datetime.fromtimestamp(at / 1000, zone) for at in (start, end))
    found: dict[str, Any] = {}
    while day.date() <= last.date():
        moments = [day.replace(hour=hour, minute=half, second=0, microsecond=0) for hour in _HOURS for half in (0, 30)]
        free = [at for at in moments if start <= at.timestamp() * 1000 <= end]
        slots = [at.isoformat() for at in free if not _taken(call.location, calendar["id"], at.timestamp())]
        if day.weekday() < 5 and slots:
            found[f"{day:%Y-%m-%d}"] = {"slots": slots}
        day += timedelta(days=1)
    return found


def _calendars(call: Call) -> Any:
    return {"calendars": list(call.here(call.needed("locationId"))["calendars"].values())}


def _calendar(call: Call) -> Any:
    return {"calendar": call.world.find("calendars", call.args["id"], here=call.location, name="Calendar")}


READ, WRITE = "calendars/events.readonly", "calendars/events.write"
ROUTES = (
    Route("GET", "/calendars/", _calendars, "calendars.readonly"),
    Route("GET", "/calendars/events", _events, READ),
    Route("POST", "/calendars/events/appointments", _create, WRITE, 200, CREATE),
    Route("GET", "/calendars/events/appointments/{eventId}", _get, READ),
    Route("PUT", "/calendars/events/appointments/{eventId}", _update, WRITE, 200, UPDATE),
    Route("DELETE", "/calendars/events/{eventId}", _delete, WRITE, 201),
    Route("GET", "/calendars/{id}", _calendar, "calendars.readonly"),
    Route("GET", "/calendars/{id}/free-slots", _slots, "calendars.readonly"),
)
