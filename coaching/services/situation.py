"""What does the coach know at this message? Loads it, so that hearing, refining and replaying ask the same question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from babel.numbers import format_currency
from django.db import connection

from coaching.attention import AttentionRules, Shown
from coaching.cards import CoachQuestion
from coaching.composing import held_back
from coaching.objections import ObjectionAnswer, Turn
from coaching.services.libraries import library_of
from coaching.trials import Place, place
from enterprisehub.tenants.models import Agent, Tenant
from enterprisehub.tenants.scope import current
from leads.models import Conversation, Message, Stage
from leads.profile import slots_of
from leads.services.learning import Past, vertical_of
from leads.slots import Slot

HISTORY = 12  # messages before the newest one that the coach reads
REMEMBERED = 120  # cards looked back on for the attention budget and for rotating lines
FRESHNESS = 8.0  # seconds in which a better card may still replace the first one


class PastCard(NamedTuple):
    """What is looked back on of a card; whole rows would be half of the time that hearing takes."""

    created_at: datetime
    agent_id: UUID
    conversation_id: UUID
    kind: str
    idea: str
    context: str
    verdict: str
    compliance: bool
    line_ids: list[str]
    ask_slot: str


@dataclass(frozen=True)
class Situation:
    """Everything around one prospect message."""

    agent: Agent
    conversation: Conversation
    message: Message
    past: Sequence[Past]
    cards: Sequence[PastCard]
    told_stage: str

    @property
    def stage(self) -> str:
        """The stage that the door named, else the lead's."""
        return self.told_stage or self.conversation.lead.stage

    @property
    def history(self) -> tuple[Turn, ...]:
        return tuple(Turn(said.speaker, said.text) for said in self.past)

    @property
    def asked(self) -> tuple[str, ...]:
        """Slots that cards of this conversation asked for lately, newest last."""
        here = [card for card in reversed(self.cards) if card.conversation_id == self.conversation.pk]
        return tuple(card.ask_slot for card in here if card.ask_slot)[-8:]

    @property
    def trial(self) -> Place:
        """The arm of whatever trial runs here; read from the settings that came with the agent."""
        return place(self.agent.tenant.settings, self.agent.pk, self.conversation.pk)

    @property
    def shown(self) -> list[Shown]:
        return [
            Shown(
                at=card.created_at,
                kind=card.kind,
                idea=card.idea,
                conversation=str(card.conversation_id),
                verdict=card.verdict,
                compliance=card.compliance,
                context=card.context,
            )
            for card in self.cards
        ]


# Written out, since every word that is heard asks for them; each half of the second walks one index from its newest end.
_SAID = f"""
    SELECT id, speaker, text, at FROM leads_message WHERE tenant_id = %s AND conversation_id = %s AND position < %s
    ORDER BY position DESC LIMIT {HISTORY}
"""  # noqa: S608 - a number of our own
_COLUMNS = ", ".join(PastCard._fields)
_CARDS = f"""
    SELECT {_COLUMNS} FROM (
        (SELECT {_COLUMNS}, message_id FROM coaching_suggestion
            WHERE tenant_id = %s AND agent_id = %s AND shown ORDER BY created_at DESC LIMIT {REMEMBERED})
        UNION ALL
        (SELECT {_COLUMNS}, message_id FROM coaching_suggestion
            WHERE tenant_id = %s AND conversation_id = %s AND agent_id <> %s AND shown
            ORDER BY created_at DESC LIMIT {REMEMBERED})
    ) AS seen WHERE message_id <> %s ORDER BY created_at DESC LIMIT {REMEMBERED}
"""  # noqa: S608 - columns and numbers of our own


def around(agent: Agent, message: Message, *, stage: str = "") -> Situation:
    """Load what was said before this message and which cards this agent saw (two queries, one for a first message)."""
    conversation = message.conversation
    with connection.cursor() as cursor:
        earlier: list[Past] = []
        if message.position > 1:
            cursor.execute(_SAID, [current(), conversation.pk, message.position])
            earlier = [Past(*row) for row in cursor.fetchall()][::-1]
        whose = [current(), agent.pk, current(), conversation.pk, agent.pk]
        cursor.execute(_CARDS, [*whose, message.pk])
        cards = [PastCard(*row) for row in cursor.fetchall()]
    return Situation(agent, conversation, message, earlier, cards, stage if stage in Stage.values else "")


