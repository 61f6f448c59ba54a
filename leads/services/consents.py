"""How is a consent recorded or taken back, and what follows from it at once, here and in HighLevel?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.timezone import now

from enterprisehub.errors import Conflict, Invalid
from enterprisehub.ghl import outbox
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Membership, Tenant
from enterprisehub.tenants.scope import current
from leads.contact.ledger import ANY, opted_out_since
from leads.contact.rules import rules_of
from leads.models import Consent, Lead, Medium, Message, Overlay, Purpose, StageMove
from leads.optout import OptOut
from leads.services.reachable import ledger_of
from leads.services.sending import WordsToSend, send
from leads.services.stopping import stop

MEDIA: Final = (*Medium.values, ANY)
# What HighLevel calls the media for which do-not-disturb can be set; one medium of ours may be several of theirs.
REMOTE: Final[Mapping[str, tuple[str, ...]]] = {
    "sms": ("SMS", "WhatsApp", "RCS"), "call": ("Call",), "email": ("Email",), "social": ("FB", "GMB"),
}  # fmt: skip
LINKED: Final = "dnd:linked:"
CONFIRMATION: Final[Mapping[str, str]] = {
    "en": "You will get no more messages from us. Thank you for telling us.",
    "es": "No recibirá más mensajes nuestros. Gracias por avisarnos.",
}


@dataclass(frozen=True)
class Statement:
    """What somebody agreed to or took back: in which medium ("any" = all), for which purpose, and how that is known.

    `text` is what they were shown, in the version `text_version`; `quote` their own words. A statement that is taken back
    for the purpose `opt_out` means "leave me alone".
    """

    source: str
    medium: str = ANY
    purpose: str = Purpose.MARKETING
    text: str = ""
    text_version: str = ""
    quote: str = ""
    message: Message | None = None
    confidence: float = 1.0
    by: Membership | None = None
    ip: str | None = None
    at: datetime | None = None


@transaction.atomic
def give(lead: Lead, said: Statement) -> Consent:
    """They agreed. After an opt-out only what is documented counts: Invalid without the text or their words.

    A documented consent takes do-not-contact off, and the do-not-disturb that we set in HighLevel for that medium.
    """
    _check(said, given=True)
    locked: Lead = Lead.objects.select_for_update().get(pk=lead.pk)
    out = _opted_out(locked, said.medium)
    if out and not (said.text.strip() or said.quote.strip()):
        raise Invalid("They had opted out: record what they were shown, or their own words.", field="text")
    line = _line(locked, said, given=True)
    if out:
        _lift(locked, line)
    _copy(lead, locked)
    record("consent.give", lead, medium=said.medium, purpose=said.purpose, source=said.source, after_opt_out=bool(out))
    return line


@transaction.atomic
def take_back(lead: Lead, said: Statement, *, confirm: bool = False) -> Consent:
    """They took it back. As an opt-out it stops everything that waits, is mirrored to HighLevel, and freezes the lead when it
    is about every medium. `confirm` asks for the one confirmation text, if the gate allows it.
    """
    _check(said, given=False)
    locked: Lead = Lead.objects.select_for_update().get(pk=lead.pk)
    line = _line(locked, said, given=False)
    stopped = (0, 0)
    if said.purpose == Purpose.OPT_OUT:
        _freeze(locked, line)
        stopped = stop(locked, (said.medium,), reason="opted_out")
        if confirm:
            _confirm(locked, line)
        mirror(locked, (said.medium,), on=True, key=f"dnd:{line.pk}")
    _copy(lead, locked)
    how: dict[str, Any] = {"medium": said.medium, "purpose": said.purpose, "source": said.source}
    record("consent.take_back", lead, denied=stopped[0], kept_back=stopped[1], **how)
    return line


def heard(message: Message, left: OptOut) -> Consent:
    """A prospect's own words ask for it: everything stops, or only the medium that they named; a text is confirmed once."""
    medium = ANY if left.opt_out else left.scope
    said = Statement(
        source="message",
        medium=medium,
        purpose=Purpose.OPT_OUT,
        quote=left.quote,
        message=message,
        confidence=left.confidence,
        at=min(message.at, now()),
    )
    lead = message.conversation.lead
    line = take_back(lead, said, confirm=left.opt_out and message.conversation.medium == Medium.SMS)
    if left.wrong_number and lead.phone:
        wrong_number(lead)
    return line


@transaction.atomic
def wrong_number(lead: Lead) -> Lead:
    """The number is somebody else's: no text and no call goes to it. Another number of theirs may be used."""
    if not lead.phone:
        raise Conflict("There is no number on record.", field="phone")
    locked: Lead = Lead.objects.select_for_update().get(pk=lead.pk)
    entry = {"on": True, "by": "wrong_number", "at": now().isoformat(), "number": locked.phone}
    for medium in (Medium.SMS, Medium.CALL):
        if not _is(locked, medium, "opt_out"):
            locked.dnd[medium.value] = entry
    locked.save(update_fields=["dnd"])
    stop(locked, (Medium.SMS, Medium.CALL), reason="wrong_number")
    _copy(lead, locked)
    record("contact.wrong_number", lead)
    return lead


def frozen(lead: Lead) -> None:
    """A person, or a rule, moved the lead to do-not-contact: what waits is stopped and HighLevel told, as for an opt-out."""
    stop(lead, (ANY,), reason="dnc")
    mirror(lead, (ANY,), on=True, key=f"dnd:overlay:{lead.pk}:{now():%Y%m%d%H%M%S%f}")


