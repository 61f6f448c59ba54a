"""How fast are HighLevel's webhooks kept, worked on and shown? Events of made-up locations, signed by a key of our own, and the ledger."""

from __future__ import annotations

import base64
import json
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection

from enterprisehub.benchmark import OBJECTIONS, Cast
from enterprisehub.ops.measures import spread
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import unscoped
from leads.models import Lead

MESSAGES_PER_SECOND = (
    50.0  # beyond that the rest are changes of contacts: no brokerage has more prospects writing at once
)
SETTLED_WITHIN = 60.0  # seconds after the last event


class Row(NamedTuple):
    """An event as the inbox has it."""

    id: str
    type: str
    state: str
    kept: datetime
    done: datetime | None


@dataclass
class Signer:
    """Stands for HighLevel: the server is told to trust this key."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def pem(self) -> str:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def post(self, at: float, event: dict[str, Any]) -> dict[str, Any]:
        """One line of the client's plan."""
        raw = json.dumps(event, separators=(",", ":")).encode()
        return {
            "id": event["webhookId"],
            "at": at,
            "path": "/webhooks/ghl/",
            "body": base64.b64encode(raw).decode(),
            "headers": {"x-ghl-signature": base64.b64encode(self.key.sign(raw)).decode()},
        }


def connect_locations(made: Cast) -> None:
    """Give each tenant of the cast a location, and each lead a contact there."""
    with unscoped("a benchmark connects its tenants"):
        for number, tenant in enumerate(made.tenants):
            Tenant.objects.filter(pk=tenant).update(location_id=f"{made.mark}-{number}")
        for lead in (one for leads in made.leads for one in leads):
            Lead.objects.filter(pk=lead).update(contact_id=_contact(lead))


def _contact(lead: UUID) -> str:
    return f"c{lead.hex}"


def events(made: Cast, rate: float, seconds: float, *, seed: int = 1) -> list[tuple[float, dict[str, Any]]]:
    """Arrivals at random moments; messages up to MESSAGES_PER_SECOND, what is more are changes of contacts."""
    chance = random.Random(seed)
    share = min(1.0, MESSAGES_PER_SECOND / rate)
    said = [0] * len(made.agents)
    planned: list[tuple[float, dict[str, Any]]] = []
    at = 0.0
    while (at := at + chance.expovariate(rate)) < seconds:
        seat = chance.randrange(len(made.agents))
        turn, said[seat] = said[seat], said[seat] + 1
        lead = made.leads[seat][turn % len(made.leads[seat])]
        mark = f"{made.mark}-m{len(planned)}"
        location = f"{made.mark}-{made.tenants.index(made.agents[seat].tenant_id)}"
        if chance.random() < share:
            planned.append((at, _message(mark, location, _contact(lead), OBJECTIONS[turn % len(OBJECTIONS)])))
        else:
            planned.append((at, _change(mark, location, _contact(lead))))
    return planned


def _envelope(mark: str, kind: str, location: str) -> dict[str, Any]:
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"type": kind, "locationId": location, "versionId": "bench", "timestamp": stamp, "webhookId": mark}


def _message(mark: str, location: str, contact: str, text: str) -> dict[str, Any]:
    return {
        **_envelope(mark, "InboundMessage", location),
        "contactId": contact,
        "conversationId": f"v{contact}",
        "messageId": mark,
        "body": text,
        "direction": "inbound",
        "messageType": "SMS",
        "messageTypeId": 2,
        "contentType": "text/plain",
        "status": "delivered",
        "attachments": [],
    }


def _change(mark: str, location: str, contact: str) -> dict[str, Any]:
    tags = {"tags": ["buyer", uuid4().hex[:8]]}
    return {**_envelope(mark, "ContactTagUpdate", location), "id": contact, "firstName": "Zoe", **tags}


def settle(made: Cast) -> list[Row]:
    """Every event of the cast as the inbox has it, once nothing waits or the time is over."""
    end = time.monotonic() + SETTLED_WITHIN
    while True:
        rows = _rows(made)
        if time.monotonic() > end or not any(row.state == "waiting" for row in rows):
            return rows
        time.sleep(0.5)


