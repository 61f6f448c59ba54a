"""What is known about whether a lead may be contacted? Gathered in four queries; leads/contact decides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max
from django.utils.timezone import now

from enterprisehub.ghl.models import OutboundCall, State
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current
from leads.contact import Facts, Line, Talked, Verdict, may_contact, rules_of
from leads.models import Consent, Lead, Message, Speaker, Stage

LOOKS_BACK: Final = timedelta(days=8)
MOST: Final = 500  # messages of the last days that are counted
SENT: Final = "sent-"
"""What the ids of messages begin with that went out through the gate; the purpose follows."""


def verdict(lead: Lead, *, medium: str, purpose: str, at: datetime | None = None) -> Verdict:
    """May this lead be contacted? For several media at once take `facts_of` and ask leads/contact yourself."""
    at = at or now()
    return may_contact(facts_of(lead, at=at), medium=medium, purpose=purpose, at=at)


def facts_of(lead: Lead, *, at: datetime | None = None, tenant: Tenant | None = None, without: str = "") -> Facts:
    """The facts as of `at`. Five queries, one less with the tenant at hand. `without` is the key of a message that waits and
    does not count: the one that is asked about.
    """
    settings, zone = (
        (tenant.settings, tenant.timezone)
        if tenant
        else Tenant.objects.values_list("settings", "timezone").get(pk=current())
    )
    talk, wrote = _talk(lead, at or now(), without=without)
    rules = rules_of(settings)
    came = [lead.created_at] if lead.source.casefold() in rules.inquiry_sources else []
    return Facts(
        overlay=lead.overlay,
        deleted=lead.deleted_at is not None,
        dnd=lead.dnd,
        ledger=ledger_of(lead),
        phone=lead.phone,
        email=lead.email,
        contact_id=lead.contact_id,
        timezones=(lead.timezone,) if lead.timezone else (),
        state=lead.state,
        wrote=frozenset(wrote),
        inquired_at=max([*wrote.values(), *came], default=None),
        closed_at=lead.stage_since if lead.stage == Stage.CLOSED else None,
        talk=talk,
        rules=rules,
        zone=zone,
    )


def ledger_of(lead: Lead) -> tuple[Line, ...]:
    """The ledger's lines, oldest first."""
    rows = Consent.objects.filter(lead=lead).order_by("at", "id")
    return tuple(
        Line(given, medium, purpose, at, bool(text.strip() or quote.strip()), source)
        for given, medium, purpose, at, text, quote, source in rows.values_list(
            "given", "medium", "purpose", "at", "text", "quote", "source"
        )
    )


def key_of(purpose: str, medium: str, key: str) -> str:
    """The key under which a message is promised to HighLevel: what it is for can be read from it while it waits."""
    return f"{SENT}{purpose}:{medium}:{key}"[:120]


def _talk(lead: Lead, at: datetime, *, without: str) -> tuple[tuple[Talked, ...], dict[str, datetime]]:
    """The talk of the last days, and by medium when they last wrote."""
    said = Message.objects.filter(lead=lead).order_by("-at")
    recent = said.filter(at__gt=at - LOOKS_BACK).values_list("speaker", "conversation__medium", "at", "client_id")[
        :MOST
    ]
    talk = [Talked(speaker, medium, when, _purpose(sender)) for speaker, medium, when, sender in recent]
    ever = said.filter(speaker=Speaker.PROSPECT, at__lte=at).order_by().values_list("conversation__medium")
    return (*talk, *_waiting(lead, without=without)), dict(ever.annotate(Max("at")))


def _waiting(lead: Lead, *, without: str) -> list[Talked]:
    """What is on its way counts as said, or two could pass where one may."""
    if not lead.contact_id:
        return []
    rows = OutboundCall.objects.filter(contact_id=lead.contact_id, state=State.WAITING, key__startswith=SENT)
    return [
        Talked(Speaker.AGENT, key.split(":")[1], at, _purpose(key))
        for key, at in rows.exclude(key=without).values_list("key", "created_at")[:MOST]
    ]


def _purpose(sender: str) -> str:
    return sender.removeprefix(SENT).partition(":")[0] if sender.startswith(SENT) else ""
