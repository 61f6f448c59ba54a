"""When does live coaching of a conversation begin and end?"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from coaching.models import Session
from enterprisehub.errors import NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.realtime.push import tell
from enterprisehub.tenants import rows
from enterprisehub.tenants.models import Agent
from enterprisehub.tenants.scope import current
from leads import services as leads
from leads.models import Conversation, Lead
from leads.services import reading


def live(agent: Agent, lead: str | UUID | Lead, *, medium: str = "", others: bool = False) -> Session:
    """The open session of this agent with this lead, started if there is none (one query when it is open, two when not).

    A lead at hand (with its agent) saves asking for it. `others` lets the caller coach leads of other agents; without it they look as if they did not exist.
    """
    session, conversation = _latest(agent, lead.pk if isinstance(lead, Lead) else lead, medium)
    if session is not None:
        return session
    if conversation is None:
        person = lead if isinstance(lead, Lead) else leads.find(lead)
        begun = leads.begin_conversation if medium else leads.conversation_of
        conversation = begun(person, agent, medium)
    if conversation.lead.agent_id not in (None, agent.pk) and not others:
        raise NotFound("There is no such lead.", field="lead")
    return start(agent, conversation)


_TALKS = """
    FROM leads_conversation
    JOIN leads_lead ON leads_lead.id = leads_conversation.lead_id
    LEFT JOIN coaching_session ON coaching_session.conversation_id = leads_conversation.id
        AND coaching_session.agent_id = %s AND coaching_session.ended_at IS NULL
    WHERE leads_conversation.tenant_id = %s AND {whose} AND %s IN ('', leads_conversation.medium)
    ORDER BY coaching_session.id IS NULL, leads_conversation.last_message_at DESC NULLS LAST LIMIT 1
"""
_BY_ID = _TALKS.format(whose="leads_conversation.lead_id = %s")
_BY_CONTACT = _TALKS.format(whose="leads_lead.contact_id = %s")


def _latest(agent: Agent, lead: str | UUID, medium: str) -> tuple[Session | None, Conversation | None]:
    """The open session, or else the latest conversation without one: every word that is heard asks for them."""
    ((path, value),) = _by(lead, "lead").items()
    condition = _BY_ID if path == "lead_id" else _BY_CONTACT
    found = rows.select(condition, [agent.pk, current(), value, medium], Session, Conversation, Lead)
    if not found:
        return None, None
    session, conversation, person = found[0]
    conversation.lead = person
    if session.pk is None:
        return None, conversation
    session.conversation = conversation
    return session, conversation


def _by(lead: str | UUID, path: str) -> dict[str, object]:
    try:
        return {f"{path}_id": UUID(str(lead))}
    except ValueError:
        if not lead:
            raise NotFound("There is no such lead.", field="lead") from None
        return {f"{path}__contact_id": str(lead)}


def start(agent: Agent, conversation: Conversation) -> Session:
    """Begin coaching; a session that is open already is the answer."""
    session = Session(agent=agent, conversation=conversation)
    if rows.insert_if_new(session):
        return session
    found: Session = Session.objects.select_related("conversation__lead").get(
        agent=agent, conversation=conversation, ended_at=None
    )
    return found


@transaction.atomic
def end(session: Session) -> Session:
    """End coaching here; ending twice changes nothing."""
    closed = Session.objects.filter(pk=session.pk, ended_at=None).update(ended_at=now())
    session.refresh_from_db()
    if closed:
        record("coaching.session.end", session)
        tell(session.agent_id, ("status", {"state": "session_ended", "session": str(session.pk)}))
        reading.wish_at_end(session.conversation)
    return session