def objections(situation: Situation, text: str) -> ObjectionAnswer:
    """What holds the prospect back, read once for the card and for whoever decides when the questions stop."""
    return held_back(text, situation.history, _price(situation.conversation))


def question(situation: Situation, text: str, read: ObjectionAnswer | None = None) -> CoachQuestion:
    """The question that both engines get; `read` is what `objections` found in the same words."""
    conversation, agent = situation.conversation, situation.agent
    lead, tenant = conversation.lead, agent.tenant
    mine = [card for card in reversed(situation.cards) if card.agent_id == agent.pk]
    arm = situation.trial
    return CoachQuestion(
        text=text,
        history=situation.history,
        listing_price=_price(conversation),
        language=lead.language or None,
        stage=situation.stage,
        vertical=vertical_of(lead, tenant),
        side=lead.side,
        known=_known(situation),
        asked=situation.asked,
        told=_told(situation),
        used_lines=tuple(line for card in mine for line in card.line_ids)[-40:],
        experience=agent.experience,
        agent_language=(agent.languages or ["en"])[0][:2],
        playbook=library_of(tenant, arm.playbook),
        prompt=arm.prompt or _prompt(tenant),
        objections=read,
    )


def _prompt(tenant: Tenant) -> str:
    """The prompt that the tenant has adopted after a comparison; "" for the house's."""
    chosen = tenant.settings.get("coaching", {}).get("prompt", "")
    return chosen if isinstance(chosen, str) else ""


def _price(conversation: Conversation) -> float | None:
    return float(conversation.listing_price) if conversation.listing_price is not None else None


def _told(situation: Situation) -> tuple[Slot, ...]:
    """The lead's profile as the card's maker takes it: what the newest words told stands in their turn."""
    newest = str(situation.message.pk)
    return slots_of(situation.conversation.lead.profile, turns={newest: len(situation.past)})


def names_in(conversation: Conversation) -> tuple[str, ...]:
    """What must not leave the house: who and which property is talked about."""
    lead = conversation.lead
    return tuple(name for name in (lead.name, lead.email, lead.phone, conversation.listing) if name)


def _known(situation: Situation) -> dict[str, str]:
    conversation, agent = situation.conversation, situation.agent
    lead = conversation.lead
    facts = {str(name): str(value) for name, value in lead.facts.items() if value}
    if lead.name:
        facts.setdefault("first_name", lead.name.split()[0])
    if agent.display_name:
        facts.setdefault("agent_name", agent.display_name.split()[0])
    if conversation.listing_price is not None:
        locale = "es_US" if lead.language == "es" else "en_US"
        facts.setdefault(
            "price",
            format_currency(
                conversation.listing_price, conversation.currency, "¤#,##0", locale=locale, currency_digits=False
            ),
        )
    if conversation.listing:
        facts.setdefault("address", conversation.listing)
    facts.setdefault("brokerage", agent.tenant.name)
    return facts


def rules_of(tenant: Tenant) -> AttentionRules:
    """The tenant's own attention limits over the defaults; unknown names and bad values are ignored."""
    wanted: dict[str, Any] = tenant.settings.get("coaching", {}).get("attention", {})
    limits = {
        name: int(value)
        for name, value in wanted.items()
        if name in AttentionRules.__dataclass_fields__ and isinstance(value, int) and 0 <= value <= 10_000
    }
    return AttentionRules(**limits)


def freshness_of(tenant: Tenant) -> timedelta:
    seconds = tenant.settings.get("coaching", {}).get("freshness_seconds", FRESHNESS)
    return timedelta(seconds=seconds if isinstance(seconds, int | float) and 0 < seconds <= 60 else FRESHNESS)
