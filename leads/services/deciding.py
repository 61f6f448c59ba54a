"""What does a person do with a proposed action: approve it, change its words, put it off, do it, or let it be?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.ghl.models import OutboundCall
from enterprisehub.privacy.audit import record
from enterprisehub.realtime.push import tell
from enterprisehub.tenants.models import Agent, Membership, Tenant
from enterprisehub.tenants.scope import current
from enterprisehub.tenants.work import later
from leads.models import Action, ActionState, Medium, Overlay, Stage
from leads.planning.claims import Claim, claims
from leads.planning.claims import render as claims_told
from leads.services import contacting, moving
from leads.services.allowing import rendered
from leads.services.people import MAX_TEXT, is_visible
from leads.services.planning import OPEN, told
from leads.services.refining_plans import guarded
from leads.services.situations import home_of, rows_of

# What may have come of an action, and how it reads.
OUTCOMES: Final = {
    "reached": "Spoke with them",
    "booked": "A meeting is agreed",
    "no_answer": "No answer",
    "left_message": "Left a message",
    "wrong_number": "Wrong number",
    "not_interested": "Not interested",
    "done": "Done",
}
SPOKE: Final = frozenset({"reached", "booked"})
FURTHEST: Final = timedelta(days=180)  # how far an action may be put off
LONGEST_SOURCE: Final = 120


@dataclass(frozen=True)
class Decider:
    """Who decides: the member (None for a program), the agent, and whether everybody's leads are theirs to touch."""

    member: Membership | None
    agent: Agent | None
    everyone: bool = False


@dataclass(frozen=True)
class Words:
    """The words as the agent wants them; `sources` says of a claim about the property where it is known from. None = as drafted."""

    text: str | None = None
    subject: str | None = None
    sources: Mapping[str, str] | None = None


AS_DRAFTED: Final = Words()


def find(action_id: UUID, by: Decider, *, lock: bool = True) -> Action:
    """The action; one of another tenant, or of a lead that is not theirs to touch, looks like none."""
    rows = Action.objects.select_related("lead__agent", "plan", "agent")
    found: Action | None = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=action_id).first()
    if found is None or not is_visible(found.lead, by.agent, everyone=by.everyone):
        raise NotFound("There is no such action.", field="action_id")
    return found


@transaction.atomic
def approve(action_id: UUID, *, by: Decider, words: Words = AS_DRAFTED) -> Action:
    """Send it: the words as they stand, through the gate. What the gate refuses stays, with the reason and the next legal time.

    Conflict while a claim about the property has no known source, or when fair housing has something against the words.
    Approving twice sends once.
    """
    action = find(action_id, by)
    if action.state in (ActionState.APPROVED, ActionState.SENT):
        return action
    _must_be_open(action)
    if action.medium in ("", Medium.CALL):
        raise Conflict("This is done by a person, not sent: say what came of it.", field="action_id")
    _put(action, words)
    if not action.draft.strip():
        raise Invalid("There are no words to send.", field="text")
    if loose := [one for one in action.claims if not one["known"]]:
        quoted = "”, “".join(one["claim"] for one in loose[:3])
        raise Conflict(f"Say where this is known from, or take it out: “{quoted}”.", field="text")
    if against := guarded(action.draft, action.lead, Tenant.objects.get(pk=current())):
        raise Conflict(f"Fair housing has something against these words: {against}", field="text")
    verdict = contacting.send(
        action.lead,
        contacting.WordsToSend(
            medium=action.medium,
            text=action.draft,
            key=str(action.pk),
            purpose=action.purpose,
            subject=action.subject,
            agent=by.agent or action.agent,
        ),
    )
    action.verdict = rendered(verdict)
    return _decided(action, ActionState.APPROVED if verdict.allow else ActionState.DENIED, by, verb="approve")


@transaction.atomic
def edit(action_id: UUID, *, by: Decider, words: Words) -> Action:
    """Change the words and leave it open; what a person wrote is not replaced by a newer plan or by Claude."""
    action = find(action_id, by)
    _must_be_open(action)
    _put(action, words)
    action.decided_by, action.decided_at = by.member, now()
    action.save(update_fields=["draft", "subject", "claims", "decided_by", "decided_at"])
    record("action.edit", action, by="key" if by.member is None else "person")
    _tell(action)
    return action


@transaction.atomic
def snooze(action_id: UUID, *, by: Decider, until: datetime) -> Action:
    """Not now: it comes back then. Snoozing again moves it."""
    action = find(action_id, by)
    _must_be_open(action)
    if until <= now() or until - now() > FURTHEST:
        raise Invalid("Put it off to a moment in the next 180 days.", field="until")
    action.snoozed_until = action.due_at = until
    return _decided(action, ActionState.SNOOZED, by, verb="snooze")


