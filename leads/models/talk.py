"""What was said, by whom, in which order?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection, models
from django.utils.timezone import now

from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Agent, TenantModel
from enterprisehub.tenants.scope import TenantManager, current
from leads.models.lead import Lead


class Medium(models.TextChoices):
    CHAT = "chat", "Chat"
    SMS = "sms", "Text message"
    EMAIL = "email", "E-mail"
    CALL = "call", "Call"
    SOCIAL = "social", "Social message"


class Conversation(TenantModel):
    """One thread between a lead and an agent in one medium."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="conversations")
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="conversations")
    medium = models.CharField(max_length=10, choices=Medium, default=Medium.CHAT)
    # The property talked about; the price is in whole units of `currency`.
    listing = models.CharField(max_length=160, blank=True)
    listing_price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    message_count = models.PositiveIntegerField(default=0)
    last_message_at = models.DateTimeField(null=True, blank=True)
    understood = models.PositiveIntegerField(default=0, editable=False)  # position up to which Claude has read it
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["-last_message_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "lead", "medium"], name="one_conversation_per_medium"),
            SameTenant(field="lead", name="conversation_lead_same_tenant"),
            SameTenant(field="agent", name="conversation_agent_same_tenant"),
        ]
        indexes = [models.Index(fields=["tenant", "agent", "-last_message_at"], name="conversation_by_agent")]

    def __str__(self) -> str:
        return f"{self.lead} ({self.get_medium_display()})"


class Speaker(models.TextChoices):
    PROSPECT = "prospect", "Prospect"
    AGENT = "agent", "Agent"


@dataclass(frozen=True)
class Said:
    """Words to append: who said them, when, and the id that makes them count once."""

    text: str
    speaker: str
    client_id: str
    at: datetime


class MessageManager(TenantManager["Message"]):
    def append(self, conversation: Conversation, said: Said, *, held: UUID | None = None) -> tuple[Message, bool]:
        """Add the words at the end of the conversation, once; the second value is False when they were there already.

        One statement: the conversation's row is locked, so messages of one conversation get gapless positions
        in the order of their transactions. It brings along which model scores (`serves`), and its numbers unless it is `held`.
        """
        message = Message(
            tenant_id=current(),
            conversation=conversation,
            lead_id=conversation.lead_id,
            text=said.text,
            speaker=said.speaker,
            client_id=said.client_id,
            at=said.at,
        )
        message.claim()
        row = _append(message, held)
        if row is None:
            return self.get(client_id=said.client_id), False
        message.position, serving, numbers, *known = row
        message.serves = (serving, numbers)
        message._state.adding = False
        lead = conversation.lead
        for name, value in zip(_LOCKED, known, strict=True):
            setattr(lead, name, json.loads(value) if name == "profile" else value)
        return message, True


_LOCKED = ("profile", "stage", "overlay", "agreement", "hand_off")


def _append(message: Message, held: UUID | None) -> tuple[Any, ...] | None:
    """The message's position, and the lead as it is now that its row is locked; None when the message was there already."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH counted AS (
                UPDATE leads_conversation SET message_count = message_count + 1, last_message_at = %(at)s
                WHERE id = %(conversation)s AND tenant_id = %(tenant)s AND NOT EXISTS (
                    SELECT 1 FROM leads_message WHERE tenant_id = %(tenant)s AND client_id = %(client_id)s)
                RETURNING message_count),
            spoken AS (
                UPDATE leads_lead SET spoken_at = greatest(spoken_at, %(at)s)
                WHERE id = %(lead)s AND tenant_id = %(tenant)s AND EXISTS (SELECT FROM counted)
                RETURNING profile, stage, overlay, agreement, hand_off),
            serves AS (
                SELECT id, CASE WHEN id = %(held)s::uuid THEN NULL ELSE live END AS live FROM leads_scoringmodel
                WHERE tenant_id = %(tenant)s AND state = 'live')
            INSERT INTO leads_message
                (id, tenant_id, conversation_id, lead_id, text, speaker, client_id, at, heard_at, position)
            SELECT %(id)s, %(tenant)s, %(conversation)s, %(lead)s, %(text)s, %(speaker)s, %(client_id)s, %(at)s,
                %(heard_at)s, message_count FROM counted
            ON CONFLICT (tenant_id, client_id) DO NOTHING
            RETURNING position, (SELECT id FROM serves), (SELECT live FROM serves), (SELECT profile FROM spoken), (SELECT stage FROM spoken), (SELECT overlay FROM spoken),
                (SELECT agreement FROM spoken), (SELECT hand_off FROM spoken)
            """,
            {
                "id": message.id,
                "tenant": message.tenant_id,
                "conversation": message.conversation_id,
                "lead": message.lead_id,
                "text": message.text,
                "speaker": message.speaker,
                "client_id": message.client_id,
                "at": message.at,
                "heard_at": message.heard_at,
                "held": held,
            },
        )
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


class Message(TenantModel):
    """What one of the two speakers said, at its place in the conversation."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="messages")
    speaker = models.CharField(max_length=10, choices=Speaker)
    text = models.TextField()
    # The sender's own id; the same id is heard once.
    client_id = models.CharField(max_length=80)
    position = models.PositiveIntegerField()
    at = models.DateTimeField()
    heard_at = models.DateTimeField(default=now)
    # The tenant's model that scores (its id, and its `live` as JSON text unless held); None where nobody looked.
    serves: tuple[UUID | None, str | None] | None = None

    objects: ClassVar[MessageManager] = MessageManager()

    class Meta:
        ordering = ["conversation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "client_id"], name="heard_once"),
            models.UniqueConstraint(fields=["conversation", "position"], name="one_place_per_message"),
            SameTenant(field="conversation", name="message_conversation_same_tenant"),
            SameTenant(field="lead", name="message_lead_same_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.speaker} #{self.position}"
