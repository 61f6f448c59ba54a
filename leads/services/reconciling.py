"""What does HighLevel have that we were never told of? It is found by asking, and taken in by the same way as an event."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.utils.timezone import now

from enterprisehub.errors import HubError
from enterprisehub.ghl.client import Client
from enterprisehub.ghl.models import (
    Connection,
    ContactSnapshot,
    InboundEvent,
    Reconciliation,
    Source,
    Standing,
    Written,
)
from enterprisehub.ghl.words import INBOUND, moment, spoken, text_of
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.scope import current, scope, unscoped
from enterprisehub.tenants.work import later, send
from leads.models import CrmRecord, Message

log = structlog.get_logger(__name__)
FIRST = timedelta(days=30)  # how far the first look goes back
OVERLAP = timedelta(hours=2)  # looked at again each time: HighLevel's search lags behind its writes
PAGE: Final = 100
MOST_PAGES: Final = 100  # of one kind in one go; the next look goes on from the same point in time
SAME: Final = timedelta(minutes=2)
MOST_GAPS: Final = 1_000  # that are kept by name


@dataclass
class _Look:
    """One comparison under way: what was seen, and the events that are missing."""

    client: Client
    connection: Connection
    since: datetime
    looked: int = 0
    missing: list[dict[str, Any]] = field(default_factory=list)
    whole: bool = True  # False when there was more than MOST_PAGES


def reconcile() -> Reconciliation | None:
    """Compare this tenant's location with what we have, and put what is missing into the inbox; None without a connection.

    Holds no transaction while it asks. What breaks it off is kept with what was found until then.
    """
    with scope(current()):
        connection = Connection.objects.filter(standing=Standing.ACTIVE).first()
        if connection is None:
            return None
        run = Reconciliation.objects.create()
        last = Reconciliation.objects.filter(trouble="").exclude(ended_at=None).order_by("-started_at").first()
    since = (last.started_at - OVERLAP) if last else run.started_at - FIRST
    look = _Look(Client.for_(connection), connection, since)
    trouble = ""
    try:
        for part in (_contacts, _messages, _deals):
            part(look)
    except HubError as error:
        trouble = error.code
        log.warning("reconciliation_broken_off", error=error.code)
    return _end(run, look, trouble or ("" if look.whole else "more_than_one_look"))


def all_of_them() -> int:
    """Ask the worker to compare every tenant that is connected; how many."""
    with unscoped("every tenant's location is compared by the clock"):
        tenants = list(Connection.objects.filter(standing=Standing.ACTIVE).values_list("tenant_id", flat=True))
    return sum(send("leads.reconcile", tenant, None, {}) for tenant in tenants)


def _end(run: Reconciliation, look: _Look, trouble: str) -> Reconciliation:
    with scope(current()):
        run.looked, run.missing, run.trouble = look.looked, len(look.missing), trouble
        run.gaps, run.ended_at = look.missing[:MOST_GAPS], now()
        run.repaired = sum(1 for gap in look.missing if gap["repaired"])
        run.save()
        record("highlevel.reconcile", run, looked=run.looked, missing=run.missing, repaired=run.repaired)
        if run.repaired:
            later("ghl.work", durable=False)
    return run


def _contacts(look: _Look) -> None:
    """Contacts that changed since; the newest first, so that the first old one ends it."""
    for page in range(1, MOST_PAGES + 1):
        answer = look.client.call(
            "contact.search", pageLimit=PAGE, page=page, sort=[{"field": "dateUpdated", "direction": "desc"}]
        )
        rows = [row for row in answer.get("contacts", []) if isinstance(row, dict)]
        fresh = [row for row in rows if (at := moment(row.get("dateUpdated"))) is None or at >= look.since]
        _missing_contacts(look, fresh)
        if len(fresh) < len(rows) or len(rows) < PAGE:
            return
    look.whole = False


def _missing_contacts(look: _Look, rows: list[dict[str, Any]]) -> None:
    look.looked += len(rows)
    ids = [text_of(row, "id") for row in rows]
    with scope(current()):
        seen = dict(ContactSnapshot.objects.filter(contact_id__in=ids).values_list("contact_id", "remote_at"))
        for row in rows:
            contact_id, at = text_of(row, "id"), moment(row.get("dateUpdated")) or moment(row.get("dateAdded")) or now()
            known = seen.get(contact_id)
            if known is None or known < at:
                event = _Missing("contact", contact_id, "ContactUpdate", contact_id, at, row)
                _put(look, event, f"contact:{contact_id}:{int(at.timestamp() * 1000)}")


def _messages(look: _Look) -> None:
    for row in _conversations(look):
        conversation_id, contact_id = text_of(row, "id"), text_of(row, "contactId")
        if conversation_id and contact_id:
            _missing_messages(look, contact_id, list(_said(look, conversation_id)))


def _conversations(look: _Look) -> Iterator[dict[str, Any]]:
    """Conversations in which something was said since, the latest first."""
    before: dict[str, Any] = {}
    for _ in range(MOST_PAGES):
        answer = look.client.call("conversation.search", limit=PAGE, sortBy="last_message_date", sort="desc", **before)
        rows = [row for row in answer.get("conversations", []) if isinstance(row, dict)]
        for row in rows:
            at = moment(row.get("lastMessageDate"))
            if at is not None and at < look.since:
                return
            yield row
        last = moment(rows[-1].get("lastMessageDate")) if rows else None
        if len(rows) < PAGE or last is None:
            return
        before = {"startAfterDate": int(last.timestamp() * 1000)}
    look.whole = False


def _said(look: _Look, conversation_id: str) -> Iterator[dict[str, Any]]:
    """The conversation's messages since, the latest first."""
    before: dict[str, Any] = {}
    for _ in range(MOST_PAGES):
        answer = look.client.call("message.list", conversation_id=conversation_id, limit=PAGE, **before)
        page = answer.get("messages")
        page = page if isinstance(page, dict) else {}
        for row in page.get("messages", []):
            at = moment(row.get("dateAdded"))
            if at is not None and at < look.since:
                return
            yield row
        if not page.get("nextPage") or not page.get("lastMessageId"):
            return
        before = {"lastMessageId": page["lastMessageId"]}
    look.whole = False


