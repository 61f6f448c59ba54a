"""How does a qualification run? Begun with a first message, answered turn by turn, ended by enough or by a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import now

from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Agent, Tenant
from leads import profile
from leads.completeness import completeness, explain_fall
from leads.handoff import HandOff, hand_off, reasons
from leads.models import Conversation, Flow, Lead, Medium, Said, Side, Speaker, Stage
from leads.packs import pack_of
from leads.qualification import Question
from leads.services import reading
from leads.services.learning import Understood, learn, question_for, recent, vertical_of
from leads.services.people import conversation_of, take_in

MOST_ASKED = 40


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


@transaction.atomic
def start(tenant: Tenant, opening: Opening, *, agent: Agent | None) -> Step:
    """Begin, or go on with, the qualification of a contact; one that is not known yet becomes a lead."""
    if not opening.contact_id.strip():
        raise Invalid("Say whose qualification it is.", field="contact_id")
    lead = _lead(opening, agent)
    flow = Flow.objects.filter(lead=lead, ended_at=None).first()
    if flow is None:
        flow = Flow.objects.create(lead=lead, agent=agent)
        record("lead.qualification.start", lead, flow=str(flow.pk))
    understood = _hear(tenant, lead, flow, opening.message, opening.id) if opening.message.strip() else None
    return _step(flow, lead, understood)


@transaction.atomic
def respond(tenant: Tenant, flow_id: UUID, message: str, *, client_id: str, agent: Agent | None) -> Step:
    """The prospect answered: learn from it and choose the next question. The same `client_id` counts once."""
    flow = find(flow_id, agent=agent)
    lead = _locked(flow.lead_id)
    if flow.ended_at is not None:
        raise Conflict("This qualification has ended.", field="flow_id")
    return _step(flow, lead, _hear(tenant, lead, flow, message, client_id))


@transaction.atomic
def end(flow_id: UUID, *, agent: Agent | None) -> Flow:
    """End it; ending twice changes nothing."""
    flow = find(flow_id, agent=agent)
    if flow.ended_at is None:
        flow.ended_at = now()
        flow.save(update_fields=["ended_at"])
        record("lead.qualification.end", flow.lead, flow=str(flow.pk))
    return flow


def standing(flow: Flow) -> Step:
    """The flow as it stands now: nothing is asked anew, and nothing is written."""
    lead = flow.lead
    return Step(flow, lead, (), (), _next(flow, lead) if flow.ended_at is None else None)


def find(flow_id: UUID, *, agent: Agent | None) -> Flow:
    """The flow; one of another tenant, or of another agent's lead (`agent`), looks like none."""
    found: Flow | None = Flow.objects.select_related("lead", "agent").filter(pk=flow_id).first()
    if found is None or (agent is not None and found.lead.agent_id not in (None, agent.pk)):
        raise NotFound("There is no such qualification.", field="flow_id")
    return found


def _hear(tenant: Tenant, lead: Lead, flow: Flow, text: str, client_id: str) -> tuple[Understood, tuple[str, ...]]:
    conversation = _conversation(lead, flow.agent)
    pack = pack_of(lead.side, vertical_of(lead))
    said = Said(text, Speaker.PROSPECT, client_id, now())
    before = completeness(profile.facts_of(lead.profile), pack, now())
    message, new = take_in(conversation, said)
    if not new:
        if (message.text, message.lead_id) != (text.replace("\x00", ""), lead.pk):
            raise Conflict("This message id belongs to another message.", field="message_id")
        return Understood(before), ()
    message.conversation = conversation
    past = [one for one in recent(lead) if one.id != message.pk]
    found = learn(message, past, tenant=tenant, asked=flow.asked)
    reading.wish(message, found, tenant=tenant)
    return found, tuple(fall.text() for fall in explain_fall(before, found.completeness))


def _step(flow: Flow, lead: Lead, heard: tuple[Understood, tuple[str, ...]] | None) -> Step:
    then = _next(flow, lead)
    if isinstance(then, Question) and flow.asked[-1:] != [then.slot]:
        flow.asked = [*flow.asked, then.slot][-MOST_ASKED:]
    flow.completeness = lead.completeness
    flow.hand_off = then.reason if isinstance(then, HandOff) else ""
    if then is None or isinstance(then, HandOff):
        flow.ended_at = now()
    flow.save(update_fields=["asked", "completeness", "hand_off", "ended_at"])
    return Step(flow, lead, heard[0].changes if heard else (), heard[1] if heard else (), then)


def _next(flow: Flow, lead: Lead) -> Question | HandOff | None:
    if lead.hand_off in reasons():
        return hand_off(lead.hand_off, lead.language or "en")
    return question_for(lead, asked=flow.asked, history=recent(lead))


def _lead(opening: Opening, agent: Agent | None) -> Lead:
    found: Lead | None = Lead.objects.select_for_update().filter(contact_id=opening.contact_id).first() or _by_id(
        opening.contact_id
    )
    if found is not None:
        if agent is not None and found.agent_id not in (None, agent.pk):
            raise NotFound("There is no such lead.", field="contact_id")
        return found
    try:
        with transaction.atomic():
            made: Lead = Lead.objects.create(
                contact_id=opening.contact_id[:64],
                name=opening.contact_name.strip()[:120],
                side=opening.side,
                vertical=opening.vertical,
                stage=Stage.NEW,
                source="qualification",
                agent=agent,
            )
    except IntegrityError:  # somebody else was quicker with the same contact
        made = Lead.objects.select_for_update().get(contact_id=opening.contact_id)
    record("lead.begin", made)
    return made


def _by_id(reference: str) -> Lead | None:
    try:
        wanted = UUID(reference)
    except ValueError:
        return None
    found: Lead | None = Lead.objects.select_for_update().filter(pk=wanted).first()
    return found


def _locked(lead_id: UUID) -> Lead:
    found: Lead = Lead.objects.select_for_update().get(pk=lead_id)
    return found


def _conversation(lead: Lead, agent: Agent | None) -> Conversation:
    if agent is not None:
        talk = conversation_of(lead, agent)
    else:
        talk, _ = Conversation.objects.get_or_create(lead=lead, medium=Medium.CHAT, defaults={"agent": lead.agent})
    talk.lead = lead
    return talk


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
