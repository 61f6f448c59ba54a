"""How are conversations and messages read, and how is one sent?"""

from __future__ import annotations

import math
import struct
from typing import Any

from enterprisehub.ghl.sandbox import contact_rows, talks
from enterprisehub.ghl.sandbox.clock import written
from enterprisehub.ghl.sandbox.index import Row
from enterprisehub.ghl.sandbox.media import BY_SENT, MEDIA
from enterprisehub.ghl.sandbox.refusals import Refused, unprocessable
from enterprisehub.ghl.sandbox.routes import Call, Route
from enterprisehub.ghl.sandbox.shapes import shape
from enterprisehub.ghl.sandbox.wire import Reply

SEND = shape(
    "type:SMS|RCS|Email|WhatsApp|IG|FB|Custom|Live_Chat|TIKTOK|InternalComment* contactId:string* subType:string "
    "appointmentId:string attachments:strings emailFrom:string emailCc:strings emailBcc:strings html:string "
    "message:string subject:string replyMessageId:string templateId:string threadId:string scheduledTimestamp:number "
    "conversationProviderId:string emailTo:string customSubtypeId:string emailReplyMode:reply|reply_all "
    "fromNumber:string toNumber:string forward:object status:delivered|failed|pending|read "
    "usesNativeSchedulingAi:boolean optimizationPeriod:24h|48h|72h"
)
INBOUND = shape(
    "type:string* conversationId:string* contactId:string conversationProviderId:string* attachments:strings "
    "message:string html:string subject:string emailFrom:string emailTo:string emailCc:strings emailBcc:strings "
    "emailMessageId:string altId:string direction:inbound|outbound date:date call:object"
)
_MESSAGE = (
    "id", "type", "messageType", "locationId", "contactId", "conversationId", "dateAdded", "body", "direction",
    "status", "contentType", "attachments", "meta", "source", "userId",
)  # fmt: skip


def _search(call: Call) -> Any:
    location = call.here(call.needed("locationId"))
    found = [row for row in location.found_conversations.rows() if _fits(call, row)]
    up = call.asked("sort", "desc") == "asc"
    found.sort(key=lambda row: row["lastMessageDate"], reverse=not up)
    after = call.asked("startAfterDate")
    if after.isdigit():
        edge = written(int(after) / 1000)
        found = [row for row in found if (row["lastMessageDate"] > edge) == up and row["lastMessageDate"] != edge]
    page = found[: call.count("limit", default=20, most=100)]
    return {"conversations": [_listed(call, row) for row in page], "total": len(found)}


def _fits(call: Call, row: Row) -> bool:
    status, contact = call.asked("status", "all"), call.asked("contactId")
    return (not contact or row["contactId"] == contact) and (status != "unread" or row["unreadCount"] > 0)


def _listed(call: Call, row: Row) -> Row:
    contact = call.location["contacts"].get(row["contactId"], {})
    name = contact_rows.full_name(contact)
    shown = {key: value for key, value in row.items() if key not in ("medium", "deleted", "inbox")}
    person = {
        "fullName": name,
        "contactName": name,
        "email": contact.get("email") or "",
        "phone": contact.get("phone") or "",
    }
    return {**shown, "type": MEDIA[row["medium"]].box, **person}


def _create(call: Call) -> Any:
    location = call.here(call.body["locationId"])
    contact = call.world.find("contacts", call.body["contactId"], here=location, name="Contact")
    if location.of("conversations", contact["id"]):
        raise Refused(400, "Conversation already exists!")
    row = talks.conversation(call.world, location, contact)
    keys = ("id", "dateUpdated", "dateAdded", "deleted", "contactId", "locationId", "lastMessageDate")
    return {"success": True, "conversation": {key: row[key] for key in keys}}


def _get(call: Call) -> Any:
    row = call.world.find("conversations", call.args["id"], here=call.location, name="Conversation")
    keys = ("id", "contactId", "locationId", "deleted", "inbox", "unreadCount", "starred")
    return {**{key: row[key] for key in keys}, "type": MEDIA[row["medium"]].box_number}


def _messages(call: Call) -> Any:
    call.world.find("conversations", call.args["id"], here=call.location, name="Conversation")
    kinds = set(filter(None, call.asked("type").split(",")))
    rows = [
        row
        for row in reversed(call.location["messages"].values())
        if row["conversationId"] == call.args["id"] and (not kinds or row["messageType"] in kinds)
    ]
    ids = [row["id"] for row in rows]
    start = ids.index(call.asked("lastMessageId")) + 1 if call.asked("lastMessageId") in ids else 0
    limit = call.count("limit", default=20, most=100)
    page = rows[start : start + limit]
    more = {"lastMessageId": page[-1]["id"] if page else "", "nextPage": len(rows) > start + limit}
    return {"messages": {**more, "messages": [_shown(row) for row in page]}}


def _shown(row: Row) -> Row:
    shown = {key: row[key] for key in _MESSAGE if key in row}
    if row["medium"] == "email":
        shown["meta"] = {"email": {"messageIds": [row["emailMessageId"]]}}
    if "callDuration" in row:
        shown["meta"] = {"callDuration": row["callDuration"], "callStatus": "completed"}
    return shown


def _message(call: Call) -> Any:
    return {"message": _shown(call.world.find("messages", call.args["id"], here=call.location, name="Message"))}


