"""Who is in conversation now, and who needs help? For supervisors; reads, never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.timezone import now

from coaching.models import Session, Suggestion, TakeOver, Whisper
from coaching.wire import label
from enterprisehub.tenants.models import Agent
from leads.handoff import hand_off
from leads.models import Conversation, Message, Overlay, Speaker

FRESH: Final = timedelta(hours=2)  # an open session without a word for longer is no conversation
RECENT: Final = timedelta(minutes=15)  # how long an alert counts
SLA: Final = timedelta(
    minutes=15
)  # an engaged prospect hears back within (own rule: DOMAIN's stage clock of `engaged`)
MOST: Final = 100
LEVELS: Final = {3: "Needs help now", 2: "Waits too long", 1: "In conversation"}


@dataclass(frozen=True)
class Talk:
    """One conversation on the board: the reasons are sentences, the most pressing first."""

    conversation: Conversation
    agent: Agent | None
    words: str
    speaker: str
    level: int
    reasons: tuple[str, ...]
    waits_since: datetime | None
    taken_by: str = ""
    unread: bool = False

    @property
    def need(self) -> str:
        return LEVELS[self.level]


def talks() -> list[Talk]:
    """Whoever is spoken with now, the one in most need first, in three queries."""
    moment = now()
    newest = Message.objects.filter(conversation=OuterRef("pk"), position=OuterRef("message_count"))
    alert = Suggestion.objects.filter(
        Q(urgency="critical") | Q(compliance=True), conversation=OuterRef("pk"), created_at__gt=moment - RECENT
    ).order_by("-created_at")
    whispers = Whisper.objects.filter(conversation=OuterRef("pk"), seen_at=None)
    rows = list(
        Conversation.objects.filter(last_message_at__gt=moment - FRESH)
        .filter(Exists(Session.objects.filter(conversation=OuterRef("pk"), ended_at=None)))
        .select_related("lead__agent", "agent")
        .annotate(
            last_words=Subquery(newest.values("text")[:1]),
            last_speaker=Subquery(newest.values("speaker")[:1]),
            alert=Subquery(alert.values("kind")[:1]),
            unread=Exists(whispers),
        )
        .order_by("-last_message_at")[:MOST]
    )
    ids = [row.pk for row in rows]
    live: dict[object, Agent] = {}
    for session in Session.objects.filter(conversation__in=ids, ended_at=None).select_related("agent"):
        live.setdefault(session.conversation_id, session.agent)
    taken = {
        row.conversation_id: str(row.by)
        for row in TakeOver.objects.filter(conversation__in=ids, ended_at=None).select_related("by")
    }
    found = [_talk(row, live.get(row.pk), moment, taken.get(row.pk, "")) for row in rows]
    return sorted(found, key=lambda one: (-one.level, one.waits_since or moment))


def _talk(row: Conversation, agent: Agent | None, moment: datetime, taken_by: str) -> Talk:
    speaker, words = row.last_speaker, row.last_words or ""  # type: ignore[attr-defined]
    waits = row.last_message_at if speaker == Speaker.PROSPECT else None
    reasons = []
    alert = row.alert  # type: ignore[attr-defined]
    if row.lead.overlay == Overlay.DNC:
        reasons.append("Has opted out: nothing may be sent.")
    if alert:
        reasons.append(f"{label(alert)} in the last {RECENT.seconds // 60} minutes.")
    if row.lead.hand_off:
        reasons.append(hand_off(row.lead.hand_off).text)
    level = 3 if reasons else 1
    if waits is not None and moment - waits > SLA:
        level = max(level, 2)
        reasons.append(f"Has waited {(moment - waits).seconds // 60} minutes for an answer.")
    return Talk(
        row,
        agent or row.lead.agent or row.agent,
        words,
        speaker or "",
        level,
        tuple(reasons),
        waits,
        taken_by,
        row.unread,  # type: ignore[attr-defined]
    )