@transaction.atomic
def complete(action_id: UUID, *, by: Decider, outcome: str = "done") -> Action:
    """It is done, and this came of it. A call makes a new lead an attempted one, a talk makes it an engaged one."""
    if outcome not in OUTCOMES:
        raise Invalid(f"The outcome is one of {', '.join(OUTCOMES)}.", field="outcome")
    action = find(action_id, by)
    if action.state == ActionState.DONE and action.outcome == outcome:
        return action
    _must_be_open(action)
    action.outcome, action.done_at = outcome, now()
    done = _decided(action, ActionState.DONE, by, verb="complete")
    _follow(done, by)
    return done


@transaction.atomic
def dismiss(action_id: UUID, *, by: Decider, reason: str = "") -> Action:
    """Not needed: the same step is not proposed again."""
    action = find(action_id, by)
    if action.state == ActionState.DISMISSED:
        return action
    _must_be_open(action)
    action.outcome = " ".join(reason.split())[:40]
    return _decided(action, ActionState.DISMISSED, by, verb="dismiss")


def settled(call: OutboundCall) -> None:
    """HighLevel took the message, or gave it up: the action says so. For the table of settled writes."""
    try:
        key = UUID(call.key.rpartition(":")[2])
    except ValueError:
        return
    action = Action.objects.select_for_update(of=("self",)).select_related("lead").filter(pk=key).first()
    if action is None or action.state != ActionState.APPROVED:
        return
    if call.state == "done":
        action.state, action.done_at = ActionState.SENT, call.done_at or now()
    else:
        action.state = ActionState.DENIED
        text = "HighLevel did not take the message; see the outbox."
        action.verdict = {"allow": False, "reason": "not_taken", "text": text, "next_at": None, "at": now().isoformat()}
    action.save(update_fields=["state", "done_at", "verdict"])
    _tell(action)
    later("leads.plan", durable=False, lead=action.lead_id)


def claims_of(action: Action, sources: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The claims of the draft as it stands, those known that a fact or a person bears out."""
    given = {**{one["claim"]: one["source"] for one in rows_of(action.claims) if one.get("person")}, **(sources or {})}
    found = claims_told(tuple(_sourced(one, given) for one in claims(action.draft, home_of(action.lead))))
    return [{**one, "person": one["claim"] in given} for one in found]


def _sourced(claim: Claim, given: Mapping[str, str]) -> Claim:
    source = " ".join(given.get(claim.claim, "").split())[:LONGEST_SOURCE]
    if claim.known or not source:
        return claim
    return Claim(claim.start, claim.end, claim.claim, claim.kind, True, source)


def _put(action: Action, words: Words) -> None:
    if words.text is not None:
        clean = words.text.replace("\x00", "").strip()
        if len(clean) > MAX_TEXT:
            raise Invalid(f"A message has at most {MAX_TEXT} characters.", field="text")
        action.draft = clean
    if words.subject is not None:
        action.subject = " ".join(words.subject.replace("\x00", "").split())[:200]
    action.claims = claims_of(action, words.sources)


def _must_be_open(action: Action) -> None:
    if action.state not in OPEN:
        raise Conflict(f"This action is {action.get_state_display().lower()} already.", field="action_id")


def _decided(action: Action, state: ActionState, by: Decider, *, verb: str) -> Action:
    action.state, action.decided_by, action.decided_at = state, by.member, now()
    action.save()
    record(f"action.{verb}", action, state=str(state), outcome=action.outcome if verb == "complete" else "")
    _tell(action)
    if state in (ActionState.APPROVED, ActionState.DONE, ActionState.DISMISSED):
        later("leads.plan", durable=False, lead=action.lead_id)
    return action


def _follow(action: Action, by: Decider) -> None:
    """What a call that was made says about the lead."""
    lead = action.lead
    if action.outcome == "wrong_number":
        contacting.wrong_number(lead)
        return
    if action.verb == "rest" and lead.overlay == Overlay.NONE:
        moving.move(lead, Overlay.NURTURE, by=by.agent, reason="the cadence ended", evidence=f"action:{action.pk}")
        return
    if not action.medium:
        return
    wanted = Stage.ENGAGED if action.outcome in SPOKE else Stage.ATTEMPTING
    ahead = (Stage.NEW,) if wanted == Stage.ATTEMPTING else (Stage.NEW, Stage.ATTEMPTING)
    if lead.stage in ahead and lead.overlay == Overlay.NONE:
        moving.move(lead, wanted, by=by.agent, reason=OUTCOMES[action.outcome], evidence=f"action:{action.pk}")


def _tell(action: Action) -> None:
    agent = action.lead.agent_id or action.agent_id
    if agent is not None:
        tell(agent, ("status", {**told(action.lead, action), "action_state": str(action.state)}))
