"""Past leads of a tenant's own, with talk, facts and ends on record: made up, the same each time."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils.timezone import now

from enterprisehub.tenants.scope import scope
from leads.models import Conversation, Lead, Message, SlotFact, StageMove
from tests.world import World

FINANCING = {"cash": 0.3, "preapproved": 0.25, "needs_lender": -0.1}


def own_leads(world: World, count: int = 420, *, seed: int = 1) -> None:
    """Leads of Oakwood that closed or were lost in the last two years; money and time of the move tell which."""
    chance, kept = random.Random(seed), Kept()
    with scope(world.oakwood.pk):
        for place in range(count):
            kept.add(world, chance, begun=now() - timedelta(days=700 - place))
        kept.save()


class Kept:
    """Rows on their way into the database, many at once."""

    def __init__(self) -> None:
        self.rows: dict[type[Any], list[Any]] = {
            model: [] for model in (Lead, Conversation, Message, SlotFact, StageMove)
        }

    def add(self, world: World, chance: random.Random, *, begun: datetime) -> None:
        soon, money, replies = chance.random() < 0.5, chance.choice(list(FINANCING)), chance.randrange(1, 9)
        won = chance.random() < 0.25 + 0.25 * soon + FINANCING[money]
        lead = Lead(
            name="Past",
            stage="closed" if won else "engaged",
            overlay="none" if won else "lost",
            agent=world.alice.agent,
            score_told={"version": "rules-of-then"},
            created_at=begun,
        )
        talk = Conversation(lead=lead, agent=world.alice.agent, message_count=2 * replies)
        self.rows[Lead].append(lead)
        self.rows[Conversation].append(talk)
        for place in range(2 * replies):
            speaker, at = ("agent", "prospect")[place % 2], begun + timedelta(hours=place)
            said = Message(
                conversation=talk,
                lead=lead,
                speaker=speaker,
                text="…",
                client_id=str(uuid4()),
                position=place + 1,
                at=at,
            )
            self.rows[Message].append(said)
        told = {"financing": money, "timeframe": "0-3" if soon else "12+", "motivation": "space"}
        for name, value in told.items():
            self.rows[SlotFact].append(
                SlotFact(
                    lead=lead,
                    name=name,
                    value=value,
                    confidence=0.9,
                    extractor="local",
                    at=begun + timedelta(minutes=50),
                )
            )
        self.rows[StageMove].append(_end(lead, won=won, at=begun + timedelta(days=30)))

    def save(self) -> None:
        for model, rows in self.rows.items():
            model.objects.bulk_create(rows)


def _end(lead: Lead, *, won: bool, at: datetime) -> StageMove:
    after = {"to_stage": "closed", "to_overlay": "none"} if won else {"to_stage": "engaged", "to_overlay": "lost"}
    return StageMove(lead=lead, from_stage="engaged", mover="person", at=at, **after)