def linked(lead: Lead) -> None:
    """HighLevel knows this lead from now on: what they refused before that is set there too, once."""
    if lead.overlay == Overlay.DNC:
        media: tuple[str, ...] = (ANY,)
    else:
        media = tuple(medium for medium in lead.dnd if _is(lead, medium, "opt_out"))
    if media:
        mirror(lead, media, on=True, key=f"{LINKED}{lead.pk}:{lead.contact_id}"[:120])
        record("contact.dnd_kept", lead, media=sorted(media))


def mirror(lead: Lead, media: tuple[str, ...], *, on: bool, key: str) -> None:
    """Set HighLevel's do-not-disturb like ours; nothing for a lead that HighLevel does not know."""
    if not lead.contact_id:
        return
    if ANY in media:
        outbox.write("contact.dnd", contact_id=lead.contact_id, key=key, urgent=True, dnd=on)
        return
    status = "active" if on else "inactive"
    names = [name for medium in media for name in REMOTE.get(medium, ())]
    if names:
        settings = {name: {"status": status, "message": "Set by EnterpriseHub", "code": ""} for name in names}
        outbox.write("contact.dnd", contact_id=lead.contact_id, key=key, urgent=True, dndSettings=settings)


def lines(lead: Lead) -> list[Consent]:
    """The ledger as it is shown, newest first."""
    return list(Consent.objects.filter(lead=lead).select_related("by__user")[:100])


def _check(said: Statement, *, given: bool) -> None:
    if said.medium not in MEDIA:
        raise Invalid(f"The medium is one of {', '.join(MEDIA)}.", field="medium")
    if said.purpose not in Purpose.values or (given and said.purpose == Purpose.OPT_OUT):
        raise Invalid("One agrees to reply, service or marketing; opt_out can only be taken back.", field="purpose")
    if not said.source.strip():
        raise Invalid("Say where this is known from.", field="source")
    if said.at is not None and said.at > now():
        raise Invalid("What was said lies in the past.", field="at")


def _line(lead: Lead, said: Statement, *, given: bool) -> Consent:
    return Consent.objects.create(
        lead=lead,
        medium=said.medium,
        purpose=said.purpose,
        given=given,
        text=said.text,
        text_version=said.text_version,
        source=said.source,
        at=said.at or now(),
        message=said.message,
        quote=said.quote,
        confidence=said.confidence,
        by=said.by,
        ip=said.ip,
    )


def _opted_out(lead: Lead, medium: str) -> bool:
    asked = Medium.values if medium == ANY else [medium]
    ledger = ledger_of(lead)
    return lead.overlay == Overlay.DNC or any(opted_out_since(ledger, one) is not None for one in asked)


def _freeze(lead: Lead, line: Consent) -> None:
    lead.dnd[line.medium] = {"on": True, "by": "opt_out", "at": line.at.isoformat()}
    if line.medium == ANY and lead.overlay != Overlay.DNC:
        _over(lead, Overlay.DNC, line, reason="asked to be left alone")
        lead.hand_off = "opt_out"
    lead.save(update_fields=["dnd", "overlay", "overlay_reason", "hand_off"])


def _lift(lead: Lead, line: Consent) -> None:
    """They may be reached again where they said so; what else they refused stays refused in the ledger."""
    for medium in [*lead.dnd] if line.medium == ANY else [line.medium]:
        if _is(lead, medium, "opt_out"):
            lead.dnd[medium] = {"on": False, "by": "opt_out", "at": line.at.isoformat()}
    if lead.overlay == Overlay.DNC:
        _over(lead, Overlay.NONE, line, reason="a new consent is on record")
        lead.hand_off = ""
    lead.save(update_fields=["dnd", "overlay", "overlay_reason", "hand_off"])
    mirror(lead, (line.medium,), on=False, key=f"dnd:{line.pk}")
    if line.medium != ANY and lead.contact_id:  # the switch for everything goes off, the other media keep theirs
        mirror(lead, (ANY,), on=False, key=f"dnd:{line.pk}:any")
        others = tuple(medium for medium in REMOTE if medium != line.medium)
        mirror(lead, others, on=True, key=f"dnd:{line.pk}:others")


def _is(lead: Lead, medium: str, by: str) -> bool:
    entry = lead.dnd.get(medium) or {}
    return bool(entry.get("on")) and entry.get("by") == by


def _over(lead: Lead, overlay: Overlay, line: Consent, *, reason: str) -> None:
    mover = StageMove.Mover.PERSON if line.by_id else StageMove.Mover.RULE
    StageMove.objects.create(
        lead=lead,
        mover=mover,
        reason=reason,
        evidence={"message": str(line.message_id)} if line.message_id else {"note": f"consent {line.pk}"},
        from_stage=lead.stage,
        to_stage=lead.stage,
        from_overlay=lead.overlay,
        to_overlay=overlay,
    )
    lead.overlay, lead.overlay_reason = overlay, reason if overlay != Overlay.NONE else ""


def _confirm(lead: Lead, line: Consent) -> None:
    """The one confirmation, in their language; the gate knows whether it is due."""
    rules = rules_of(Tenant.objects.values_list("settings", flat=True).get(pk=current()))
    if not rules.confirm_opt_out:
        return
    language = "es" if lead.language.startswith("es") else "en"
    text = rules.confirm_text.get(language) or CONFIRMATION[language]
    send(lead, WordsToSend(Medium.SMS, text, key=f"optout:{line.pk}", purpose=Purpose.OPT_OUT))


def _copy(lead: Lead, locked: Lead) -> None:
    """The caller's object shows what the row holds now."""
    for name in ("dnd", "overlay", "overlay_reason", "hand_off"):
        setattr(lead, name, getattr(locked, name))
