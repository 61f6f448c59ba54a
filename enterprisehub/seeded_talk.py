"""What was said in a seeded tenant, and what came of it? The product's own services answer, as they would for real words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.timezone import now

from coaching.models import Feedback, Playbook, PlaybookVersion, Session, Suggestion
from coaching.playbooks import Library
from coaching.services import feedback, hearing, playbooks, sessions
from enterprisehub.engines.models import EngineCall
from enterprisehub.engines.prices import Usage, cost
from enterprisehub.seeding import Made, Plan, script
from enterprisehub.tenants.models import Agent, Membership, Vertical
from enterprisehub.tenants.scope import named, scope
from enterprisehub.tenants.work import withheld
from leads.models import Conversation, Lead, Medium, Message, Side, Speaker, Stage

BETWEEN = timedelta(seconds=90)  # between two messages of a conversation
STAGES = (Stage.NEW, Stage.ENGAGED, Stage.QUALIFIED, Stage.APPOINTMENT, Stage.ACTIVE)


@dataclass(frozen=True)
class Lines:
    """One scripted conversation of one lead."""

    conversation: Conversation
    agent: Agent
    said: list[tuple[str, str]]
    start: datetime


def talk(plan: Plan, number: int, made: Made) -> dict[str, list[UUID]]:
    """Leads, conversations, sessions, cards, feedback and a playbook; asked again, nothing is said twice."""
    ids: dict[str, list[UUID]] = {"leads": [], "conversations": [], "sessions": []}
    with withheld():
        _playbook(made)
        for place in range(plan.leads if made.agents else 0):
            with scope(made.tenant.pk):
                lines = _begin(plan, number, made, place)
                if lines.conversation.message_count == 0:
                    _say(made, lines, place)
                ids["leads"].append(lines.conversation.lead_id)
                ids["conversations"].append(lines.conversation.pk)
        with scope(made.tenant.pk):
            ids["sessions"] = list(Session.objects.order_by("started_at").values_list("pk", flat=True))
        _learn(made)
    return ids


def _begin(plan: Plan, number: int, made: Made, place: int) -> Lines:
    book = script()
    given = book["conversations"][place % len(book["conversations"])]
    agent = made.agents[place % len(made.agents)]
    name = f"{book['leads'][place % len(book['leads'])]} {made.mark}"
    lead, _ = Lead.objects.get_or_create(
        pk=plan.key("lead", made.tenant.slug, place),
        defaults={
            "name": name,
            "contact_id": f"contact-{plan.seed}-{number}-{place}",
            "email": f"lead{place}@{made.mark}.example",
            "phone": f"+1555{number % 1000:03d}{place % 10_000:04d}",
            "language": given["language"],
            "side": Side(given["side"]),
            "vertical": Vertical.ANY,
            "stage": STAGES[place % len(STAGES)],
            "source": f"website {made.mark}",
            "facts": {"area": f"{book['areas'][place % len(book['areas'])]} {made.mark}"},
            "agent": agent,
        },
    )
    conversation, _ = Conversation.objects.get_or_create(
        pk=plan.key("conversation", made.tenant.slug, place),
        defaults={
            "lead": lead,
            "agent": agent,
            "medium": Medium.values[place % len(Medium.values)],
            "listing": f"{book['streets'][place % len(book['streets'])]} {made.mark}",
            "listing_price": Decimal(285_000 + 35_000 * (place % 12)),
        },
    )
    said = [(_speaker(line), line[3:]) for line in given["lines"]]
    return Lines(conversation, agent, said, now() - timedelta(days=1 + place % 14, hours=place % 7))


def _speaker(line: str) -> str:
    return Speaker.PROSPECT if line.startswith("p:") else Speaker.AGENT


def _say(made: Made, lines: Lines, place: int) -> None:
    """Every line through the door that real words take; then each row gets the time at which it was said."""
    heard = None
    for turn, (speaker, text) in enumerate(lines.said):
        at = lines.start + BETWEEN * turn
        words = hearing.Words(
            lead=lines.conversation.lead_id,
            text=f"{text} ({made.mark})" if turn == 0 else text,
            client_id=f"seed-{lines.conversation.pk.hex}-{turn}",
            speaker=speaker,
            at=at,
            medium=lines.conversation.medium,
        )
        heard = hearing.hear(lines.agent, words)
        Message.objects.filter(pk=heard.message.pk).update(heard_at=at)
        if heard.suggestion is not None:
            Suggestion.objects.filter(pk=heard.suggestion.pk).update(created_at=at)
            _opine(made, lines, heard.suggestion, place + turn)
            _booked(made, heard.suggestion, at)
    if heard is not None:
        Session.objects.filter(pk=heard.session.pk).update(started_at=lines.start)
        if place % 2:
            sessions.end(heard.session)


def _booked(made: Made, card: Suggestion, at: datetime) -> None:
    """What the ledger would say of the card's refinement by a stand-in: the usual tokens, at the prices of the day."""
    usage = Usage(input=700, cache_read=6_000, output=180)
    EngineCall.objects.get_or_create(
        subject=str(card.pk),
        defaults={
            **vars(usage),
            "capability": "coaching.card",
            "source": "claude",
            "outcome": "ok",
            "model": "claude-haiku-5-5",
            "effort": "low",
            "stand_in": True,
            "request_id": f"seeded-{made.mark}",
            "status": 200,
            "breaker": "closed",
            "cost": cost(usage, "claude-haiku-5-5", on=at.date()),
            "reserved": 1_500,
            "first_text_ms": 420.0,
            "total_ms": 1_400.0,
            "created_at": at,
        },
    )


def _opine(made: Made, lines: Lines, card: Suggestion, turn: int) -> None:
    """What the agent thought of a card that was shown; not of every one, as in life."""
    if not card.shown or turn % 2:
        return
    given = script()["feedback"][turn // 2 % len(script()["feedback"])]
    opinion = feedback.Opinion(
        client_id=f"seed-{card.message_id.hex}",
        suggestion=card.pk,
        verdict=given["verdict"],
        score=given["score"],
        comment=f"{given['comment']} {made.mark}".strip(),
        said=given.get("said", ""),
    )
    feedback.give(lines.agent, opinion)


def _learn(made: Made) -> None:
    """The analysis that the worker would make of low scores without Claude: seeding costs nothing."""
    with scope(made.tenant.pk):
        low = list(
            Feedback.objects.filter(score__lt=feedback.GOOD_ENOUGH, improvement=None).values_list("pk", flat=True)
        )
    with named(made.tenant.pk):
        for pk in low:
            feedback.look_into(pk)


def _playbook(made: Made) -> None:
    """One version that coaches and one that is still a draft."""
    with scope(made.tenant.pk):
        if PlaybookVersion.objects.exists():
            return
        given = script()["playbook"]
        owner = Membership.objects.order_by("created_at").first()
        entry = Library.base().entries()[0]

        def content(headline: str) -> dict[str, Any]:
            return {"entries": {entry.language: {entry.kind: {entry.vertical: {"headline": headline}}}}}

        playbooks.publish(playbooks.draft(content(given["headline"]), by=owner, note=f"{given['note']} {made.mark}"))
        playbooks.draft(content(given["draft_headline"]), by=owner, note=f"{given['draft_note']} {made.mark}")
        Playbook.objects.update(name=f"House playbook {made.mark}")
        made.tenant.refresh_from_db()
