"""How does anything get to a prospect? This is the only door: the verdict, its trace, and the promise to HighLevel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, Final

from django.db import transaction
from django.utils.timezone import now

from enterprisehub.errors import Invalid
from enterprisehub.ghl import outbox
from enterprisehub.ghl.models import Connection, OutboundCall
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Agent, Tenant
from enterprisehub.tenants.scope import current
from leads.contact import Verdict, may_contact, rules_of
from leads.contact.facts import MEDIA, PURPOSES
from leads.contact.rules import Rules
from leads.contact.verdict import refused
from leads.models import Lead, Message, Purpose, Said, Speaker
from leads.services.people import MAX_TEXT, conversation_of, take_in
from leads.services.reachable import SENT, facts_of, key_of

# What HighLevel calls a message of this medium. A call is made by a person; of a social message it is not known which network.
TYPES: Final = {"sms": "SMS", "email": "Email", "chat": "Live_Chat"}
URGENT: Final = frozenset({"reply", "opt_out"})


@dataclass(frozen=True)
class WordsToSend:
    """What is to be sent. `key` names it: the same key is sent once. `subject` is an e-mail's; `text` is plain."""

    medium: str
    text: str
    key: str
    purpose: str = Purpose.MARKETING
    subject: str = ""
    agent: Agent | None = None


@transaction.atomic
def send(lead: Lead, words: WordsToSend, *, at: datetime | None = None) -> Verdict:
    """Ask the gate and, if it allows, promise the message to HighLevel; either way the decision is in the audit trail.

    The lead's row is locked, so that two at once cannot pass where one may. What was promised under the same key is not
    promised again. The words join the conversation when HighLevel has taken them (`settled`). Raises Invalid for words
    that nobody could send.
    """
    _check(words)
    locked: Lead = Lead.objects.select_for_update().get(pk=lead.pk)
    tenant, key, at = Tenant.objects.get(pk=current()), key_of(words.purpose, words.medium, words.key), at or now()
    facts = facts_of(locked, at=at, tenant=tenant)
    before = OutboundCall.objects.filter(key=key, contact_id=locked.contact_id).exists()
    told = may_contact(facts, medium=words.medium, purpose=words.purpose, at=at)
    if before:
        return Verdict(True, "ok", "It was sent already.", None, told.rule)
    if told.allow:
        told = _sendable(locked, words) or told
    if told.sends:
        urgent = words.purpose in URGENT
        written = _written(words, rules_of(tenant.settings))
        outbox.write("message.send", contact_id=locked.contact_id, key=key, urgent=urgent, **written)
    _trace(locked, words, told)
    return told


def settled(call: OutboundCall) -> Message | None:
    """A message that HighLevel took becomes the agent's words in our conversation, once; one that was given up does not.

    Its own echo is known by the ids in ghl.models.Written, which are kept in the same transaction.
    """
    lead = Lead.objects.filter(contact_id=call.contact_id).select_related("agent").first()
    if lead is None or not call.key.startswith(SENT) or call.done_at is None or call.state != "done":
        return None
    purpose, medium, _ = call.key.removeprefix(SENT).split(":", 2)
    said = Said(call.arguments["message"], Speaker.AGENT, f"{SENT}{purpose}:{call.pk}", call.done_at)
    message, _ = take_in(conversation_of(lead, lead.agent, medium), said)
    return message


def still(call: OutboundCall) -> str:
    """Asked again right before a message leaves: "" when it may, else the gate's reason. It may have waited into the night."""
    if not call.key.startswith(SENT):
        return "not_through_the_gate"
    lead = Lead.objects.filter(contact_id=call.contact_id).first()
    if lead is None:
        return "no_lead"
    purpose, medium, _ = call.key.removeprefix(SENT).split(":", 2)
    at = now()
    told = may_contact(facts_of(lead, at=at, without=call.key), medium=medium, purpose=purpose, at=at)
    if not told.sends:
        record("contact.held_back", lead, medium=medium, purpose=purpose, reason=told.reason, rule=told.rule.id)
    return "" if told.sends else told.reason


def _check(words: WordsToSend) -> None:
    if words.medium not in MEDIA or words.purpose not in PURPOSES:
        raise Invalid("Say in which medium and for which purpose.", field="medium")
    if not words.key:
        raise Invalid("A message needs a key, so that it is sent once.", field="key")
    if not words.text.strip() or len(words.text) > MAX_TEXT:
        raise Invalid(f"A message has 1 to {MAX_TEXT} characters.", field="text")
    if words.medium == "email" and not words.subject.strip():
        raise Invalid("An e-mail needs a subject.", field="subject")


def _sendable(lead: Lead, words: WordsToSend) -> Verdict | None:
    if words.medium not in TYPES:
        return refused("not_sendable")
    if not lead.contact_id:
        return refused("not_linked")
    connected = Connection.objects.exclude(standing__in=outbox.GONE).exists()
    return None if connected else refused("not_connected")


def _written(words: WordsToSend, rules: Rules) -> dict[str, Any]:
    """The properties of HighLevel's message. Plain words go along with an e-mail's: they are what our conversation shows."""
    text = words.text.replace("\x00", "").strip()
    if words.medium != "email":
        return {"type": TYPES[words.medium], "message": text}
    parts = [text, *([footer(rules)] if words.purpose == Purpose.MARKETING else [])]
    html = "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in "\n\n".join(parts).split("\n\n"))
    return {"type": TYPES["email"], "message": text, "html": html, "subject": words.subject.strip()[:300]}


def footer(rules: Rules) -> str:
    """What CAN-SPAM wants at the end of an offer: who writes from where, and how to hear no more."""
    way = f"Unsubscribe: {rules.unsubscribe}" if rules.unsubscribe else "To hear no more from us, reply “unsubscribe”."
    return f"{rules.postal_address}\n{way}"


def _trace(lead: Lead, words: WordsToSend, told: Verdict) -> None:
    later = told.next_at.isoformat() if told.next_at else None
    facts: dict[str, Any] = {"allow": told.sends, "reason": told.reason, "rule": told.rule.id, "next_at": later}
    record("contact.send", lead, medium=words.medium, purpose=words.purpose, **facts)
