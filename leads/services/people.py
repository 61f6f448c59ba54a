"""How does a person become a lead, and their words a message?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.tenants import rows
from enterprisehub.tenants.models import Agent
from leads.models import Conversation, Lead, Medium, Message, Said, Side, Speaker, Stage
from leads.services import served

MAX_TEXT = 8_000  # characters of one message
MAX_CLIENT_ID = 80


@dataclass(frozen=True)
class NewLead:
    """What is known when an agent begins with a prospect; everything but the name may be empty."""

    name: str
    medium: str = Medium.CHAT
    listing: str = ""
    listing_price: Decimal | None = None
    language: str = ""
    side: str = Side.BUYER
    vertical: str = "any"
    email: str = ""
    phone: str = ""
    contact_id: str = ""


@transaction.atomic
def begin(agent: Agent, new: NewLead) -> Conversation:
    """A prospect whom this agent now talks with: the lead and its first conversation."""
    if not new.name.strip() and not new.contact_id:
        raise Invalid("A lead needs a name or a contact id.", field="name")
    if new.medium not in Medium.values:
        raise Invalid(f"The medium is one of {', '.join(Medium.values)}.", field="medium")
    try:
        with transaction.atomic():
            lead = Lead.objects.create(
                name=new.name.strip()[:120],
                contact_id=new.contact_id,
                email=new.email,
                phone=new.phone,
                language=new.language,
                side=new.side,
                vertical=new.vertical,
                stage=Stage.ENGAGED,
                source="dashboard",
                agent=agent,
            )
    except IntegrityError as error:
        raise Conflict("There is a lead with this contact id already.", field="contact_id") from error
    record("lead.begin", lead)
    return Conversation.objects.create(
        lead=lead, agent=agent, medium=new.medium, listing=new.listing[:160], listing_price=new.listing_price
    )


def find(reference: str | UUID) -> Lead:
    """The lead with this id, or with this HighLevel contact id; one of another tenant looks like none."""
    leads = Lead.objects.select_related("agent")
    try:
        lead = leads.filter(pk=UUID(str(reference))).first()
    except ValueError:
        lead = leads.filter(contact_id=str(reference)).first() if reference else None
    if lead is None:
        raise NotFound("There is no such lead.", field="lead")
    return lead


def seen(reference: str | UUID, agent: Agent | None, *, everyone: bool) -> Lead:
    """The lead, if it is this agent's own, nobody's, or everyone's are seen; another one looks like none."""
    lead = find(reference)
    if not is_visible(lead, agent, everyone=everyone):
        raise NotFound("There is no such lead.", field="lead")
    return lead


def is_visible(lead: Lead, agent: Agent | None, *, everyone: bool) -> bool:
    """Whether this agent may see this lead: their own and unassigned ones, or all."""
    return everyone or (agent is not None and lead.agent_id in (None, agent.pk))


def conversation_of(lead: Lead, agent: Agent | None, medium: str = "") -> Conversation:
    """The lead's conversation in this medium (the latest one when none is named), begun if need be."""
    if medium and medium not in Medium.values:
        raise Invalid(f"The medium is one of {', '.join(Medium.values)}.", field="medium")
    known = Conversation.objects.filter(lead=lead)
    if medium:
        known = known.filter(medium=medium)
    found: Conversation | None = known.select_related("lead").order_by("-last_message_at", "-created_at").first()
    if found is not None:
        return found
    conversation, _ = Conversation.objects.get_or_create(
        lead=lead, medium=medium or Medium.CHAT, defaults={"agent": agent}
    )
    return conversation


def begin_conversation(lead: Lead, agent: Agent, medium: str) -> Conversation:
    """The lead's conversation in this medium, for who has looked and found none: one statement, unless somebody was faster."""
    if medium not in Medium.values:
        raise Invalid(f"The medium is one of {', '.join(Medium.values)}.", field="medium")
    conversation = Conversation(lead=lead, agent=agent, medium=medium)
    return conversation if rows.insert_if_new(conversation) else conversation_of(lead, agent, medium)


def take_in(conversation: Conversation, said: Said) -> tuple[Message, bool]:
    """Append the words to the conversation, once per client id; False when they had been taken in before."""
    text = said.text.replace("\x00", "")
    if not text.strip():
        raise Invalid("There are no words in this message.", field="text")
    if len(text) > MAX_TEXT:
        raise Invalid(f"A message has at most {MAX_TEXT} characters.", field="text")
    if said.speaker not in Speaker.values:
        raise Invalid("The speaker is 'prospect' or 'agent'.", field="speaker")
    if not said.client_id or len(said.client_id) > MAX_CLIENT_ID:
        raise Invalid(f"The message id has 1 to {MAX_CLIENT_ID} characters.", field="id")
    words = Said(text, said.speaker, said.client_id, said.at)
    return Message.objects.append(conversation, words, held=served.held())
