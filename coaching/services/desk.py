"""What lies on an agent's desk: conversations now, a thread with its cards, sessions past? Reads, never writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import now

from coaching import mode, trials
from coaching.models import Feedback, Session, Suggestion
from coaching.services import compliance
from coaching.suggestions import COACH
from coaching.wire import card_payload, message_payload
from enterprisehub.engines.base import Outcome
from enterprisehub.engines.standing import standing
from enterprisehub.errors import NotFound
from enterprisehub.realtime.models import Stream
from enterprisehub.tenants.models import Agent
from leads.models import Conversation, Lead, Message, Speaker
from leads.services import is_visible

TALKS = 30  # conversations in the list
TURNS = 50  # messages on a page
PAGE = 20  # sessions on a page
LOOK_BACK = timedelta(minutes=15)  # how old an outcome may be that says whether Claude answers


@dataclass(frozen=True)
class Turn:
    """One message and what came of it: a card, or the reason why none was shown; `flags` are the guard's about the agent's words."""

    message: dict[str, Any]
    card: dict[str, Any] | None = None
    quiet: str = ""
    flags: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Thread:
    """A piece of a conversation, oldest first; `before` is the position that earlier pieces end at (0 = none)."""

    turns: list[Turn]
    before: int = 0


def seq_of(agent: Agent | None) -> int:
    """The number of the last event told to this agent: read before the page's rows, nothing falls between."""
    if agent is None:
        return 0
    return Stream.objects.filter(agent=agent).values_list("seq", flat=True).first() or 0


def talks(agent: Agent | None, *, everyone: bool = False) -> list[Conversation]:
    """The latest conversations, of this agent or of all, each with `last_words`, `last_speaker` and its lead."""
    newest = Message.objects.filter(conversation=OuterRef("pk"), position=OuterRef("message_count"))
    found = Conversation.objects.select_related("lead", "agent").annotate(
        last_words=Subquery(newest.values("text")[:1]), last_speaker=Subquery(newest.values("speaker")[:1])
    )
    if not everyone:
        found = found.filter(Q(agent=agent) | Q(lead__agent=agent)) if agent else found.none()
    return list(found.order_by(F("last_message_at").desc(nulls_first=True), "-created_at")[:TALKS])


def conversation(agent: Agent | None, wanted: UUID, *, everyone: bool = False) -> Conversation:
    """The conversation, if this agent may see its lead; else it looks as if there were none."""
    found: Conversation | None = Conversation.objects.select_related("lead__agent").filter(pk=wanted).first()
    if found is None or not is_visible(found.lead, agent, everyone=everyone):
        raise NotFound("There is no such conversation.")
    return found


def conversations_of(lead: Lead) -> list[Conversation]:
    """The lead's conversations, the one that was last spoken in first."""
    return list(Conversation.objects.filter(lead=lead).order_by(F("last_message_at").desc(nulls_last=True)))


def thread(talk: Conversation, *, reader: Agent | None, before: int = 0) -> Thread:
    """The last messages of a conversation (those below position `before`, if given) with their cards.

    Cards of other agents than the reader come with `readonly`: only whose card it is gives feedback on it.
    """
    said = Message.objects.filter(conversation=talk)
    if before > 0:
        said = said.filter(position__lt=before)
    rows = list(said.order_by("-position")[: TURNS + 1])
    shown = rows[:TURNS][::-1]
    return Thread(_turns(shown, reader), shown[0].position if len(rows) > TURNS else 0)


def _turns(messages: list[Message], reader: Agent | None) -> list[Turn]:
    cards = {card.message_id: card for card in Suggestion.objects.filter(message__in=messages)}
    opinions = _opinions(card for card in cards.values() if card.shown)
    turns = []
    for message in messages:
        card = cards.get(message.pk)
        if card is None or not card.shown:
            own = reader is not None and message.speaker == Speaker.AGENT
            flags = compliance.flags_of(message.text, reader) if reader is not None and own else []
            quiet = "" if card is None or card.arm == trials.HELD else card.quiet_reason  # a trial does not tell
            turns.append(Turn(message_payload(message), None, quiet, tuple(flags)))
            continue
        readonly = reader is None or card.agent_id != reader.pk
        shown = {**card_payload(card), **opinions.get(card.pk, {}), "readonly": readonly}
        turns.append(Turn(message_payload(message), shown))
    return turns


def _opinions(cards: Iterable[Suggestion]) -> dict[UUID, dict[str, Any]]:
    """The newest score and comment of each card."""
    found: dict[UUID, dict[str, Any]] = {}
    rows = Feedback.objects.filter(suggestion__in=[card.pk for card in cards], score__isnull=False)
    for card_id, score, comment in rows.order_by("created_at").values_list("suggestion_id", "score", "comment"):
        found[card_id] = {"score": score, "comment": comment}
    return found


def mode_now(agent: Agent | None) -> mode.Mode:
    """Full, Reduced or Local: by key, budget and breaker as they are now, then by what Claude said to this agent last."""
    if (ahead := standing(COACH)) is not Outcome.OK:
        return mode.after(ahead) or mode.REDUCED
    latest = Suggestion.objects.filter(agent=agent, outcome__in=mode.ASKED, created_at__gte=now() - LOOK_BACK)
    outcome = latest.order_by("-created_at").values_list("outcome", flat=True).first() if agent else None
    return mode.after(outcome or "ok", stand_in=settings.CLAUDE_STAND_IN) or mode.FULL


def sessions(agent: Agent | None, *, everyone: bool = False, page: int = 1) -> tuple[list[Session], bool]:
    """One page of sessions, newest first, counted up; the second value tells whether there are older ones."""
    start = (max(page, 1) - 1) * PAGE
    rows = list(_counted(_visible(agent, everyone=everyone)).order_by("-started_at", "-pk")[start : start + PAGE + 1])
    return rows[:PAGE], len(rows) > PAGE


def session(agent: Agent | None, wanted: UUID, *, everyone: bool = False) -> Session:
    """The session with this id, own or (if allowed) anybody's."""
    found: Session | None = _counted(_visible(agent, everyone=everyone)).filter(pk=wanted).first()
    if found is None:
        raise NotFound("There is no such session.")
    return found


def _visible(agent: Agent | None, *, everyone: bool) -> QuerySet[Session]:
    rows: QuerySet[Session] = Session.objects.select_related("agent", "conversation__lead")
    if everyone:
        return rows
    return rows.filter(agent=agent) if agent else rows.none()


def _counted(rows: QuerySet[Session]) -> QuerySet[Session]:
    shown = Q(suggestions__shown=True)
    return rows.annotate(
        cards=Count("suggestions", filter=shown),
        used=Count("suggestions", filter=shown & Q(suggestions__verdict__in=("used", "edited"))),
        wrong=Count("suggestions", filter=shown & Q(suggestions__verdict="wrong")),
    )


def thread_of(past: Session) -> Thread:
    """What was said while the session lasted, at most ten pages' worth."""
    said = Message.objects.filter(conversation_id=past.conversation_id, heard_at__gte=past.started_at)
    if past.ended_at:
        said = said.filter(heard_at__lte=past.ended_at)
    return Thread(_turns(list(said.order_by("position")[: TURNS * 10]), None))


def opinion_on(past: Session) -> Feedback | None:
    """What the agent thought of the session as a whole, said last."""
    found: Feedback | None = Feedback.objects.filter(session=past, suggestion=None).order_by("-created_at").first()
    return found
