"""What do people do in HighLevel's own pages, and what do prospects do on their phones?"""

from __future__ import annotations

from enterprisehub.ghl.sandbox import calendars, contact_rows, contacts, notes, opportunities, talks
from enterprisehub.ghl.sandbox.index import Row
from enterprisehub.ghl.sandbox.media import MEDIA
from enterprisehub.ghl.sandbox.refusals import Refused, unprocessable
from enterprisehub.ghl.sandbox.shapes import shape, troubles
from enterprisehub.ghl.sandbox.world import Location, World

_PLACES = {"contact": "contacts", "task": "tasks", "opportunity": "opportunities", "appointment": "appointments"}
_SAY = shape(
    f"contact:string* medium:{'|'.join(MEDIA)} text:string* subject:string user:string seconds:number status:string "
    "sentences:strings"
)


def place(world: World, args: dict[str, str], body: Row) -> Location:
    """The location that is named, or that of the row that is named, or the only one."""
    named = body.pop("location", None)
    for name, kind in _PLACES.items():
        key = args.get(name) or body.get(name)
        if key is not None:
            found = next((one for one in world.locations.values() if key in one[kind]), None)
            if found is None:
                raise Refused(404, f"there is no {name} {key}")
            return found
    location = world.locations.get(named or next(iter(world.locations), ""))
    if location is None:
        raise Refused(404, f"there is no location {named}")
    return location


def say(world: World, location: Location, given: Row) -> Row:
    """The prospect writes, mails or calls. What was said in a call is its transcript, never the body of the event."""
    contact, medium, row = _words(location, given)
    return talks.say(world, location, contact, medium, row)


def answer(world: World, location: Location, given: Row) -> Row:
    """An agent writes or calls in HighLevel, not through us."""
    contact, medium, row = _words(location, given)
    row |= {"source": "app", "userId": given.get("user") or next(iter(location["users"]), "")}
    return talks.answer(world, location, contact, medium, row)


def _words(location: Location, given: Row) -> tuple[Row, str, Row]:
    if wrong := troubles(_SAY, given):
        raise unprocessable(*wrong)
    medium, text = given.get("medium", "sms"), given["text"]
    row: Row = {"body": text}
    if medium in ("call", "voicemail"):
        row = {"callDuration": given.get("seconds", 60), "transcript": _sentences(given.get("sentences") or [text])}
        row["attachments"] = ["https://recordings.example/sandbox.wav"]
    elif medium == "email":
        row["subject"] = given.get("subject", "")
    if "status" in given:
        row["status"] = given["status"]
    return location["contacts"][given["contact"]], medium, row


def _sentences(texts: list[str]) -> list[Row]:
    """The two channels take turns, four seconds for each sentence; the prospect begins."""
    return [
        {
            "mediaChannel": 1 + number % 2, "sentenceIndex": number, "startTime": number * 4000,
            "endTime": number * 4000 + 3800, "transcript": text, "confidence": 0.93,
        }
        for number, text in enumerate(texts)
    ]  # fmt: skip


def new_contact(world: World, location: Location, given: Row) -> Row:
    given = {**given, "locationId": location.id}
    if wrong := troubles(contacts.CREATE, given):
        raise unprocessable(*wrong)
    return contact_rows.shown(contact_rows.create(world, location, given))


def change_contact(world: World, location: Location, given: Row) -> Row:
    contact = location["contacts"][given.pop("contact")]
    if wrong := troubles(contacts.UPDATE, given):
        raise unprocessable(*wrong)
    contact_rows.update(world, location, contact, given)
    return contact_rows.shown(contact)


def delete_contact(world: World, location: Location, given: Row) -> Row:
    contact_rows.delete(world, location, location["contacts"][given["contact"]])
    return {"deleted": True}


def note(world: World, location: Location, given: Row) -> Row:
    return notes.add_note(world, location, location["contacts"][given["contact"]], {"body": str(given["body"])})


def task(world: World, location: Location, given: Row) -> Row:
    contact = location["contacts"][given.pop("contact")]
    given = {"dueDate": world.clock.text(), "completed": False, **given}
    return notes.add_task(world, location, contact, given)


def change_task(world: World, location: Location, given: Row) -> Row:
    row = location["tasks"][given.pop("task")]
    notes.change_task(world, location, row, given)
    return row


def opportunity(world: World, location: Location, given: Row) -> Row:
    contact = location["contacts"][given.pop("contact")]
    pipeline = next(iter(location["pipelines"]))
    wanted = {"pipelineId": pipeline, "name": contact_rows.full_name(contact), **given, "contactId": contact["id"]}
    return opportunities.create(world, location, wanted)


def change_opportunity(world: World, location: Location, given: Row) -> Row:
    row = location["opportunities"][given.pop("opportunity")]
    opportunities.update(world, location, row, given)
    return row


def appointment(world: World, location: Location, given: Row) -> Row:
    contact = given.pop("contact")
    wanted = {"calendarId": next(iter(location["calendars"])), **given, "contactId": contact}
    return calendars.book(world, location, wanted, force=True)


def change_appointment(world: World, location: Location, given: Row) -> Row:
    row = location["appointments"][given.pop("appointment")]
    calendars.change(world, location, row, given)
    return row