def _email(call: Call) -> Any:
    wanted = call.args["id"]
    row = next((row for row in call.location["messages"].values() if row.get("emailMessageId") == wanted), None)
    if row is None:
        raise Refused(404, f"Email with id {wanted} not found")
    contact = call.world.find("contacts", row["contactId"], here=call.location, name="Contact")
    told = talks.told(call.world, call.location, contact, row)
    keys = (
        "threadId",
        "locationId",
        "contactId",
        "conversationId",
        "dateAdded",
        "direction",
        "contentType",
        "attachments",
    )
    fields = {key: row[key] for key in keys} | {"id": wanted, "altId": row["id"], "status": row["status"]}
    mail = {"subject": row.get("subject", ""), "body": row.get("body", ""), "from": told["from"], "to": [told["to"]]}
    return {**fields, **mail, "cc": [], "bcc": [], **({"source": row["source"]} if "source" in row else {})}


def _send(call: Call) -> Any:
    body, location = call.body, call.location
    contact = call.world.find("contacts", body["contactId"], here=location, name="Contact")
    medium = BY_SENT[body["type"]]
    _may(contact, medium, body)
    row = talks.answer(call.world, location, contact, medium, _sent(call, medium))
    told: Row = {"conversationId": row["conversationId"], "messageId": row["id"], "msg": "Message queued successfully."}
    return {**told, "emailMessageId": row["emailMessageId"]} if medium == "email" else told


def _sent(call: Call, medium: str) -> Row:
    body = call.body
    text = body.get("html") or body.get("message", "") if medium == "email" else body.get("message", "")
    row: Row = {"body": text, "source": call.world.options.api_source, "attachments": body.get("attachments", [])}
    row |= {"status": body.get("status") or ("scheduled" if body.get("scheduledTimestamp") else "delivered")}
    return {**row, **{key: body[key] for key in ("subject", "threadId") if key in body}}


def _may(contact: Row, medium: str, body: Row) -> None:
    """DND, a missing address and an empty message are refused."""
    kind = MEDIA[medium]
    status = contact["dndSettings"].get(kind.dnd, {}).get("status")
    if medium != "comment" and (contact["dnd"] or status in ("active", "permanent")):
        raise Refused(400, f"Cannot send message as DND is active for {kind.sent}.")
    if medium in ("sms", "whatsapp", "rcs") and not (body.get("toNumber") or contact.get("phone")):
        raise Refused(400, "Missing phone number")
    if medium == "email" and not (body.get("emailTo") or contact.get("email")):
        raise Refused(400, "Missing email")
    if medium == "email" and not (body.get("html") or body.get("message") or body.get("templateId")):
        raise unprocessable("html should not be empty")
    if not (body.get("message") or body.get("html") or body.get("attachments") or body.get("templateId")):
        raise Refused(400, "There is no message or attachments for this message. Skip sending.")


def _inbound(call: Call) -> Any:
    box = call.world.find("conversations", call.body["conversationId"], here=call.location, name="Conversation")
    contact = call.world.find("contacts", box["contactId"], here=call.location, name="Contact")
    medium = BY_SENT.get(call.body["type"], "call" if "all" in call.body["type"] else "custom")
    given = {"body": call.body.get("html") or call.body.get("message", ""), "subject": call.body.get("subject", "")}
    row = talks.say(call.world, call.location, contact, medium, given)
    ids = {
        "conversationId": box["id"],
        "messageId": row["id"],
        "contactId": contact["id"],
        "dateAdded": row["dateAdded"],
    }
    return {"success": True, "message": "Message added successfully.", **ids}


def _transcript(call: Call) -> Any:
    """A list of sentences with their times in milliseconds."""
    location = call.here(call.args["locationId"])
    row = call.world.find("messages", call.args["messageId"], here=location, name="Message")
    if not row.get("transcript"):
        raise Refused(404, "Transcription not found")
    return row["transcript"]


def _recording(call: Call) -> Any:
    """Half a second of a quiet tone, 8 kHz: a recording that players accept."""
    location = call.here(call.args["locationId"])
    row = call.world.find("messages", call.args["messageId"], here=location, name="Message")
    if row["medium"] not in ("call", "voicemail"):
        raise Refused(404, "Recording not found")
    sound = b"".join(struct.pack("<h", int(900 * math.sin(n / 4))) for n in range(4000))
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(sound),
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        8000,
        16000,
        2,
        16,
        b"data",
        len(sound),
    )
    return Reply(200, raw=head + sound, kind="audio/x-wav")


_READ, _WRITE = "conversations/message.readonly", "conversations/message.write"
_AT = "/conversations/messages/{messageId}/locations/{locationId}/recording"
_SPOKEN = "/conversations/locations/{locationId}/messages/{messageId}/transcription"
ROUTES = (
    Route("GET", "/conversations/search", _search, "conversations.readonly"),
    Route(
        "POST", "/conversations/", _create, "conversations.write", 201, shape("locationId:string* contactId:string*")
    ),
    Route("GET", "/conversations/{id}", _get, "conversations.readonly"),
    Route("GET", "/conversations/{id}/messages", _messages, _READ),
    Route("POST", "/conversations/messages", _send, _WRITE, 200, SEND),
    Route("POST", "/conversations/messages/inbound", _inbound, _WRITE, 200, INBOUND),
    Route("GET", "/conversations/messages/{id}", _message, _READ),
    Route("GET", "/conversations/messages/email/{id}", _email, _READ, versioned=False),
    Route("GET", _AT, _recording, _READ),
    Route("GET", _SPOKEN, _transcript, _READ),
)