def _rows(made: Cast) -> list[Row]:
    sentence = (
        "SELECT external_id, type, state, received_at, processed_at FROM ghl_inboundevent WHERE tenant_id = ANY (%s)"
    )
    with unscoped("a benchmark reads its ledger"), connection.cursor() as cursor:
        cursor.execute(sentence, [made.tenants])
        return [Row(*row) for row in cursor.fetchall()]


def heard_twice(made: Cast) -> int:
    """Messages in the conversations of the cast beyond one for each event."""
    sentence = """
    SELECT (SELECT count(*) FROM leads_message WHERE tenant_id = ANY (%(ours)s) AND speaker = 'prospect')
         - (SELECT count(*) FROM ghl_inboundevent WHERE tenant_id = ANY (%(ours)s) AND type = 'InboundMessage')"""
    with unscoped("a benchmark reads its ledger"), connection.cursor() as cursor:
        cursor.execute(sentence, {"ours": made.tenants})
        row = cursor.fetchone()
    return max(0, row[0] if row else 0)


def judge(
    planned: list[tuple[float, dict[str, Any]]],
    seen: dict[str, Any],
    rows: list[Row],
    began: float,
) -> dict[str, Any]:
    """The figures, each from the planned moment of the event. `began` is the wall clock at the start."""
    states = {row.id: row.state for row in rows}
    ends = {row.id: row.done.timestamp() - began for row in rows if row.done is not None}
    messages = {event["webhookId"] for _, event in planned if event["type"] == "InboundMessage"}
    acks = {
        event["webhookId"]: (seen["acks"][event["webhookId"]] - at) * 1000
        for at, event in planned
        if event["webhookId"] in seen["acks"]
    }
    worked = {
        event["webhookId"]: (ends[event["webhookId"]] - at) * 1000
        for at, event in planned
        if event["webhookId"] in ends
    }
    cards = [
        (seen["cards"][event["webhookId"]] - at) * 1000 for at, event in planned if event["webhookId"] in seen["cards"]
    ]
    counted = dict.fromkeys(("done", "ignored", "dead", "waiting"), 0)
    for state in states.values():
        counted[state] += 1
    return {
        "ack": spread(list(acks.values())),
        "processed": spread(list(worked.values())),
        "processed_messages": spread([ms for name, ms in worked.items() if name in messages]),
        "card": spread(cards),
        "stages": _stages(planned, seen, rows, began),
        "sent": len(planned),
        "messages": len(messages),
        "acked": len(acks),
        "lost": sum(name not in states or states[name] == "waiting" for name in acks),
        "doubled": len(rows) - len(states),
        "states": counted,
        "statuses": seen["statuses"],
        "sent_per_second": round(len(seen["late"]) / max(0.001, seen["sending_s"]), 1),
        "acked_per_second": round(len(seen["acks"]) / max(0.001, seen["lasted_s"]), 1),
        "client": {"late": spread(seen["late"]), "cpu_ms_each": round(seen["cpu_s"] * 1000 / max(1, len(planned)), 3)},
    }


def _stages(
    planned: list[tuple[float, dict[str, Any]]], seen: dict[str, Any], rows: list[Row], began: float
) -> dict[str, Any]:
    """Where the time of those messages goes that brought a card: until the door read it, until its work was done, until it was shown."""
    at = {event["webhookId"]: moment for moment, event in planned}
    shown = [row for row in rows if row.done is not None and row.id in seen["cards"] and row.id in at]
    return {
        "kept": spread([(row.kept.timestamp() - began - at[row.id]) * 1000 for row in shown]),
        "worked": spread([(row.done - row.kept).total_seconds() * 1000 for row in shown if row.done]),
        "shown": spread([(seen["cards"][row.id] + began - row.done.timestamp()) * 1000 for row in shown if row.done]),
    }
