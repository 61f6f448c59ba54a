"""How does a supervisor help in a conversation that is going on? A whisper to the agent, or taking it over; both leave a trace."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from coaching.models import Session, TakeOver, Whisper
from coaching.services import sessions
from enterprisehub.errors import Conflict, Invalid, NotAllowed, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.realtime.push import tell
from enterprisehub.tenants.models import Agent, Membership
from leads.models import Conversation, Lead

LONGEST: Final = 500  # characters; what is longer is not read while one talks


@transaction.atomic
def whisper(conversation_id: UUID, text: str, *, by: Membership, client_id: str) -> Whisper:
    """Put these words on the screen of whoever speaks there now; the same `client_id` counts once."""
    words = " ".join(text.replace("\x00", "").split())
    if not words:
        raise Invalid("There are no words in this whisper.", field="text")
    if len(words) > LONGEST:
        raise Invalid(f"A whisper has at most {LONGEST} characters.", field="text")
    if not client_id or len(client_id) > 80:
        raise Invalid("The id has 1 to 80 characters.", field="id")
    conversation = _conversation(conversation_id)
    known = Whisper.objects.filter(client_id=client_id).first()
    if known is not None:
        if (known.conversation_id, known.text) != (conversation.pk, words):
            raise Conflict("This id belongs to another whisper.", field="id")
        return known
    agent = speaking(conversation)
    if agent is None:
        raise Conflict("Nobody is in this conversation, so there is nobody to whisper to.")
    if agent.user_id == by.user_id:
        raise Conflict("You are in this conversation yourself.")
    return _say(Whisper(conversation=conversation, agent=agent, by=by, text=words, client_id=client_id))


@transaction.atomic
def seen(whisper_id: UUID, *, agent: Agent) -> Whisper:
    """The agent has read it; reading twice changes nothing."""
    found = Whisper.objects.select_for_update().filter(pk=whisper_id, agent=agent).first()
    if found is None:
        raise NotFound("There is no such whisper.")
    if found.seen_at is None:
        found.seen_at = now()
        found.save(update_fields=["seen_at"])
        tell(agent.pk, ("status", {"state": "whisper_seen", "whisper": str(found.pk)}))
    return found


def unseen(agent: Agent) -> list[dict[str, Any]]:
    """What was whispered to this agent and not read yet, oldest first, as the screen shows it."""
    rows = Whisper.objects.filter(agent=agent, seen_at=None).select_related("by__user", "conversation__lead")
    return [payload(one) for one in rows.order_by("at")[:10]]


def payload(one: Whisper) -> dict[str, Any]:
    """The shape on the wire and on the page."""
    return {
        "id": str(one.pk),
        "kind": one.kind,
        "text": one.text,
        "by": str(one.by.user) if one.by else "",
        "conversation": str(one.conversation_id),
        "lead": str(one.conversation.lead_id),
        "lead_name": str(one.conversation.lead),
        "at": one.at.isoformat(),
    }


@transaction.atomic
def take_over(conversation_id: UUID, *, by: Membership, agent: Agent | None) -> TakeOver:
    """Speak there in the agent's place: the lead and the open sessions go over, the agent is told, the prospect is not.

    Raises NotAllowed without an agent profile of one's own, Conflict when somebody else has it.
    """
    conversation = _conversation(conversation_id, lock=True)
    if agent is None:
        raise NotAllowed("Only people with an agent profile can speak. An administrator can make one for you.")
    standing = TakeOver.objects.filter(conversation=conversation, ended_at=None).select_related("by").first()
    if standing is not None:
        if standing.by_id == agent.pk:
            return standing
        raise Conflict(f"{standing.by} has taken this conversation over already.")
    before = speaking(conversation)
    if before is not None and before.pk == agent.pk:
        raise Conflict("This conversation is yours already.")
    took: TakeOver = TakeOver.objects.create(conversation=conversation, by=agent, from_agent=before)
    _move(conversation, to=agent)
    record("conversation.take_over", conversation, agent=str(before.pk) if before else "")
    if before is not None:
        note = {"kind": Whisper.Kind.TAKEN, "client_id": f"take:{took.pk}"}
        _say(Whisper(conversation=conversation, agent=before, by=by, **note))
    return took


@transaction.atomic
def hand_back(conversation_id: UUID, *, by: Membership, agent: Agent | None) -> TakeOver:
    """Give it back to whom it was taken from. Raises Conflict when it is not taken, or by somebody else."""
    conversation = _conversation(conversation_id, lock=True)
    standing = TakeOver.objects.filter(conversation=conversation, ended_at=None).select_related("from_agent").first()
    if standing is None or agent is None or standing.by_id != agent.pk:
        raise Conflict("You have not taken this conversation over.")
    TakeOver.objects.filter(pk=standing.pk).update(ended_at=now())
    before = standing.from_agent
    if before is not None and before.is_active:
        _move(conversation, to=before)
        note = {"kind": Whisper.Kind.RETURNED, "client_id": f"return:{standing.pk}"}
        _say(Whisper(conversation=conversation, agent=before, by=by, **note))
    record("conversation.hand_back", conversation, agent=str(before.pk) if before else "")
    standing.refresh_from_db()
    return standing


def speaking(conversation: Conversation) -> Agent | None:
    """Who speaks there: the agent of the newest open session, else the lead's own, else the conversation's."""
    live = Session.objects.filter(conversation=conversation, ended_at=None).select_related("agent").first()
    return live.agent if live is not None else conversation.lead.agent or conversation.agent


def _move(conversation: Conversation, *, to: Agent) -> None:
    """Sessions of others end, one of this agent begins, and the lead's words come to this agent's screen from now on."""
    for session in Session.objects.filter(conversation=conversation, ended_at=None).exclude(agent=to):
        sessions.end(session)
    Conversation.objects.filter(pk=conversation.pk).update(agent=to)
    Lead.objects.filter(pk=conversation.lead_id).update(agent=to)
    sessions.start(to, conversation)


def _say(row: Whisper) -> Whisper:
    row.save()
    record("conversation.whisper", row, kind=row.kind)
    tell(row.agent_id, ("status", {"state": "whisper", "whisper": payload(row)}))
    return row


def _conversation(conversation_id: UUID, *, lock: bool = False) -> Conversation:
    rows = Conversation.objects.select_related("lead__agent", "agent")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found: Conversation | None = rows.filter(pk=conversation_id).first()
    if found is None:
        raise NotFound("There is no such conversation.")
    return found
