"""What happens when words arrive? One way for every door: heard once, coached at once, refined later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from coaching import attention, trials
from coaching.cards import Card, CoachAnswer
from coaching.kinds import handing_over
from coaching.models import CardSource, Session, Suggestion
from coaching.services import compliance, latest, sessions, situation
from coaching.services.situation import Situation
from coaching.suggestions import COACH
from coaching.wire import card_payload, message_payload
from enterprisehub.engines.base import Answer
from enterprisehub.engines.gate import instant
from enterprisehub.errors import Conflict
from enterprisehub.realtime.push import Told, tell, tell_each
from enterprisehub.tenants import rows
from enterprisehub.tenants.models import Agent
from enterprisehub.tenants.work import later
from leads import services as leads
from leads.models import Lead, Message, Said, Speaker, Stage
from leads.services import reading, telling
from leads.services.learning import Around, Understood, learn, sheet_of, vertical_of


@dataclass(frozen=True)
class Words:
    """What a door hands over: who is spoken with (lead id or contact id, or the lead itself), by whom, and the sender's own id."""

    lead: str | UUID | Lead
    text: str
    client_id: str
    speaker: str = Speaker.PROSPECT
    at: datetime | None = None
    medium: str = ""
    stage: str = ""


@dataclass(frozen=True)
class Heard:
    """What became of the words; `new` is False when the same id had been heard before."""

    message: Message
    session: Session
    new: bool
    suggestion: Suggestion | None = None
    answer: CoachAnswer | None = None
    source: str = "local"
    ms: float = 0.0


@transaction.atomic(savepoint=False)
def hear(agent: Agent, words: Words, *, others: bool = False) -> Heard:
    """Somebody said something: record it, put a card on the agent's screen, and ask for a better one.

    Costs at most 8 queries, the scope's own included. `others` allows leads of other agents.
    """
    started = perf_counter()
    session = sessions.live(agent, words.lead, medium=words.medium, others=others)
    said = Said(words.text, words.speaker, words.client_id, words.at or now())
    message, new = leads.take_in(session.conversation, said)
    if not new:
        return _again(message, session, words)
    message.conversation = session.conversation
    if message.speaker != Speaker.PROSPECT:
        if session.conversation.lead.stage == Stage.NEW:
            learn(message, (), tenant=agent.tenant)
        _show_own(agent, message, session)
        return Heard(message, session, True, ms=_since(started))
    around = situation.around(agent, message, stage=words.stage)
    objections = situation.objections(around, message.text)
    more = Around(around.asked, heard=handing_over((one.kind, one.confidence) for one in objections.objections))
    understood = learn(message, around.past, tenant=agent.tenant, around=more)
    asked = situation.question(around, message.text, objections)
    names = situation.names_in(session.conversation)
    answer = instant(COACH, asked, own=agent.tenant.settings, names=names)
    card = _weigh(around, answer, session=session, message=message)
    if card is not None:
        card.local_ms = _since(started)
        rows.insert(card)
    _show(message, session, card, _news(understood, around))
    reading.wish(message, understood, tenant=agent.tenant)
    return Heard(message, session, True, card, answer.value, answer.source, _since(started))


def _show_own(agent: Agent, message: Message, session: Session) -> None:
    """The agent's own words on their screen; what fair housing has against them comes right behind, once for each message."""
    heard, flags = _heard(message, session), compliance.flags_of(message.text, agent)
    if not flags:
        tell(agent.pk, ("status", heard))
        return
    told = {**heard, "flags": flags}
    alert = {"card": None, "kind": "fair_housing", "headline": compliance.headline_of(flags), "urgency": "critical"}
    tell(agent.pk, ("status", told), ("objection.alert", {**told, **alert}))


def _since(started: float) -> float:
    return (perf_counter() - started) * 1000


def _again(message: Message, session: Session, words: Words) -> Heard:
    """What the same id brought before; Conflict when it was used for other words, or in another conversation."""
    same = (session.conversation_id, words.speaker, words.text.replace("\x00", ""))
    if (message.conversation_id, message.speaker, message.text) != same:
        raise Conflict("This message id belongs to another message.", field="id")
    message.conversation = session.conversation
    card = Suggestion.objects.filter(message=message).first()
    return Heard(message, session, False, card, source=card.source if card else "local")