def _missing_messages(look: _Look, contact_id: str, rows: list[dict[str, Any]]) -> None:
    look.looked += len(rows)
    by_id = {row_id: row for row in rows if (row_id := text_of(row, "id"))}
    with scope(current()):
        unknown = by_id.keys() - _known_messages(by_id)
        unknown -= _told_without_id(contact_id, [by_id[one] for one in unknown])
    for row_id in sorted(unknown, key=lambda one: str(by_id[one].get("dateAdded"))):
        row = {
            **by_id[row_id],
            "contactId": contact_id,
            "messageTypeId": by_id[row_id].get("type"),
            "messageId": row_id,
        }
        if text_of(row, "messageType").endswith("EMAIL") and not text_of(row, "body"):
            row = {**row, **_email(look, row)}
        kind = "InboundMessage" if text_of(row, "direction").lower() == INBOUND else "OutboundMessage"
        at = moment(row.get("dateAdded")) or now()
        with scope(current()):
            _put(look, _Missing("message", row_id, kind, contact_id, at, row), f"message:{row_id}")


def _known_messages(ids: Iterable[str]) -> set[str]:
    """Those that were heard, those of calls that were written down, those that we wrote, those found before."""
    ids = list(ids)
    keys = {f"ghl:{one}": one for one in ids} | {f"ghl:{one}:0": one for one in ids}
    heard = {keys[key] for key in Message.objects.filter(client_id__in=keys).values_list("client_id", flat=True)}
    ours = set(Written.objects.filter(kind="message", remote_id__in=ids).values_list("remote_id", flat=True))
    swept = {f"message:{one}": one for one in ids}
    found = InboundEvent.objects.filter(source=Source.SWEEP, external_id__in=swept).values_list(
        "external_id", flat=True
    )
    return heard | ours | {swept[key] for key in found}


