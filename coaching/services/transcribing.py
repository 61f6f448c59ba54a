"""How do the words of a call that HighLevel wrote down become messages?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.timezone import now

from coaching.services.hearing import Words, hear
from coaching.services.receiving import agent_for
from enterprisehub.errors import NotFound
from enterprisehub.ghl.client import Client
from enterprisehub.ghl.models import Connection
from enterprisehub.ghl.refusals import Missing
from enterprisehub.ghl.words import moment
from enterprisehub.tenants.scope import current, scope
from leads import services as leads
from leads.models import Lead, Medium, Said, Speaker
from leads.services.learning import learn
from leads.services.reading import wish_at_end

LINES = 2_000  # sentences of one call that are read
MIN_CONFIDENCE = 0.3  # what the machine itself doubts is not held against anybody


class NotYet(NotFound):
    """HighLevel has not written the call down yet; the work is tried again."""


@dataclass(frozen=True)
class Line:
    speaker: str
    text: str
    at: datetime


def transcribe(lead_id: UUID, call: str, *, inbound: bool) -> int:
    """Ask for the call's sentences and take them in; how many there were. NotYet while HighLevel has none."""
    with scope(current()):
        connection = Connection.objects.get()
    client = Client.for_(connection)
    try:
        answer = client.call("transcript.get", message_id=call)
        told = client.call("message.get", message_id=call)
    except Missing as error:
        raise NotYet("There is no transcript of this call yet.") from error
    begun = moment((told.get("message") or told).get("dateAdded")) or now()
    lines = list(_lines(answer, begun, inbound=inbound))
    if not lines:
        raise NotYet("There is no transcript of this call yet.")
    with scope(current()):
        _take_in(Lead.objects.select_related("agent").get(pk=lead_id), call, lines)
    return len(lines)


def _lines(answer: Mapping[str, Any], begun: datetime, *, inbound: bool) -> Iterable[Line]:
    """Sentences in the order they were spoken. The first media channel is who called."""
    rows = answer.get("items") or [answer]
    sentences = [row for row in rows if isinstance(row, Mapping) and str(row.get("transcript") or "").strip()]
    for row in sorted(sentences, key=lambda row: float(row.get("startTime") or 0))[:LINES]:
        if float(row.get("confidence") or 1) < MIN_CONFIDENCE:
            continue
        caller = str(row.get("mediaChannel")) == "1"
        spoke = Speaker.PROSPECT if caller == inbound else Speaker.AGENT
        at = begun + timedelta(milliseconds=float(row.get("startTime") or 0))
        yield Line(spoke, str(row["transcript"]).strip()[: leads.MAX_TEXT], at)


def _take_in(lead: Lead, call: str, lines: list[Line]) -> None:
    """Every sentence is learned from; only the prospect's last one is coached, since the call is over."""
    agent = agent_for(lead)
    if agent is None:
        return
    conversation = leads.conversation_of(lead, agent, Medium.CALL)
    last = max((number for number, line in enumerate(lines) if line.speaker == Speaker.PROSPECT), default=-1)
    for number, line in enumerate(lines):
        key = f"ghl:{call}:{number}"[: leads.MAX_CLIENT_ID]
        if number == last:
            hear(agent, Words(lead.pk, line.text, key, line.speaker, line.at, Medium.CALL), others=True)
            continue
        message, new = leads.take_in(conversation, Said(line.text, line.speaker, key, line.at))
        if new:
            message.conversation = conversation
            learn(message, (), tenant=agent.tenant)
    wish_at_end(conversation)
