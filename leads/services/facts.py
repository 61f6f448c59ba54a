"""What does a person do about a fact? Confirm it, correct it, enter one, or erase it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import now

from enterprisehub.errors import Invalid, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Agent
from leads import profile
from leads.models import Change, Lead, SlotFact
from leads.services import wishing
from leads.services.learning import SETTLED, clock, recent, settle
from leads.services.telling import tell_known
from leads.slots import SLOTS, Kind, Value
from leads.values import typed


@transaction.atomic
def confirm(lead: Lead, name: str, value: Value | None, *, by: Agent | None) -> Lead:
    """The fact is right: a person says so, and doubt about it ends. `value` tells which one where a slot has several."""
    locked = _locked(lead)
    entry = _entry(locked, name, value)
    kept = {**entry, "confirmed_by": _who(by), "confidence": 1.0, "contradiction": False, "at": now().isoformat()}
    rest = [one for one in locked.profile if one is not entry]
    return _write(locked, [*rest, kept], Change.CONFIRMED, kept, by=by)


@transaction.atomic
def correct(lead: Lead, name: str, text: str, *, by: Agent | None, instead_of: Value | None = None) -> Lead:
    """A person knows better, or enters what nobody said: the value stands as confirmed. Invalid says what it must look like."""
    kind = SLOTS.get(name)
    if kind is None:
        raise Invalid("There is no such slot.", field="name")
    locked = _locked(lead)
    value = _value(kind, text, at=clock(locked, now()))
    before = next((one for one in locked.profile if _is(one, name, instead_of)), None)
    entry = profile.entered(name, value, at=now(), agent=_who(by))
    if before is not None:
        entry["earlier"] = before["value"]
    several = kind.several and instead_of is None
    rest = [one for one in locked.profile if several or not _is(one, name, instead_of)]
    rest = [one for one in rest if not (one["name"] == name and one["value"] == value)]
    return _write(locked, [*rest, entry], Change.EDITED, entry, by=by)


@transaction.atomic
def erase(lead: Lead, name: str, value: Value | None, *, by: Agent | None) -> Lead:
    """The fact goes from the profile; the history keeps that it was erased, without the value."""
    locked = _locked(lead)
    gone = forget(locked, _entry(locked, name, value), by=by)
    return _settled(locked, Change.ERASED, gone, by=by)


def forget(lead: Lead, entry: dict[str, Any], *, by: Agent | None) -> dict[str, Any]:
    """Take this entry out of the profile and its values out of the history; the lead itself is the caller's to save."""
    lead.profile = [one for one in lead.profile if one is not entry]
    known = SlotFact.objects.filter(lead=lead, name=entry["name"], value=entry["value"])
    known.update(value=None, quote="", earlier=None)
    blank = {**entry, "value": None, "quote": "", "earlier": None, "message": None, "start": 0, "end": 0}
    _note(lead, Change.ERASED, blank, by=by)
    return blank


def written(value: Value) -> str:
    """A value as a person would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.12g}" if isinstance(value, float) and abs(value) < 1e12 else str(value)


def history(lead: Lead, *, most: int = 60) -> list[SlotFact]:
    """What became known of this lead, newest first."""
    return list(SlotFact.objects.filter(lead=lead).select_related("agent", "message")[:most])


def _locked(lead: Lead) -> Lead:
    found: Lead = Lead.objects.select_for_update().get(pk=lead.pk)
    return found


def _entry(lead: Lead, name: str, value: Value | None) -> dict[str, Any]:
    found: dict[str, Any] | None = next((one for one in lead.profile if _is(one, name, value)), None)
    if found is None:
        raise NotFound("This is not among what is known of the lead.", field="name")
    return found


def _is(entry: dict[str, Any], name: str, value: Value | None) -> bool:
    return entry["name"] == name and (value is None or _plain(entry["value"]) == _plain(value))


def _plain(value: object) -> str:
    # 450000, 450000.0 and "450000" are one number
    try:
        return repr(float(str(value)))
    except ValueError:
        return str(value).casefold()


def _who(by: Agent | None) -> str:
    # somebody who runs the house without an agent profile is a person all the same; the audit row names them
    return str(by.pk) if by is not None else "person"


def _value(kind: Kind, text: str, *, at: datetime) -> Value:
    value = typed(kind, text, now=at)
    if value is None:
        wanted = f"one of {', '.join(kind.choices)}" if kind.choices else kind.type
        raise Invalid(f"This value must be {wanted}.", field="value")
    return value


def _write(lead: Lead, entries: list[dict[str, Any]], change: str, entry: dict[str, Any], *, by: Agent | None) -> Lead:
    lead.profile = entries
    _note(lead, change, entry, by=by)
    return _settled(lead, change, entry, by=by)


def _note(lead: Lead, change: str, entry: dict[str, Any], *, by: Agent | None) -> None:
    SlotFact.objects.create(
        lead=lead,
        message_id=entry["message"],
        name=entry["name"],
        value=entry["value"],
        earlier=entry["earlier"],
        unit=entry["unit"],
        quote=entry["quote"],
        start=entry["start"],
        end=entry["end"],
        confidence=entry["confidence"],
        extractor=entry["extractor"],
        offered=entry["offered"],
        change=change,
        agent=by,
    )


def _settled(lead: Lead, change: str, entry: dict[str, Any], *, by: Agent | None) -> Lead:
    found = settle(lead, history=recent(lead))
    lead.save(update_fields=["profile", *SETTLED])
    record(f"lead.fact.{change}", lead, slot=entry["name"])
    tell_known(lead, found.next, also=[by.pk if by else None])
    wishing.wish(lead.pk)
    return lead
