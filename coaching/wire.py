"""What do a message and a card look like on the wire? One shape for the socket, the API and the page's own partials."""

from __future__ import annotations

from typing import Any

from coaching.kinds import LABELS
from coaching.models import Suggestion
from leads.models import Message


def label(kind: str) -> str:
    """The short name of a card's kind that an agent reads."""
    return LABELS.get(kind, kind.replace("_", " ").capitalize())


def message_payload(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.id),
        "client_id": message.client_id,
        "conversation": str(message.conversation_id),
        "lead": str(message.lead_id),
        "speaker": message.speaker,
        "text": message.text,
        "position": message.position,
        "at": message.at.isoformat(),
    }


def card_payload(card: Suggestion) -> dict[str, Any]:
    """The card as it stands now; milliseconds are measured, `why_start`/`why_end` are offsets in the message's text."""
    return {
        "id": str(card.id),
        "revision": card.revision,
        "session": str(card.session_id),
        "conversation": str(card.conversation_id),
        "message": str(card.message_id),
        "kind": card.kind,
        "label": label(card.kind),
        "group": card.group,
        "headline": card.headline,
        "say": card.say,
        "ask": card.ask,
        "ask_slot": card.ask_slot,
        "why": card.why,
        "why_start": card.why_start,
        "why_end": card.why_end,
        "urgency": card.urgency,
        "confidence": round(card.confidence, 3),
        "language": card.language,
        "detail": card.detail,
        "also": card.also,
        "also_label": label(card.also) if card.also else "",
        "compliance": card.compliance,
        "source": card.source,
        "stand_in": card.stand_in,
        "change": card.change,
        "earlier": card.earlier,
        "playbook_version": card.playbook_version,
        "prompt_version": card.prompt_version,
        "verdict": card.verdict,
        "local_ms": round(card.local_ms, 2),
        "refine_ms": round(card.refine_ms, 1) if card.refine_ms is not None else None,
        "at": card.created_at.isoformat(),
    }