def _weigh(around: Situation, answer: Answer[CoachAnswer], *, session: Session, message: Message) -> Suggestion | None:
    """The answer's card as a row, shown or held back as the agent's attention and a running holdout allow."""
    card = answer.value.card
    if card is None:
        return None
    idea = attention.idea(card.kind if card.group != "question" else f"{card.kind}.{card.ask_slot}", card.why)
    context = attention.context(around.stage, [*around.conversation.lead.facts, str(around.conversation.listing_price)])
    candidate = attention.Candidate(
        kind=card.kind,
        idea=idea,
        conversation=str(message.conversation_id),
        context=context,
        compliance=card.compliance,
        experience=around.agent.experience,
    )
    verdict = attention.decide(
        candidate, now=now(), history=around.shown, rules=situation.rules_of(around.agent.tenant)
    )
    arm = _arm(around, card, shown=verdict.show)
    held = arm == trials.HELD
    return Suggestion(
        session=session,
        conversation=message.conversation,
        agent=around.agent,
        message=message,
        idea=idea,
        context=context,
        shown=verdict.show and not held,
        quiet_reason=trials.HOLDOUT if held else "" if verdict.show else verdict.reason,
        arm=arm,
        variant=around.trial.variant,
        source=answer.source,
        outcome=answer.outcome,
        prompt_version=answer.prompt_version,
        stand_in=answer.source != "local" and settings.CLAUDE_STAND_IN,
        asked={"stage": around.stage, "history": len(around.history)},
        **fields_of(card),
    )


def _arm(around: Situation, card: Card, *, shown: bool) -> str:
    """Of the holdout: coached or held for a card that would take the agent's attention, "" for every other."""
    held = around.trial.held
    if held is None or not shown or trials.exempt(card):
        return ""
    return trials.HELD if held else trials.COACHED


def fields_of(card: Card) -> dict[str, Any]:
    """The columns that a card fills."""
    return {
        "kind": card.kind,
        "group": card.group,
        "headline": card.headline,
        "say": card.say,
        "ask": card.ask,
        "ask_slot": card.ask_slot,
        "why": card.why,
        "why_start": card.why_start,
        "why_end": card.why_end,
        "urgency": card.urgency,
        "confidence": card.confidence,
        "language": card.language,
        "detail": card.detail,
        "also": card.also,
        "compliance": card.compliance,
        "line_ids": list(card.line_ids),
        "playbook_version": card.playbook_version,
    }


def _news(understood: Understood, around: Situation) -> dict[str, Any]:
    """What is known of the lead now, for the screens; nothing when nothing changed."""
    if not understood.news:
        return {}
    lead = around.conversation.lead
    return {"known": sheet_of(lead, understood.next, vertical=vertical_of(lead, around.agent.tenant))}


def _others(session: Session, news: dict[str, Any]) -> dict[UUID, Sequence[Told]]:
    """Whoever else has this lead on the screen sees what is known now; the words themselves are for who is coached."""
    if not news:
        return {}
    told = [("status", {"state": "understood", **news})]
    return {agent: told for agent in telling.audience(session.conversation.lead) if agent != session.agent_id}


def _show(message: Message, session: Session, card: Suggestion | None, news: dict[str, Any]) -> None:
    """Tell the screen, then ask for the refinement; both only once this is committed, in this order."""
    heard, others = {**_heard(message, session), **news}, _others(session, news)
    if card is None or not card.shown:
        # Somebody who is held back sees what they see where there is nothing to say: a trial that tells is none.
        quiet = "nothing_to_say" if card is None or card.arm == trials.HELD else card.quiet_reason
        tell_each({**others, session.agent_id: [("status", {**heard, "quiet": quiet})]})
        return
    events = [("suggestion", {**heard, "card": card_payload(card)})]
    heard.pop("known", None)
    if card.compliance or card.urgency == "critical":
        alert = {"card": str(card.pk), "kind": card.kind, "headline": card.headline, "urgency": card.urgency}
        events.append(("objection.alert", {**heard, **alert}))
    tell_each({**others, session.agent_id: events})
    if not card.compliance:
        transaction.on_commit(partial(latest.mark, message.tenant_id, message.conversation_id, message.pk))
        if card.source == CardSource.LOCAL:  # a remembered answer is Claude's own already
            later("coaching.refine", durable=False, suggestion=card.pk)


def _heard(message: Message, session: Session) -> dict[str, Any]:
    return {
        "state": "heard",
        "message": message_payload(message),
        "session": str(session.pk),
        "lead_name": str(session.conversation.lead),
    }