def _told_without_id(contact_id: str, rows: list[dict[str, Any]]) -> set[str]:
    """Those that an event told without their id (HighLevel's own samples of texts have none): same words, same minute."""
    told = Message.objects.filter(lead__contact_id=contact_id, client_id__startswith="ghl:hook:")
    heard = list(told.values_list("text", "at")) if rows else []
    return {
        text_of(row, "id")
        for row in rows
        if (at := moment(row.get("dateAdded"))) is not None
        and any(text == spoken(row).text and abs(then - at) <= SAME for text, then in heard)
    }


def _email(look: _Look, row: Mapping[str, Any]) -> dict[str, Any]:
    """The list shows an e-mail without its body; without it the subject must do."""
    inner = row.get("meta") or {}
    ids = (inner.get("email") or {}).get("messageIds") if isinstance(inner, dict) else None
    try:
        answer = look.client.call("email.get", message_id=ids[0] if ids else text_of(row, "id"))
    except HubError:
        return {}
    told = answer.get("emailMessage", answer)
    return {name: told[name] for name in ("body", "subject") if name in told}


def _deals(look: _Look) -> None:
    """Deals whose stage or standing is another one than we know."""
    for page in range(1, MOST_PAGES + 1):
        answer = look.client.call("opportunity.search", limit=PAGE, page=page)
        rows = [row for row in answer.get("opportunities", []) if isinstance(row, dict)]
        look.looked += len(rows)
        with scope(current()):
            known = {
                remote_id: (stage, standing)
                for remote_id, stage, standing in CrmRecord.objects.filter(
                    kind="opportunity", remote_id__in=[text_of(row, "id") for row in rows]
                ).values_list("remote_id", "stage_id", "standing")
            }
            for row in rows:
                _deal(look, row, known)
        if len(rows) < PAGE:
            return
    look.whole = False


def _deal(look: _Look, row: dict[str, Any], known: Mapping[str, tuple[str, str]]) -> None:
    deal_id, stage, standing = text_of(row, "id"), text_of(row, "pipelineStageId"), text_of(row, "status").lower()
    if not deal_id or known.get(deal_id) == (stage, standing):
        return
    inner = row.get("contact")
    contact_id = text_of(row, "contactId") or (text_of(inner, "id") if isinstance(inner, dict) else "")
    at = moment(row.get("updatedAt")) or moment(row.get("dateUpdated")) or now()
    body = {**row, "contactId": contact_id}
    event = _Missing("opportunity", deal_id, "OpportunityUpdate", contact_id, at, body)
    _put(look, event, f"deal:{deal_id}:{stage}:{standing}:{int(at.timestamp())}")


@dataclass(frozen=True)
class _Missing:
    """Something that HighLevel has and we were not told of, as the event that would have told it."""

    kind: str
    id: str
    type: str
    subject: str
    at: datetime
    row: Mapping[str, Any]


def _put(look: _Look, one: _Missing, external_id: str) -> None:
    """Into the inbox, once; it is worked on as if HighLevel had told it."""
    body = {**one.row, "type": one.type, "locationId": look.connection.location_id}
    event = InboundEvent(
        source=Source.SWEEP,
        external_id=external_id[:80],
        type=one.type,
        subject=one.subject,
        occurred_at=one.at,
        body=json.dumps(body).encode(),
    )
    InboundEvent.objects.bulk_create([event], ignore_conflicts=True)
    new = InboundEvent.objects.filter(pk=event.pk).exists()
    if new:
        look.missing.append({"kind": one.kind, "id": one.id, "at": one.at.isoformat(), "repaired": True})
