"""How does the card on the screen get better, or stay as it is, within its freshness window?"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from coaching.cards import Card, CoachAnswer, CoachQuestion
from coaching.models import CardSource, Suggestion
from coaching.services import latest, situation
from coaching.services.hearing import fields_of
from coaching.suggestions import COACH, presentable
from coaching.wire import card_payload
from enterprisehub.engines.base import Answer, Outcome
from enterprisehub.engines.gate import ask
from enterprisehub.realtime.events import Address, direct
from enterprisehub.realtime.push import tell, whisper
from enterprisehub.tenants import rows
from enterprisehub.tenants.models import Agent, Tenant
from enterprisehub.tenants.scope import current, scope
from leads.models import Conversation, Lead, Message, Speaker

DELTA_EVERY = 0.4  # seconds between two pieces of a card that is still being written
_WAVE = ("change", "earlier", "revision", "source", "stand_in", "outcome", "prompt_version", "refine_ms", "refined_at")

_CARD = """
    FROM coaching_suggestion JOIN leads_message ON leads_message.id = coaching_suggestion.message_id
    WHERE coaching_suggestion.tenant_id = %s AND coaching_suggestion.id = %s
"""
_ITSELF = "FROM coaching_suggestion WHERE tenant_id = %s AND id = %s FOR NO KEY UPDATE"
_AGENT = """
    FROM tenants_agent JOIN tenants_tenant ON tenants_tenant.id = tenants_agent.tenant_id
    WHERE tenants_agent.tenant_id = %s AND tenants_agent.id = %s
"""
_TALK = """
    FROM leads_conversation JOIN leads_lead ON leads_lead.id = leads_conversation.lead_id
    WHERE leads_conversation.tenant_id = %s AND leads_conversation.id = %s
"""
_NEWER = """
    SELECT EXISTS (SELECT FROM leads_message
        WHERE tenant_id = %s AND conversation_id = %s AND position > %s AND speaker = %s)
"""


@dataclass(frozen=True)
class _Work:
    """What is needed while Claude thinks and no transaction is open."""

    card: UUID
    agent: UUID
    message: Message
    question: CoachQuestion
    until: datetime
    names: tuple[str, ...]
    settings: dict[str, Any]

    @property
    def fresh(self) -> bool:
        return now() <= self.until


def refine(card_id: UUID) -> Outcome:
    """Ask Claude about this card's message; runs named, not scoped: nothing is held while the network is waited for."""
    work = _load(card_id)
    if work is None:
        return Outcome.SUPERSEDED
    answer = ask(
        COACH,
        work.question,
        on_text=_streamer(work),
        still_wanted=lambda: latest.is_latest(current(), work.message.conversation_id, work.message.pk),
        deadline=(work.until - now()).total_seconds(),
        names=work.names,
        subject=str(card_id),
        own=work.settings,
    )
    with scope(current()):
        return _apply(work, answer)


def _load(card_id: UUID) -> _Work | None:
    with scope(current()):
        # By key, in pieces: joined over six tables, Postgres' planner goes astray while tables are young.
        for card, message in rows.select(_CARD, [current(), card_id], Suggestion, Message):
            return _work(card, message) if card.revision == 0 else None
    return None


def _work(card: Suggestion, message: Message) -> _Work | None:
    ((agent, tenant),) = rows.select(_AGENT, [current(), card.agent_id], Agent, Tenant)
    agent.tenant = tenant
    until = message.heard_at + situation.freshness_of(tenant)
    fresh = now() < until
    if not fresh or _newer(message):
        _settle(card, Outcome.SUPERSEDED if fresh else Outcome.TIMEOUT)
        return None
    ((conversation, lead),) = rows.select(_TALK, [current(), card.conversation_id], Conversation, Lead)
    conversation.lead, message.conversation = lead, conversation
    around = situation.around(agent, message, stage=card.asked.get("stage", ""))
    return _Work(
        card=card.pk,
        agent=agent.pk,
        message=message,
        question=situation.question(around, message.text),
        until=until,
        names=situation.names_in(conversation),
        settings=tenant.settings,
    )


def _newer(message: Message) -> bool:
    """Whether the prospect has said something since."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWER, [current(), message.conversation_id, message.position, Speaker.PROSPECT])
        return bool(cursor.fetchone()[0])


def _streamer(work: _Work) -> Callable[[dict[str, Any]], None]:
    """Show the first line's words while they still come: at most four times a second, and only words that may be shown."""
    shown, last, screen = "", 0.0, Address(current(), work.agent)

    def show(partial: dict[str, Any]) -> None:
        nonlocal shown, last
        if time.monotonic() - last < DELTA_EVERY:
            return
        say = presentable(str(partial.get("say") or ""), work.question)
        if len(say) <= len(shown):
            return
        shown, last = say, time.monotonic()
        # Not kept: the finished card says it all again, and a row for each piece would cost more than the card.
        piece = {"card": str(work.card), "revision": 1, "say": say}
        whisper(direct(screen, "suggestion.delta", piece), screen)

    return show


def _apply(work: _Work, answer: Answer[CoachAnswer]) -> Outcome:
    """Revision 1, or nothing: late, superseded and failed answers leave the first card as it is."""
    ((card,),) = rows.select(_ITSELF, [current(), work.card], Suggestion)
    outcome = answer.outcome
    if answer.source == "local" or answer.value.card is None:
        return _settle(card, outcome if outcome != Outcome.OK else Outcome.UNGROUNDED, tell_it=True)
    if not work.fresh or _newer(work.message):
        return _settle(card, Outcome.SUPERSEDED if work.fresh else Outcome.TIMEOUT, tell_it=True)
    _improve(card, answer.value.card, answer)
    tell(card.agent_id, ("suggestion", {"card": card_payload(card)}))
    return outcome


def _improve(card: Suggestion, better: Card, answer: Answer[CoachAnswer]) -> None:
    card.change = change_of(card, better)
    card.earlier = [*card.earlier, {name: getattr(card, name) for name in ("kind", "headline", "say", "ask", "source")}]
    told = fields_of(better)
    for name, value in told.items():
        setattr(card, name, value)
    card.revision += 1
    card.source = CardSource(answer.source)
    card.stand_in = settings.CLAUDE_STAND_IN
    card.outcome, card.prompt_version = answer.outcome, answer.prompt_version
    card.refine_ms, card.refined_at = answer.ms, now()
    rows.update(card, *told, *_WAVE)


def change_of(card: Suggestion, better: Card) -> str:
    """What the second wave did to the first: confirms its line, extends it, or replaces it."""
    if better.kind != card.kind:
        return "replaces"
    if better.say.strip() == card.say.strip():
        return "confirms"
    return "extends" if set(better.line_ids) & set(card.line_ids) else "replaces"


def _settle(card: Suggestion, outcome: Outcome, *, tell_it: bool = False) -> Outcome:
    card.outcome = outcome
    rows.update(card, "outcome")
    if tell_it:
        tell(card.agent_id, ("status", {"state": "refinement_ended", "card": str(card.pk), "reason": str(outcome)}))
    return outcome
