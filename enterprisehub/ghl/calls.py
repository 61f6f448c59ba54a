"""What can be asked of HighLevel, and in which words? One row per operation; a property that is not listed is never sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from enterprisehub.errors import Invalid

CONTACTS, TALK = "2021-07-28", "2021-04-15"  # the version of an endpoint is HighLevel's, per area (CONTRACT §1)
IDS: Final = frozenset(
    {"contact_id", "note_id", "task_id", "message_id", "conversation_id", "opportunity_id", "location_id"}
)
USABLE_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")

PERSON = (
    "firstName", "lastName", "name", "email", "phone", "address1", "city", "state", "postalCode", "website", "timezone",
    "customFields", "source", "dateOfBirth", "country", "assignedTo",
)  # fmt: skip
# `tags` would replace all of a contact's tags, so only tags.add and tags.remove know them (CONTRACT §5).
NEW_PERSON = (*PERSON, "gender", "companyName")
DND = ("dnd", "dndSettings", "inboundDndSettings")
NOTE = ("body", "userId", "title", "color", "pinned")
TASK = ("title", "body", "dueDate", "completed", "assignedTo")
MESSAGE = (
    "type", "message", "html", "subject", "attachments", "emailFrom", "emailTo", "emailCc", "emailBcc", "emailReplyMode",
    "replyMessageId", "threadId", "fromNumber", "toNumber", "conversationProviderId", "appointmentId", "scheduledTimestamp",
)  # fmt: skip
OPPORTUNITY = ("pipelineId", "name", "pipelineStageId", "status", "monetaryValue", "assignedTo", "customFields")
FIELD = ("name", "dataType", "placeholder", "position", "model", "textBoxListOptions", "acceptedFormat")
CUSTOM_FIELD = frozenset({"id", "key", "field_value"})


class UnknownProperty(Invalid):
    """A property that HighLevel would refuse with 422: a mistake of ours, found before anything is sent."""

    code = "unknown_property"


@dataclass(frozen=True)
class Call:
    """One operation. `location`, `contact` and `company` name the property in which that id travels, if it does."""

    method: str
    path: str
    version: str
    query: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    location: str = ""
    contact: str = ""
    company: str = ""
    reads: bool = False  # changes nothing: may be repeated at will
    once: bool = False  # doing it twice makes two of it


@dataclass(frozen=True)
class Ready:
    """A request as it leaves: everything but the address of the server and the token."""

    method: str
    path: str
    version: str
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None


def _read(path: str, version: str = CONTACTS, query: tuple[str, ...] = (), **more: Any) -> Call:
    return Call("GET", path, version, query=query, reads=True, **more)


def _post(path: str, version: str = CONTACTS, **more: Any) -> Call:
    return Call("POST", path, version, **more)


def _put(path: str, body: tuple[str, ...], **more: Any) -> Call:
    return Call("PUT", path, CONTACTS, body=body, **more)


CONTACT = "/contacts/{contact_id}"
LOCATION = "/locations/{location_id}"
TABLE: Final[dict[str, Call]] = {
    "contact.get": _read(CONTACT),
    # The slash at the end belongs to the path.
    "contact.create": _post("/contacts/", body=NEW_PERSON, location="locationId", once=True),
    "contact.update": _put(CONTACT, PERSON),
    "contact.upsert": _post(
        "/contacts/upsert", body=(*NEW_PERSON, "createNewIfDuplicateAllowed"), location="locationId"
    ),
    "contact.search": _post(
        "/contacts/search", body=("pageLimit", "page", "searchAfter", "query", "filters", "sort"),
        needs=("pageLimit",), location="locationId", reads=True,
    ),
    "contact.duplicate": _read("/contacts/search/duplicate", query=("number", "email"), location="locationId"),
    "contact.dnd": _put(CONTACT, DND),
    "tags.add": _post(f"{CONTACT}/tags", body=("tags",), needs=("tags",)),
    "tags.remove": Call("DELETE", f"{CONTACT}/tags", CONTACTS, body=("tags",), needs=("tags",)),
    "note.create": _post(f"{CONTACT}/notes", body=NOTE, needs=("body",), once=True),
    "note.update": _put(f"{CONTACT}/notes/{{note_id}}", NOTE),
    "note.list": _read(f"{CONTACT}/notes"),
    "task.create": _post(f"{CONTACT}/tasks", body=TASK, needs=("title", "dueDate", "completed"), once=True),
    "task.update": _put(f"{CONTACT}/tasks/{{task_id}}", TASK),
    "task.complete": _put(f"{CONTACT}/tasks/{{task_id}}/completed", ("completed",), needs=("completed",)),
    "task.list": _read(f"{CONTACT}/tasks"),
    # The event of a new task does not say whose it is (CONTRACT §6.2): it is looked for in the whole location.
    "task.search": _post(
        f"{LOCATION}/tasks/search", body=("contactId", "completed", "assignedTo", "query", "limit", "skip"), reads=True
    ),
    "message.send": _post(
        "/conversations/messages", TALK, body=MESSAGE, needs=("type",), contact="contactId", once=True
    ),
    "message.list": _read("/conversations/{conversation_id}/messages", TALK, query=("limit", "lastMessageId", "type")),
    "message.get": _read("/conversations/messages/{message_id}", TALK),
    "email.get": _read("/conversations/messages/email/{message_id}", TALK),
    "transcript.get": _read("/conversations/locations/{location_id}/messages/{message_id}/transcription", TALK),
    "conversation.search": _read(
        "/conversations/search", TALK,
        ("limit", "status", "sort", "sortBy", "query", "lastMessageType", "startAfterDate", "id"),
        location="locationId", contact="contactId",
    ),
    # Snake case here, camel case only in v3.
    "opportunity.search": _read(
        "/opportunities/search",
        query=("q", "pipeline_id", "pipeline_stage_id", "status", "page", "limit", "startAfter", "startAfterId", "order"),
        location="location_id", contact="contact_id",
    ),
    "opportunity.get": _read("/opportunities/{opportunity_id}"),
    "opportunity.update": _put("/opportunities/{opportunity_id}", OPPORTUNITY),
    "opportunity.status": _put("/opportunities/{opportunity_id}/status", ("status", "lostReasonId"), needs=("status",)),
    "pipeline.list": _read("/opportunities/pipelines", location="locationId"),
    "field.list": _read(f"{LOCATION}/customFields", query=("model",)),
    "field.create": _post(f"{LOCATION}/customFields", body=FIELD, needs=("name", "dataType"), once=True),
    "user.search": _read(
        "/users/search", query=("query", "skip", "limit", "ids"), location="locationId", company="companyId"
    ),
    "location.get": _read(LOCATION),
    "appointment.list": _read(f"{CONTACT}/appointments"),
    "calendar.list": _read("/calendars/", TALK, location="locationId"),
}  # fmt: skip


def of(operation: str) -> Call:
    """The row of this operation; Invalid for one that is not in the table."""
    call = TABLE.get(operation)
    if call is None:
        raise Invalid(f"HighLevel has no operation {operation!r} in our table.", field="operation")
    return call


def check(operation: str, arguments: Mapping[str, Any]) -> None:
    """Raise when HighLevel would refuse this for its words: an unknown property, a missing one, an id that is none."""
    call = of(operation)
    wanted = set(re.findall(r"{(\w+)}", call.path)) - {"location_id"}
    if call.contact and not call.reads:
        wanted.add("contact_id")
    known = wanted | set(call.query) | set(call.body) | ({"contact_id"} if call.contact else set())
    if unknown := sorted(set(arguments) - known):
        raise UnknownProperty(f"{operation} has no {', '.join(unknown)}.", field=unknown[0])
    for name in (*sorted(wanted), *call.needs):
        if arguments.get(name) in (None, ""):
            raise Invalid(f"{operation} needs {name}.", field=name)
    for name in IDS & set(arguments):
        if not USABLE_ID.fullmatch(str(arguments[name])):
            raise Invalid(f"{name} is no id of HighLevel's.", field=name)
    for entry in arguments.get("customFields") or ():
        if not isinstance(entry, Mapping) or set(entry) - CUSTOM_FIELD or not {"id", "key"} & set(entry):
            raise UnknownProperty("A custom field is written as id or key, and field_value.", field="customFields")


def ready(operation: str, arguments: Mapping[str, Any], *, location_id: str, company_id: str = "") -> Ready:
    """The request for these arguments; ids go where the operation wants them, the location is always the connection's."""
    check(operation, arguments)
    call = of(operation)
    places = {name: quote(str(value), safe="") for name, value in arguments.items() if name in IDS}
    path = call.path.format(**{**places, "location_id": quote(location_id, safe="")})
    carried = {call.location: location_id, call.contact: arguments.get("contact_id"), call.company: company_id}
    carried = {name: value for name, value in carried.items() if name and value}
    given = {name: arguments[name] for name in (*call.query, *call.body) if arguments.get(name) is not None}
    if call.method == "GET":
        return Ready(call.method, path, call.version, {k: _text(v) for k, v in (carried | given).items()})
    return Ready(call.method, path, call.version, {}, carried | given)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
