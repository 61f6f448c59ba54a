"""What does HighLevel's do-not-disturb change here? Either side's "no" holds; its "yes" undoes only its own "no"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction

from enterprisehub.ghl.models import OutboundCall, State
from enterprisehub.privacy.audit import record
from leads.contact.ledger import ANY
from leads.models import Lead
from leads.services.consents import LINKED, REMOTE, mirror
from leads.services.stopping import stop

OURS: Final = {theirs: medium for medium, names in REMOTE.items() for theirs in names}
_ON: Final = frozenset({"active", "permanent"})


@transaction.atomic
def highlevel_dnd(lead: Lead, settings: Mapping[str, Any], at: datetime) -> Lead:
    """A contact's `dnd`, `dndSettings` and `inboundDndSettings` as HighLevel sent them, true at `at`; older news is ignored.

    What is missing says nothing. Somebody's own opt-out here outlasts a do-not-disturb that is switched off there, and is
    set there again.
    """
    locked: Lead = Lead.objects.select_for_update().get(pk=lead.pk)
    before = dict(locked.dnd)
    refused = [medium for medium, on in _said(settings).items() if not _take(locked, medium, on, at)]
    if locked.dnd != before:
        locked.save(update_fields=["dnd"])
        on = sorted(m for m, entry in locked.dnd.items() if entry["on"] and not (before.get(m) or {}).get("on"))
        off = sorted(m for m, entry in locked.dnd.items() if not entry["on"] and (before.get(m) or {}).get("on"))
        if on:
            stop(locked, on, reason="highlevel_dnd")
        record("contact.dnd", locked, on=on, off=off)
    promised = OutboundCall.objects.filter(contact_id=locked.contact_id, key__startswith=LINKED, state=State.WAITING)
    if refused and not promised.exists():
        mirror(locked, tuple(refused), on=True, key=f"dnd:again:{locked.pk}:{at.astimezone(UTC):%Y%m%d%H%M%S%f}")
        record("contact.dnd_kept", locked, media=sorted(refused))
    lead.dnd = locked.dnd
    return lead


def _said(settings: Mapping[str, Any]) -> dict[str, bool]:
    """Per medium of ours whether it is on; of several of theirs one is enough. What makes no sense says nothing."""
    found: dict[str, bool] = {}
    if isinstance(settings.get("dnd"), bool):
        found[ANY] = settings["dnd"]
    for name in ("dndSettings", "inboundDndSettings"):
        told = settings.get(name)
        for theirs, entry in told.items() if isinstance(told, Mapping) else ():
            medium = ANY if theirs == "all" else OURS.get(theirs)
            status = entry.get("status") if isinstance(entry, Mapping) else None
            # whom they do not want to hear from by their inbound settings is told apart from what may go out
            if medium and isinstance(status, str) and (name == "dndSettings" or status in _ON):
                found[medium] = found.get(medium, False) or status in _ON
    return found


def _take(lead: Lead, medium: str, on: bool, at: datetime) -> bool:
    """Enter it; False when an opt-out here stands against it."""
    entry = lead.dnd.get(medium) or {}
    if entry.get("on") and entry.get("by") == "opt_out":
        return on
    if entry.get("by") == "highlevel" and _older(at, str(entry.get("at"))):
        return True
    if bool(entry.get("on")) == on or (not on and entry.get("by") != "highlevel"):
        return True
    lead.dnd[medium] = {"on": on, "by": "highlevel", "at": at.astimezone(UTC).isoformat()}
    return True


def _older(at: datetime, known: str) -> bool:
    try:
        return at < datetime.fromisoformat(known)
    except (ValueError, TypeError):
        return False
