"""What happens when somebody writes: the conversation, the message in it, and the event that tells of it?"""

from __future__ import annotations

import re
from typing import Any

from enterprisehub.ghl.sandbox import contact_rows
from enterprisehub.ghl.sandbox.index import Row
from enterprisehub.ghl.sandbox.media import MEDIA
from enterprisehub.ghl.sandbox.world import Location, World, new_id

_STOP = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit"}
_START = {"start", "unstop"}


def conversation(world: World, location: Location, contact: Row, medium: str = "sms") -> Row:
    """The contact's conversation; it is begun when there is none."""
    found = location.of("conversations", contact["id"])
    if found:
        return found[0]
    now = world.clock.text()
    row = {
        "id": new_id(), "contactId": contact["id"], "locationId": location.id, "dateAdded": now, "dateUpdated": now,
        "lastMessageDate": now, "lastMessageBody": "", "lastMessageType": MEDIA[medium].listed, "unreadCount": 0,
        "medium": medium, "starred": False, "deleted": False, "inbox": True,
    }  # fmt: skip
    location["conversations"][row["id"]] = row
    location.found_conversations.put(row["id"], row, lag=world.options.lag)
    world.revision += 1
    return row


def say(world: World, location: Location, contact: Row, medium: str, given: Row) -> Row:
    """The prospect writes or calls."""
    row = _message(world, location, contact, medium, {**given, "direction": "inbound"})
    world.event("InboundMessage", location, told(world, location, contact, row), subject=contact["id"])
    if medium == "sms" and world.options.stop_words:
        _obey(world, location, contact, str(given.get("body", "")))
    return row


def answer(world: World, location: Location, contact: Row, medium: str, given: Row) -> Row:
    """Somebody of the location, or the API for them, writes to the prospect."""
    row = _message(world, location, contact, medium, {**given, "direction": "outbound"})
    world.event("OutboundMessage", location, told(world, location, contact, row), subject=contact["id"])
    return row


def _message(world: World, location: Location, contact: Row, medium: str, given: Row) -> Row:
    box, kind, now = conversation(world, location, contact, medium), MEDIA[medium], world.clock.text()
    default = {"call": "completed", "voicemail": "voicemail"}.get(medium, "delivered")
    row: Row = {
        "id": new_id(), "type": kind.number, "messageType": kind.listed, "locationId": location.id, "medium": medium,
        "contactId": contact["id"], "conversationId": box["id"], "dateAdded": now, "status": default,
        "contentType": "text/html" if medium == "email" else "text/plain", "attachments": [], **given,
    }  # fmt: skip
    if medium == "email":
        row.setdefault("emailMessageId", new_id())
        row.setdefault("threadId", row["emailMessageId"])
    location["messages"][row["id"]] = row
    inbound = row["direction"] == "inbound"
    box.update(
        lastMessageBody=row.get("body", ""), lastMessageType=kind.listed, lastMessageDate=now, dateUpdated=now,
        unreadCount=box["unreadCount"] + 1 if inbound else 0, medium=medium, lastMessageDirection=row["direction"],
    )  # fmt: skip
    location.found_conversations.put(box["id"], box, lag=world.options.lag)
    world.revision += 1
    return row


def told(world: World, location: Location, contact: Row, row: Row) -> Row:
    """The fields of a message's event; the traps of the real one are kept."""
    medium, kind = row["medium"], MEDIA[row["medium"]]
    inbound = row["direction"] == "inbound"
    fields: Row = {key: row[key] for key in ("attachments", "contactId", "conversationId", "dateAdded", "direction")}
    fields["messageType"] = kind.told if inbound or medium != "voicemail" else "VoiceMail"
    if medium not in ("call", "voicemail"):
        fields["body"] = row.get("body", "")
    if not inbound:
        fields["source"] = row.get("source", "app")
        fields |= {"userId": row["userId"]} if row.get("userId") else {}
    if medium == "email":
        return fields | _mail(location, contact, row, inbound=inbound)
    fields |= {"status": row["status"], "messageTypeId": kind.number, "messageTypeString": kind.listed}
    if world.options.message_ids or medium != "sms":
        fields["messageId"] = row["id"]
    if medium in ("call", "voicemail"):
        fields |= {"callDuration": row["callDuration"], "callStatus": "completed"} if "callDuration" in row else {}
    else:
        fields["contentType"] = row["contentType"]
    return fields | (_numbers(location, contact, inbound=inbound) if kind.box == "TYPE_PHONE" else {})


def _numbers(location: Location, contact: Row, *, inbound: bool) -> Row:
    theirs, ours = contact.get("phone"), location.row["phone"]
    return {"from": theirs, "to": ours} if inbound and theirs else {"from": ours, "to": theirs} if theirs else {}


def _mail(location: Location, contact: Row, row: Row, *, inbound: bool) -> Row:
    theirs, ours = contact.get("email") or "", location.row["email"]
    name = contact_rows.full_name(contact) if inbound else location.row["name"]
    sender, reader = (theirs, ours) if inbound else (ours, theirs)
    fields = {
        "emailMessageId": row["emailMessageId"], "threadId": row["threadId"], "subject": row.get("subject", ""),
        "from": f"{name} <{sender}>", "to": reader, "ccList": [], "bccList": [],
    }  # fmt: skip
    return fields if inbound else {**fields, "plainText": re.sub(r"<[^>]+>", " ", row.get("body", "")).strip()}


def _obey(world: World, location: Location, contact: Row, text: str) -> None:
    """A carrier's rule: STOP by SMS switches DND for SMS on, START off again."""
    word = text.strip().strip(".!").casefold()
    if word in _STOP | _START:
        status = "active" if word in _STOP else "inactive"
        setting: dict[str, Any] = {"status": status, "message": "STOP keyword", "code": "101"}
        contact_rows.update(world, location, contact, {"dndSettings": {"SMS": setting}})
