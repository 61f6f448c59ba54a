"""How does a person, or HighLevel, move a lead to another stage or overlay, lift a stop, or record its agreement?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from django.db import transaction
from django.utils.timezone import now

from enterprisehub.errors import Conflict, Invalid
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Agent
from leads import lifecycle
from leads.handoff import signed
from leads.models import Agreement, Lead, PipelineStage, Stage, StageMove
from leads.services import consents, wishing
from leads.services.facts import forget
from leads.services.learning import SETTLED, recent, settle, state_of
from leads.services.telling import tell_known

log = structlog.get_logger(__name__)


@transaction.atomic
def move(lead: Lead, wanted: str, *, by: Agent | None, reason: str = "", evidence: str = "") -> Lead:
    """To a stage or an overlay (`none` takes the overlay off), by a person. Conflict says in words why a move is not legal."""
    moved = move_quietly(lead, wanted, by=by, reason=reason, evidence=evidence)
    tell_known(moved, also=[by.pk if by else None])
    return moved


def move_quietly(lead: Lead, wanted: str, *, by: Agent | None, reason: str = "", evidence: str = "") -> Lead:
    """The same for whoever tells the screens themselves, once all is done."""
    return _move(lead, _Wish(wanted, lifecycle.PERSON, reason, evidence), by=by)


@transaction.atomic
def follow(lead: Lead, pipeline: str, name: str, *, evidence: str) -> Lead:
    """HighLevel's pipeline stage moved: ours follows by the tenant's own table. An unmapped one moves nothing, with a warning."""
    table = dict(PipelineStage.objects.filter(pipeline__in=("", pipeline)).values_list("name", "stage"))
    wanted = lifecycle.mapped(name, table)
    if wanted is None:
        log.warning("pipeline_stage_unmapped", lead=str(lead.pk))
        return lead
    moved = _move(lead, _Wish(wanted, "crm", "HighLevel's pipeline", evidence), by=None)
    tell_known(moved)
    return moved


@transaction.atomic
def step(lead: Lead, wanted: str, *, evidence: str, reason: str) -> Lead:
    """To a stage or an overlay because HighLevel says so (an appointment, a deal won or lost); Conflict when it is not legal."""
    return _move(lead, _Wish(wanted, "crm", reason, evidence), by=None)


@transaction.atomic
def agree(lead: Lead, agreement: str, *, by: Agent | None, on: date | None = None) -> Lead:
    """Record the signed agreement, or the documented exception from it; what is recorded is not taken back by omission."""
    if agreement not in Agreement.values:
        raise Invalid(f"The agreement is one of {', '.join(filter(None, Agreement.values))}.", field="agreement")
    if agreement == Agreement.SIGNED and on is None:
        raise Invalid("Say on which day it was signed.", field="agreement_on")
    if on is not None and on > now().date():
        raise Invalid("The day of signing is not in the future.", field="agreement_on")
    locked = _locked(lead)
    locked.agreement, locked.agreement_on = agreement, on
    locked.save(update_fields=["agreement", "agreement_on"])
    record("lead.agreement", locked, agreement=agreement)
    wishing.wish(locked.pk)
    return locked


def moves_of(lead: Lead) -> list[StageMove]:
    """How the lead came to where it stands, newest first."""
    return list(StageMove.objects.filter(lead=lead).select_related("agent")[:40])


@dataclass(frozen=True)
class _Wish:
    """Where to, who or what moves it, and why."""

    wanted: str
    mover: str
    reason: str
    evidence: str


def _move(lead: Lead, wish: _Wish, *, by: Agent | None) -> Lead:
    locked = _locked(lead)
    if wish.wanted == locked.overlay == lifecycle.NONE and locked.hand_off:
        return _lifted(locked)
    shown = wish.evidence or f"person:{by.pk if by else ''}"
    done = lifecycle.move(state_of(locked), wish.wanted, by=wish.mover, evidence=shown, reason=wish.reason)
    if isinstance(done, lifecycle.Refused):
        raise Conflict(done.text(), field="reason" if done.code == "no_reason" else "stage")
    before = {"from_stage": locked.stage, "from_overlay": locked.overlay}
    if done.state.stage != locked.stage:
        locked.stage, locked.stage_since = Stage(done.state.stage), now()
    locked.overlay = done.state.overlay
    locked.overlay_reason = wish.reason[:200] if done.state.overlay != lifecycle.NONE else ""
    if wish.wanted == lifecycle.NONE:
        locked.hand_off = ""  # a person has looked at it
        _unsay(locked, before["from_overlay"], by=by)
    settle(locked, history=recent(locked))
    locked.save(update_fields=["profile", *SETTLED])
    _note(locked, wish, before, by=by)
    if wish.wanted == lifecycle.DNC:
        consents.frozen(locked)
    return locked


def _lifted(lead: Lead) -> Lead:
    """A person has taken over and says that the questions may go on; nothing lies over the stage."""
    reason, lead.hand_off = lead.hand_off, ""
    settle(lead, history=recent(lead))
    lead.save(update_fields=[*SETTLED])
    record("lead.hand_off.lifted", lead, reason=reason)
    return lead


def _unsay(lead: Lead, overlay: str, *, by: Agent | None) -> None:
    """Whoever lifts "with another agent" says that nothing is signed: the fact that says so goes with it."""
    said = [one for one in lead.profile if one["name"] == "agent_status" and signed(one["value"])]
    for entry in said if overlay == lifecycle.OTHER_AGENT else []:
        forget(lead, entry, by=by)


def _note(lead: Lead, wish: _Wish, before: dict[str, str], *, by: Agent | None) -> None:
    after: dict[str, Any] = {"to_stage": lead.stage, "to_overlay": lead.overlay}
    told = {"note": wish.evidence[:300]} if wish.evidence else {}
    StageMove.objects.create(
        lead=lead, mover=wish.mover, agent=by, reason=wish.reason[:300], evidence=told, **before, **after
    )
    record("lead.move", lead, moved={**before, **after})
    wishing.wish(lead.pk)


def _locked(lead: Lead) -> Lead:
    found: Lead = Lead.objects.select_for_update().get(pk=lead.pk)
    return found
