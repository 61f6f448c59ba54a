"""What happens when HighLevel tells of a message: a prospect's words are coached, everybody else's only recorded?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.timezone import now

from coaching.services.hearing import Words, hear
from enterprisehub.errors import Conflict
from enterprisehub.ghl import remembering
from enterprisehub.ghl.words import CALL, COMMENT, INBOUND, OUTBOUND, VOICEMAIL, Spoken
from enterprisehub.tenants.models import Agent, Tenant
from enterprisehub.tenants.scope import current
from enterprisehub.tenants.work import later
from leads import services as leads
from leads.models import Lead, Medium, Message, Said, Speaker
from leads.services import crm

# Why a message of HighLevel starts nothing here.
OURS, NOT_SAID, NO_WORDS, DISAGREES, GONE, NO_AGENT, KNOWN = (
    "our_own", "internal_comment", "no_words", "direction_disagrees", "contact_deleted", "no_agent", "known_already",
)  # fmt: skip
SAME: Final = timedelta(minutes=2)  # two tellings of one message without an id lie no further apart


class NotSettled(Conflict):
    """Whether we wrote it ourselves is known in a moment."""

    code = "not_settled"


def receive(spoken: Spoken, *, kind: str, fallback_id: str, at: datetime, sure: bool = False) -> str:
    """Take a message in, inside the tenant's scope; why it started nothing, "" when it did.

    `kind` is the event's own word for the direction, `fallback_id` stands for a message that came without an id. `sure`:
    it carries an id and is told for the first time, so no twin without one needs to be looked for.
    """
    if spoken.kind == COMMENT:
        return NOT_SAID
    if spoken.direction and spoken.direction != kind:
        return DISAGREES
    if kind == OUTBOUND and _is_ours(spoken):
        return OURS
    lead = crm.lead_of(spoken.contact_id)
    if lead is None:
        return GONE
    if spoken.kind in (CALL, VOICEMAIL) and not spoken.text:
        return _call(lead, spoken, kind)
    agent = agent_for(lead)
    if agent is None:
        return NO_AGENT
    words = Words(
        lead=lead,
        text=_text(spoken),
        client_id=f"ghl:{spoken.id or fallback_id}"[: leads.MAX_CLIENT_ID],
        speaker=Speaker.PROSPECT if kind == INBOUND else Speaker.AGENT,
        at=spoken.at or at,
        medium=spoken.medium or Medium.CHAT,
    )
    if not words.text:
        return NO_WORDS
    if not sure and _known(lead, words):
        return KNOWN
    if spoken.text:
        hear(agent, words, others=True)
    else:
        _record_only(lead, agent, words)
    return ""


def agent_for(lead: Lead) -> Agent | None:
    """Whose screen it is: the lead's own agent, else whom the tenant named for everybody else's, else who is here longest."""
    if lead.agent is not None and lead.agent.is_active:
        return lead.agent
    named = Tenant.objects.values_list("settings", flat=True).get(pk=current()).get("highlevel", {})
    active = Agent.objects.select_related("tenant").filter(is_active=True)
    wanted = named.get("default_agent") if isinstance(named, dict) else None
    try:
        chosen = active.filter(pk=UUID(str(wanted))).first() if wanted else None
    except ValueError:
        chosen = None
    return chosen or active.order_by("id").first()


def _text(spoken: Spoken) -> str:
    if spoken.text:
        return spoken.text[: leads.MAX_TEXT]
    many = "attachment" if spoken.attachments == 1 else "attachments"
    return f"[{spoken.attachments} {many}]" if spoken.attachments else ""


def _is_ours(spoken: Spoken) -> bool:
    """Whether we sent it. While a send of ours to this contact is not settled nobody can tell: then the event is tried again."""
    ours = remembering.is_ours("message", spoken.id, contact_id=spoken.contact_id) if spoken.id else False
    if ours is None:
        raise NotSettled("A message of ours to this contact is on its way.")
    return ours


def _known(lead: Lead, words: Words) -> bool:
    """Whether the same words of the same moment are here under another id (HighLevel's samples come without one)."""
    if words.at is None:
        return False
    near = Message.objects.filter(
        lead=lead, speaker=words.speaker, at__range=(words.at - SAME, words.at + SAME), client_id__startswith="ghl:"
    ).exclude(client_id=words.client_id)
    without_id = words.client_id.startswith("ghl:hook:")
    twins = near if without_id else near.filter(client_id__startswith="ghl:hook:")
    return twins.filter(text=words.text.replace("\x00", "")).exists()


def _record_only(lead: Lead, agent: Agent, words: Words) -> None:
    """Something without words, such as a picture: on record, and nothing to coach."""
    conversation = leads.conversation_of(lead, agent, words.medium)
    said = Said(words.text, words.speaker, words.client_id, words.at or now())
    leads.take_in(conversation, said)


def _call(lead: Lead, spoken: Spoken, kind: str) -> str:
    """A call or a voicemail: what was said is asked of HighLevel, which writes it down some time later."""
    if not spoken.id or not (spoken.answered or spoken.kind == VOICEMAIL):
        return NO_WORDS
    later("coaching.transcribe", lead=lead.pk, call=spoken.id, inbound=int(kind == INBOUND))
    return ""
