"""How does a qualification run? Begun with a first message, answered turn by turn, ended by enough or by a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import now

from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Agent, Tenant
from leads import profile
from leads.completeness import Completeness, Fact, Fall, completeness, explain_fall
from leads.handoff import HandOff, hand_off, reasons
from leads.models import Change, Flow, Lead, Message, Said, Side, SlotFact, Speaker, Stage
from leads.packs import pack_of
from leads.qualification import Question
from leads.services import reading, wishing
from leads.services.learning import Around, Past, learn, question_for, recent, vertical_of
from leads.services.people import conversation_of, is_visible, take_in
from leads.services.telling import tell_known

MOST_ASKED, CONTACT = 40, re.compile(r"[\x21-\x7e]{1,64}")
# What happened to a fact between two turns -> why completeness may be lower
_LOWERS = {
    Change.ERASED: "erased",
    Change.WITHDRAWN: "erased",
    Change.CONTRADICTED: "contradicted",
    Change.CORRECTED: "less_sure",
    Change.EDITED: "less_sure",
}


@dataclass(frozen=True)
class Asker:
    """Who runs a qualification: for which agent (None = nobody's yet), and whether everybody's leads are theirs to touch."""

    agent: Agent | None
    everyone: bool = False


@dataclass(frozen=True)
class Step:
    """Where a flow stands after a turn: what was learned, why completeness fell (if it did), and what is next."""

    flow: Flow
    lead: Lead
    learned: tuple[tuple[str, profile.Entry], ...]
    fell: tuple[str, ...]
    next: Question | HandOff | None


@dataclass(frozen=True)
class Opening:
    """Who is to be qualified and what they said first; `message` may be empty, `id` is the sender's own for it."""

    contact_id: str
    contact_name: str = ""
    message: str = ""
    id: str = ""
    side: str = Side.BUYER
    vertical: str = "any"


@dataclass(frozen=True)
class Reply:
    """What the prospect answered, the sender's own id for it, and the question as it was put ("" = the flow's own)."""

    text: str
    id: str
    question: str = ""


@transaction.atomic
def start(tenant: Tenant, opening: Opening, *, by: Asker) -> Step:
    """Begin, or go on with, the qualification of a contact; one that is not known yet becomes a lead.

    The same message id counts once, even when the words had ended the flow.
    """
    lead = _lead(opening, by)
    reply = Reply(opening.message, opening.id)
    says = bool(opening.message.strip())
    repeated = says and _heard(lead, reply)
    flows = Flow.objects.filter(lead=lead).select_related("agent")
    flow = flows.filter(ended_at=None).first() or (flows.first() if repeated else None)
    if flow is None:
        flow = Flow.objects.create(lead=lead, agent=by.agent)
        record("lead.qualification.start", lead, flow=str(flow.pk))
    elif repeated or not says:
        return _standing(flow, lead)
    return _hear(tenant, lead, flow, reply) if says and not repeated else _told_next(flow, lead, _next(flow, lead))


@transaction.atomic
def respond(tenant: Tenant, flow_id: UUID, reply: Reply, *, by: Asker) -> Step:
    """The prospect answered: learn from it and choose the next question. The same message id counts once."""
    lead = _locked(pk=find(flow_id, by=by).lead_id)
    flow = _locked_flow(flow_id)  # as it is now that nobody else answers for this lead
    if _heard(lead, reply):
        return _standing(flow, lead)
    if flow.ended_at is not None:
        raise Conflict("This qualification has ended.", field="flow_id")
    return _hear(tenant, lead, flow, reply)


@transaction.atomic
def end(flow_id: UUID, *, by: Asker) -> Step:
    """End it; ending twice changes nothing."""
    lead = _locked(pk=find(flow_id, by=by).lead_id)
    flow = _locked_flow(flow_id)
    if flow.ended_at is None:
        _close(flow, lead, "by_person")
        flow.save(update_fields=["ended_at"])
    return _standing(flow, lead)


def standing(flow_id: UUID, *, by: Asker) -> Step:
    """The flow as it stands now: nothing is asked anew, and nothing is written."""
    flow = find(flow_id, by=by)
    return _standing(flow, flow.lead)


def find(flow_id: UUID, *, by: Asker) -> Flow:
    """The flow; one of another tenant, or of a lead that is not theirs to touch, looks like none."""
    found: Flow | None = Flow.objects.select_related("lead", "agent").filter(pk=flow_id).first()
    if found is None or not is_visible(found.lead, by.agent, everyone=by.everyone):
        raise NotFound("There is no such qualification.", field="flow_id")
    return found


def _heard(lead: Lead, reply: Reply) -> bool:
    """Whether this message had been taken in before; Conflict when its id stands for another one."""
    before = Message.objects.filter(client_id=reply.id).first()
    if before is None:
        return False
    if (before.text, before.lead_id) != (reply.text.replace("\x00", ""), lead.pk):
        raise Conflict("This message id belongs to another message.", field="message_id")
    return True


def _hear(tenant: Tenant, lead: Lead, flow: Flow, reply: Reply) -> Step:
    conversation, past = conversation_of(lead, flow.agent or lead.agent), recent(lead)
    conversation.lead = lead
    question = _unrecorded(flow, lead, past, reply.question)
    facts = profile.facts_of(lead.profile)
    message, new = take_in(conversation, Said(reply.text, Speaker.PROSPECT, reply.id, now()))
    if not new:  # somebody used the id for another lead in this very moment
        raise Conflict("This message id belongs to another message.", field="message_id")
    message.conversation = conversation
    found = learn(message, past, tenant=tenant, around=Around(tuple(flow.asked), question=question))
    reading.wish(message, found, tenant=tenant)
    wishing.wish(lead.pk)
    fell = _fell(flow, lead, facts, since=past[-1].at if past else flow.started_at, after=found.completeness)
    then = hand_off(lead.hand_off, lead.language or "en") if lead.hand_off in reasons() else found.next
    if found.news:
        tell_known(lead, then, also=[flow.agent_id, conversation.agent_id])
    return _told_next(flow, lead, then, learned=found.changes, fell=fell)


def _unrecorded(flow: Flow, lead: Lead, past: Sequence[Past], question: str) -> str:
    """The question that a reply answers where the agent's words are not on record: "three" says nothing without it."""
    if past and past[-1].speaker == Speaker.AGENT:
        return ""
    if question.strip() or not flow.asked:
        return question
    pending = _pending(flow, lead)
    return pending.text if isinstance(pending, Question) else ""


def _told_next(
    flow: Flow,
    lead: Lead,
    then: Question | HandOff | None,
    *,
    learned: tuple[tuple[str, profile.Entry], ...] = (),
    fell: tuple[str, ...] = (),
) -> Step:
    if isinstance(then, Question):
        flow.asked = [*flow.asked, then.slot][-MOST_ASKED:]
    flow.completeness = lead.completeness
    if not isinstance(then, Question):
        flow.hand_off = then.reason if then else ""
        _close(flow, lead, flow.hand_off or "all_known")
    flow.save(update_fields=["asked", "completeness", "hand_off", "ended_at"])
    return Step(flow, lead, learned, fell, then)


def _standing(flow: Flow, lead: Lead) -> Step:
    pack = pack_of(lead.side, vertical_of(lead))
    facts, last = profile.facts_of(lead.profile), recent(lead, 1)
    since = last[-1].at if last else flow.started_at
    after = Completeness(lead.completeness, completeness(facts, pack, now()).parts)
    return Step(flow, lead, (), _fell(flow, lead, facts, since=since, after=after), _pending(flow, lead))


def _pending(flow: Flow, lead: Lead) -> Question | HandOff | None:
    """What was told last is next, as it follows from what is known now."""
    if flow.ended_at is not None:
        return hand_off(flow.hand_off, lead.language or "en") if flow.hand_off in reasons() else None
    return _next(flow, lead, asked=flow.asked[:-1])


def _next(flow: Flow, lead: Lead, asked: Sequence[str] | None = None) -> Question | HandOff | None:
    if lead.hand_off in reasons():
        return hand_off(lead.hand_off, lead.language or "en")
    return question_for(lead, asked=flow.asked if asked is None else asked, history=recent(lead))


def _fell(flow: Flow, lead: Lead, before: Sequence[Fact], *, since: datetime, after: Completeness) -> tuple[str, ...]:
    """Why completeness is lower than what was told last: by these words, by age, or by what happened in between."""
    if round(after.value, 4) >= flow.completeness:
        return ()
    then = completeness(before, pack_of(lead.side, vertical_of(lead)), since)
    falls = [fall.text() for fall in explain_fall(then, after)]
    if round(then.value, 4) < flow.completeness:
        made = SlotFact.objects.filter(lead=lead, at__gte=max(since, flow.started_at), change__in=_LOWERS)
        falls += [Fall("", _LOWERS[Change(change)]).text() for change in made.values_list("change", flat=True)]
    return tuple(dict.fromkeys(falls)) or (Fall("", "pack").text(),)


def _close(flow: Flow, lead: Lead, reason: str) -> None:
    flow.ended_at = now()
    record("lead.qualification.end", lead, flow=str(flow.pk), reason=reason)


def _lead(opening: Opening, by: Asker) -> Lead:
    wanted = opening.contact_id.strip()
    if not CONTACT.fullmatch(wanted):
        raise Invalid("A contact id has 1 to 64 visible ASCII characters.", field="contact_id")
    ours = _id(wanted)
    leads = Lead.objects.select_for_update()
    found = leads.filter(contact_id=wanted).first() or (leads.filter(pk=ours).first() if ours else None)
    if found is None and ours is None:
        found = _begin(opening, wanted, by)
    # an id of our own making names a lead that is there, or nothing: it never begins one
    if found is None or not is_visible(found, by.agent, everyone=by.everyone):
        raise NotFound("There is no such lead.", field="contact_id")
    return found


def _begin(opening: Opening, contact_id: str, by: Asker) -> Lead:
    try:
        with transaction.atomic():
            made: Lead = Lead.objects.create(
                contact_id=contact_id,
                name=opening.contact_name.strip()[:120],
                side=opening.side,
                vertical=opening.vertical,
                stage=Stage.NEW,
                source="qualification",
                agent=by.agent,
            )
    except IntegrityError:  # somebody else was quicker with the same contact
        return _locked(contact_id=contact_id)
    record("lead.begin", made)
    return made


def _id(reference: str) -> UUID | None:
    try:
        return UUID(reference)
    except ValueError:
        return None


def _locked(**which: Any) -> Lead:
    found: Lead = Lead.objects.select_for_update().get(**which)
    return found


def _locked_flow(flow_id: UUID) -> Flow:
    found: Flow = Flow.objects.select_for_update(of=("self",)).select_related("agent").get(pk=flow_id)
    return found


def told(step: Step) -> dict[str, Any]:
    """The answer of every door: see docs/api.md."""
    question = step.next if isinstance(step.next, Question) else None
    stop = step.next if isinstance(step.next, HandOff) else None
    return {
        "flow_id": step.flow.pk,
        "lead_id": step.lead.pk,
        "contact_id": step.lead.contact_id,
        "completion_percentage": round(step.lead.completeness * 100, 1),
        "stage": step.lead.stage,
        "next_questions": [{"slot": question.slot, "question": question.text, "reason": question.why}]
        if question
        else [],
        "hand_off": {"reason": stop.reason, "text": stop.text} if stop else None,
        "learned": [{"change": change, **entry} for change, entry in step.learned],
        "fell_because": list(step.fell),
        "ended": step.flow.ended_at is not None,
    }
