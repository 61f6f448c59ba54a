"""How does the card on the screen get better, or stay as it is, within its freshness window?"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.timezone import now

from coaching.cards import Card, CoachAnswer, CoachQuestion
from coaching.models import CardSource, Suggestion
from coaching.services import latest, situation
from coaching.services.hearing import fields_of
from coaching.suggestions import COACH, presentable
from coaching.wire import card_payload
from enterprisehub.engines.base import Answer, Outcome
from enterprisehub.engines.gate import ask
from enterprisehub.realtime.push import tell
from enterprisehub.tenants.scope import current, scope
from leads.models import Message, Speaker

DELTA_EVERY = 0.25  # seconds between two pieces of a card that is still being written


@dataclass(frozen=True)
class _Work:
    """What is needed while Claude thinks and no transaction is open."""

    card: UUID
    agent: UUID
    conversation: UUID
    message: UUID
    question: CoachQuestion
    seconds: float
    names: tuple[str, ...]
    language: str


def refine(card_id: UUID) -> Outcome:
    """Ask Claude about this card's message; runs named, not scoped: nothing is held while the network is waited for."""
    work = _load(card_id)
    if work is None:
        return Outcome.SUPERSEDED
    answer = ask(
        COACH,
        work.question,
        on_text=_streamer(work),
        still_wanted=lambda: latest.is_latest(current(), work.conversation, work.message),
        deadline=work.seconds,
        names=work.names,
        subject=str(card_id),
    )
    with scope(current()):
        return _apply(work, answer)


def _load(card_id: UUID) -> _Work | None:
    with scope(current()):
        # Looked up one by one, by key: joined over six tables, Postgres' planner goes astray while tables are young.
        card = Suggestion.objects.filter(pk=card_id, revision=0).order_by().first()
        if card is None:
            return None
        message = card.message
        message.conversation = card.conversation
        fresh = situation.freshness_of(card.agent.tenant)
        left = (fresh - (now() - message.heard_at)).total_seconds()
        if left <= 0 or _newer(message):
            _settle(card, Outcome.SUPERSEDED if left > 0 else Outcome.TIMEOUT)
            return None
        around = situation.around(card.agent, message, stage=card.asked.get("stage", ""))
        lead = card.conversation.lead
        names = tuple(n for n in (lead.name, lead.email, lead.phone, card.conversation.listing) if n)
        return _Work(
            card=card.pk,
            agent=card.agent_id,
            conversation=card.conversation_id,
            message=message.pk,
            question=situation.question(around, message.text),
            seconds=left,
            names=names,
            language=card.language,
        )


def _newer(message: Message) -> bool:
    later_ones = Message.objects.filter(conversation=message.conversation, position__gt=message.position)
    return bool(later_ones.filter(speaker=Speaker.PROSPECT).exists())


def _streamer(work: _Work) -> Callable[[dict[str, Any]], None]:
    """Show the first line's words while they still come: at most four times a second, and only words that may be shown."""
    shown, last = "", 0.0

    def show(partial: dict[str, Any]) -> None:
        nonlocal shown, last
        if time.monotonic() - last < DELTA_EVERY:
            return
        say = presentable(str(partial.get("say") or ""), work.question)
        if len(say) <= len(shown):
            return
        shown, last = say, time.monotonic()
        with scope(current()):
            tell(work.agent, ("suggestion.delta", {"card": str(work.card), "revision": 1, "say": say}))

    return show


def _apply(work: _Work, answer: Answer[CoachAnswer]) -> Outcome:
    """Revision 1, or nothing: late, superseded and failed answers leave the first card as it is."""
    card = Suggestion.objects.select_for_update(no_key=True).get(pk=work.card)
    card.message.conversation = card.conversation
    outcome = answer.outcome
    fresh = now() - card.message.heard_at <= situation.freshness_of(card.agent.tenant)
    if answer.source == "local" or answer.value.card is None:
        return _settle(card, outcome if outcome != Outcome.OK else Outcome.UNGROUNDED, tell_it=True)
    if not fresh or _newer(card.message):
        return _settle(card, Outcome.TIMEOUT if not fresh else Outcome.SUPERSEDED, tell_it=True)
    _improve(card, answer.value.card, answer)
    tell(card.agent_id, ("suggestion", {"card": card_payload(card)}))
    return outcome


def _improve(card: Suggestion, better: Card, answer: Answer[CoachAnswer]) -> None:
    card.change = change_of(card, better)
    card.earlier = [*card.earlier, {name: getattr(card, name) for name in ("kind", "headline", "say", "ask", "source")}]
    for name, value in fields_of(better).items():
        setattr(card, name, value)
    card.revision += 1
    card.source = CardSource(answer.source)
    card.stand_in = settings.CLAUDE_STAND_IN
    card.outcome, card.prompt_version = answer.outcome, answer.prompt_version
    card.refine_ms, card.refined_at = answer.ms, now()
    card.save()


def change_of(card: Suggestion, better: Card) -> str:
    """What the second wave did to the first: confirms its line, extends it, or replaces it."""
    if better.kind != card.kind:
        return "replaces"
    if better.say.strip() == card.say.strip():
        return "confirms"
    return "extends" if set(better.line_ids) & set(card.line_ids) else "replaces"


def _settle(card: Suggestion, outcome: Outcome, *, tell_it: bool = False) -> Outcome:
    card.outcome = outcome
    card.save(update_fields=["outcome"])
    if tell_it:
        tell(card.agent_id, ("status", {"state": "refinement_ended", "card": str(card.pk), "reason": str(outcome)}))
    return outcome
