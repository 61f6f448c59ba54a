"""What is said on the socket? The client's messages, the server's events, and the frames they travel in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from enterprisehub.errors import Invalid

JSON_PROTOCOL = "ehub.json.v1"
HTML_PROTOCOL = "ehub.html.v1"
TICKET_PROTOCOL = "ehub.ticket."  # followed by the ticket: for clients that keep secrets out of addresses
MAX_FRAME = 32 * 1024  # bytes of one client message

SERVER_EVENTS: dict[str, str] = {
    "suggestion": "A card, or the next revision of one.",
    "suggestion.delta": "The words of a card's line while they are still being written; never numbered.",
    "objection.alert": "A message that needs care before anything is said.",
    "status": "Something happened that is not a card: see payload.state.",
    "error": "A message of yours was refused; never numbered.",
    "resync": "What was missed is beyond the window: load afresh, then go on from payload.seq; never numbered.",
}

# An id chosen by the client: anything printable, so that nothing in it can hurt a log, a key or a page.
ClientId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,80}$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,64}$")]
Number = Annotated[int, Field(ge=0, lt=2**63)]
Topic = Annotated[str, StringConstraints(max_length=120)]


class ClientMessage(BaseModel):
    """What a client may send; forms send every value as text and a HEADERS key, so extra keys are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Subscribe(ClientMessage):
    """From now on only these topics (`claude.<agent>.<type>`) are sent; an empty list means all of them again."""

    topics: Annotated[list[Topic], Field(max_length=20)]


class Resume(ClientMessage):
    """I hold everything up to last_seq: send what follows."""

    last_seq: Number


class Ack(ClientMessage):
    """I have shown everything up to seq."""

    seq: Number


class Typing(ClientMessage):
    """The agent is writing to this lead: for the agent's other screens."""

    lead: Reference


BASIC_MESSAGES: dict[str, type[ClientMessage]] = {
    "subscribe": Subscribe,
    "resume": Resume,
    "ack": Ack,
    "typing": Typing,
}


def parse(text: str, known: dict[str, type[ClientMessage]]) -> tuple[str, ClientMessage]:
    """The message's type and its checked content; raises Invalid with a sentence that quotes nothing of it."""
    given = _object(text)
    if given is None:
        raise Invalid("A message is a JSON object in a text frame.")
    kind = given.get("type")
    model = known.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise Invalid(f"The type is one of {', '.join(sorted(known))}.", field="type")
    try:
        return str(kind), model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = str(first["loc"][0]) if first["loc"] else ""
        raise Invalid(f"{where or 'The message'} is missing or not as documented.", field=where) from None


def reference(text: str) -> str:
    """The `id` in a message that was refused, so that its sender can tell which one it was; else empty."""
    found = (_object(text) or {}).get("id")
    return found if isinstance(found, str) and re.fullmatch(r"[\x21-\x7e]{1,80}", found) else ""


def _object(text: str) -> dict[str, Any] | None:
    try:
        given = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


@dataclass(frozen=True)
class Address:
    """Whose screens an event is for."""

    tenant: UUID
    agent: UUID


@dataclass
class Frame:
    """One event as it is sent. `text` is its JSON, made once for every screen; `seq` is None for direct answers."""

    seq: int | None
    type: str
    text: str
    sender: str = ""  # the screen that whispers it, which needs no echo
    missed: bool = False  # replayed, not live
    drawn: str = ""  # its HTML, made once per process

    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found


def topic(agent: UUID, kind: str) -> str:
    return f"claude.{agent}.{kind}"


def own_topics(agent: UUID) -> dict[str, str]:
    """Every topic that this agent's socket may ask for, and the event type that it stands for."""
    return {topic(agent, kind): kind for kind in SERVER_EVENTS}


def numbered(address: Address, kind: str, payload: dict[str, Any], *, seq: int, at: datetime) -> Frame:
    """The frame of an event that was kept: it is replayed with the same number and the same time."""
    return Frame(seq, kind, _encode(address, seq, kind, payload, at))


def direct(address: Address, kind: str, payload: dict[str, Any]) -> Frame:
    """The frame of an answer to this socket alone: no number, not replayed."""
    return Frame(None, kind, _encode(address, None, kind, payload, datetime.now(UTC)))


def _encode(address: Address, seq: int | None, kind: str, payload: dict[str, Any], at: datetime) -> str:
    card = payload.get("card")
    about = card if isinstance(card, dict) else payload
    event = {
        "seq": seq,
        "type": kind,
        "payload": payload,
        "metadata": {
            "timestamp": at.isoformat(),
            "source": about.get("source") or "system",
            "urgency": about.get("urgency") or "low",
            "agent": str(address.agent),
            "tenant": str(address.tenant),
            "topic": topic(address.agent, kind),
        },
    }
    return _encoder.encode(event)


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def pack(frame: Frame) -> bytes:
    """The frame on its way between processes: number, type, sender and the finished JSON, so that nobody encodes it again."""
    seq = "-" if frame.seq is None else str(frame.seq)
    return f"{seq} {frame.type} {frame.sender}\n{frame.text}".encode()


def unpack(packed: bytes) -> Frame:
    """The frame that `pack` packed; raises ValueError for anything else."""
    head, mark, text = packed.decode().partition("\n")
    words = head.split(" ")
    if not mark or len(words) != 3:
        raise ValueError("not a packed frame")
    seq, kind, sender = words
    return Frame(None if seq == "-" else int(seq), kind, text, sender)
