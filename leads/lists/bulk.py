"""What can be done with many leads of the list at once, and what is left as it was?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from enterprisehub.errors import Invalid, NotAllowed, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.access import may, require
from enterprisehub.tenants.models import Agent, Membership
from leads.lists.listing import Reader, found, visible
from leads.lists.wanted import Wanted
from leads.models import Lead, Overlay, StageMove
from leads.services.telling import tell_many

MOST = 500  # leads in one action
# What may be laid over many leads at once; the others say something about one person, and are said of one person.
OVERLAYS = {Overlay.NURTURE: "Nurture", Overlay.PAUSED: "Paused by the lead", Overlay.NONE: "No overlay"}
_LIFTED = (Overlay.NONE, Overlay.NURTURE, Overlay.UNRESPONSIVE, Overlay.PAUSED)


@dataclass(frozen=True)
class Chosen:
    """The leads that were ticked, or (`ids` None) all that the list finds."""

    wish: Wanted
    ids: tuple[UUID, ...] | None = None


@dataclass(frozen=True)
class Done:
    """How many leads changed, how many were like that already, and how many were left as they are for a reason."""

    changed: int
    same: int = 0
    kept: int = 0


def chosen_rows(reader: Reader, chosen: Chosen) -> list[UUID]:
    """The ids of the chosen leads that this person sees. Raises Invalid for none and for more than MOST."""
    rows = found(reader, chosen.wish) if chosen.ids is None else visible(reader).filter(pk__in=chosen.ids)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not ids:
        raise Invalid("Tick at least one lead.", field="lead")
    if len(ids) > MOST:
        raise Invalid(f"That would be more than {MOST} leads. Narrow the list, then do it again.", field="lead")
    return ids


@transaction.atomic
def assign(reader: Reader, membership: Membership, chosen: Chosen, agent_id: UUID | None) -> Done:
    """Give the leads to this agent (None: to nobody). Who does not see every lead may only take them for themselves."""
    require(membership.role, "leads.write")
    agent = Agent.objects.filter(pk=agent_id, is_active=True).first() if agent_id else None
    if agent_id and agent is None:
        raise NotFound("There is no such agent.", field="agent")
    own = reader.agent is not None and agent is not None and agent.pk == reader.agent.pk
    if not own and not may(membership.role, "leads.read.all"):
        raise NotAllowed("You can take leads for yourself; a team lead can give them to others.")
    leads = _held(chosen_rows(reader, chosen))
    changed = [lead for lead in leads if lead.agent_id != (agent.pk if agent else None)]
    Lead.objects.filter(pk__in=[lead.pk for lead in changed]).update(agent=agent)
    tell_many({lead.pk: (lead.agent_id, agent.pk if agent else None) for lead in changed}, "assigned")
    record("leads.assign", agent or "", fields=["agent"], leads=_ids(changed), changed=len(changed))
    return Done(len(changed), same=len(leads) - len(changed))


@transaction.atomic
def lay_over(reader: Reader, membership: Membership, chosen: Chosen, overlay: str) -> Done:
    """Set or clear the overlay; who is not to be contacted, lost or somebody else's stays so."""
    require(membership.role, "leads.write")
    if overlay not in OVERLAYS:
        raise Invalid("This overlay cannot be laid over many leads at once.", field="overlay")
    leads = _held(chosen_rows(reader, chosen))
    open_ = [lead for lead in leads if lead.overlay in _LIFTED]
    changed = [lead for lead in open_ if lead.overlay != overlay]
    StageMove.objects.bulk_create([_move(lead, overlay, reader.agent) for lead in changed])
    Lead.objects.filter(pk__in=[lead.pk for lead in changed]).update(overlay=overlay, overlay_reason="")
    tell_many({lead.pk: (lead.agent_id,) for lead in changed}, "overlay")
    record("leads.overlay", fields=["overlay"], leads=_ids(changed), overlay=overlay, changed=len(changed))
    return Done(len(changed), same=len(open_) - len(changed), kept=len(leads) - len(open_))


def _held(ids: list[UUID]) -> list[Lead]:
    rows = Lead.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    return list(rows.only("tenant_id", "agent_id", "stage", "overlay"))


def _move(lead: Lead, overlay: str, agent: Agent | None) -> StageMove:
    return StageMove(
        lead=lead,
        from_stage=lead.stage,
        to_stage=lead.stage,
        from_overlay=lead.overlay,
        to_overlay=overlay,
        mover=StageMove.Mover.PERSON,
        agent=agent,
        reason="With others, from the list",
    )


def _ids(leads: list[Lead]) -> list[str]:
    return [str(lead.pk) for lead in leads]
