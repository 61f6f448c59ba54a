"""How does a lead get its plan, and when is a new one made? Loads, thinks, saves; what a person decided stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from enterprisehub.engines.gate import instant
from enterprisehub.realtime.push import tell
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current
from enterprisehub.tenants.work import later
from leads.models import Action, ActionPlan, ActionState, Lead
from leads.planning import cadence, signals, urgency
from leads.planning.claims import claims
from leads.planning.claims import render as claims_told
from leads.planning.plan import Plan, Proposal, fallback_of
from leads.planning.refining import PLAN
from leads.planning.situation import Situation
from leads.planning.stops import is_frozen
from leads.services import allowing
from leads.services.situations import DECIDED, situation_of

OPEN = (ActionState.PROPOSED, ActionState.SNOOZED, ActionState.DENIED)


def plan_by_id(lead_id: UUID) -> None:
    """For the worker; a lead that is gone is nobody's business."""
    lead = Lead.objects.filter(pk=lead_id, deleted_at=None).first()
    if lead is not None:
        plan(lead)
        later("leads.write_back", durable=False, lead=lead.pk)


@transaction.atomic
def plan(lead: Lead, *, at: datetime | None = None) -> ActionPlan:
    """The lead's plan as of now: the one there is when nothing has changed since, else a new one in its place.

    Actions that a person decided, put off or edited stay; what was only proposed gives way.
    """
    locked = Lead.objects.select_for_update(of=("self",)).select_related("agent").get(pk=lead.pk)
    tenant = Tenant.objects.get(pk=current())
    situation = situation_of(locked, tenant=tenant, at=at)
    made = instant(PLAN, situation).value
    before = ActionPlan.objects.filter(lead=locked, superseded_at=None).first()
    if before is not None and before.fingerprint == made.fingerprint and before.expires_at > situation.now:
        return before
    if before is not None:
        before.superseded_at = situation.now
        before.save(update_fields=["superseded_at"])
    row = _kept(locked, made, situation, before=before)
    action = _act(locked, row, made, situation)
    if locked.agent_id is not None:
        tell(locked.agent_id, ("status", told(locked, action)))
    return row


def preview(lead: Lead, *, at: datetime | None = None) -> Plan:
    """The same thinking, with nothing written."""
    return instant(PLAN, situation_of(lead, at=at)).value


def told(lead: Lead, action: Action | None) -> dict[str, Any]:
    """What a screen hears when a lead's plan changed: where to look; the page loads the row itself."""
    return {"state": "planned", "lead": str(lead.pk), "action": str(action.pk) if action is not None else None}


def columns(made: Plan) -> dict[str, Any]:
    """What of a plan is kept in its row."""
    return {
        "goal": made.goal[:300],
        "evidence": [vars(one) for one in made.evidence],
        "urgency": made.urgency.level,
        "urgency_told": urgency.render(made.urgency),
        "risks": signals.render(made.risks),
        "opportunities": signals.render(made.opportunities),
        "confidence": made.confidence,
        "would_change": list(made.would_change),
    }


def words_of(proposal: Proposal, situation: Situation) -> dict[str, Any]:
    """What of an action's words is kept."""
    text = proposal.draft.text
    return {
        "why": proposal.next.why,
        "evidence": [vars(one) for one in proposal.next.evidence],
        "draft": text,
        "subject": proposal.draft.subject[:200],
        "claims": claims_told(claims(text, situation.home)),
    }


def _kept(lead: Lead, made: Plan, situation: Situation, *, before: ActionPlan | None) -> ActionPlan:
    rhythm = cadence.render(made.cadence)
    if before is not None and "escalated" in before.cadence and lead.stage == "new":
        rhythm["escalated"] = before.cadence["escalated"]
    row: ActionPlan = ActionPlan.objects.create(
        lead=lead,
        agent=lead.agent,
        cadence=rhythm,
        fingerprint=made.fingerprint,
        made_at=situation.now,
        expires_at=made.expires,
        **columns(made),
    )
    return row


def _act(lead: Lead, row: ActionPlan, made: Plan, situation: Situation) -> Action | None:
    """The plan's action as a row; what was proposed before and is not meant any more goes."""
    wanted = key_of(lead, made.action) if made.action is not None else ""
    open_ones = list(Action.objects.select_for_update(of=("self",)).filter(lead=lead, state__in=OPEN))
    for action in open_ones:
        mine = action.decided_at is not None
        if action.key == wanted or (mine and not is_frozen(made.cadence.stopped)):
            action.plan = row
        else:
            action.state = ActionState.EXPIRED
        action.save(update_fields=["plan", "state"])
    if made.action is None:
        return None
    known = Action.objects.filter(key=wanted).first()
    if known is not None and (known.state in DECIDED or _is_kept(known)):
        return None if known.state in DECIDED else known
    return _written(lead, row, made.action, situation, known=known)


def _is_kept(action: Action) -> bool:
    return action.state in OPEN and action.decided_at is not None


def _written(lead: Lead, row: ActionPlan, proposal: Proposal, situation: Situation, *, known: Action | None) -> Action:
    """The action as it is proposed now, in the medium and at the time that the gate allows."""
    action = known or Action(lead=lead, key=key_of(lead, proposal))
    proposal, verdict = allowing.fitted(lead, proposal, situation)
    then = proposal.next
    values: dict[str, Any] = {
        "plan": row,
        "agent": lead.agent,
        "verb": then.verb,
        "medium": then.medium,
        "purpose": then.purpose,
        "title": proposal.title[:200],
        "fallback": fallback_of(proposal),
        "verdict": verdict,
        "due_at": then.due,
        "due_zone": str(then.due.tzinfo)[:64],
        "step": then.step,
        "rank": proposal.rank,
        "state": ActionState.PROPOSED,
        **words_of(proposal, situation),
    }
    for name, value in values.items():
        setattr(action, name, value)
    action.save()
    return action


def key_of(lead: Lead, proposal: Proposal) -> str:
    """The same step of the same cause is the same action."""
    then = proposal.next
    return f"{lead.pk.hex}:{then.anchor}:{then.step}:{then.verb}"[:120]
