"""What that waits must not happen any more when somebody may not be contacted?"""

from __future__ import annotations

from collections.abc import Collection

from django.utils.timezone import now

from enterprisehub.ghl.models import OutboundCall, State
from leads.contact.ledger import ANY
from leads.models import Action, ActionState, Lead, Medium
from leads.services.reachable import SENT

WAITING = (ActionState.PROPOSED, ActionState.SNOOZED, ActionState.APPROVED)


def stop(lead: Lead, media: Collection[str], *, reason: str) -> tuple[int, int]:
    """Deny the waiting actions of these media (`any` = all), and keep from HighLevel what has not left; how many of each.

    Actions that reach nobody (a review, a note) have no medium and go on.
    """
    named = Medium.values if ANY in media else [medium for medium in media if medium in Medium.values]
    told = {"allow": False, "reason": reason, "next_at": None, "at": now().isoformat()}
    waiting = Action.objects.filter(lead=lead, state__in=WAITING, medium__in=named)
    denied = waiting.update(state=ActionState.DENIED, verdict=told, decided_at=now())
    return denied, _kept_back(lead, named, reason=reason)


def _kept_back(lead: Lead, media: Collection[str], *, reason: str) -> int:
    """Messages that were promised and not begun. Which has begun may have reached them, so it is left to be settled."""
    if not lead.contact_id:
        return 0
    rows = OutboundCall.objects.filter(contact_id=lead.contact_id, state=State.WAITING, begun_at=None)
    rows = rows.filter(key__startswith=SENT).exclude(key__startswith=f"{SENT}opt_out:")
    ids = [pk for pk, key in rows.values_list("pk", "key") if key.split(":")[1] in media]
    waiting = OutboundCall.objects.filter(pk__in=ids, state=State.WAITING, begun_at=None)
    return waiting.update(state=State.IGNORED, reason=reason, done_at=now()) if ids else 0
