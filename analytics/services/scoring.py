"""Which conversations have rested and want a scorecard, and what do the scorecards of a day add up to?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import now

from analytics import rubric, skills, spoken, waits
from analytics.models import Scorecard, SkillDay, TalkDay
from analytics.scorecard import READ, Filled, Talk, fill, worth_scoring
from coaching.models import Session
from enterprisehub.errors import NotFound
from enterprisehub.tenants.models import Agent, Tenant
from enterprisehub.tenants.scope import current, scope
from leads.conversation import Turn
from leads.models import Conversation, Medium, Message

log = structlog.get_logger(__name__)
REST: Final = timedelta(minutes=30)  # nothing said for so long: the conversation rests
BACK: Final = timedelta(days=400)  # older conversations are left as they are
AT_ONCE: Final = 100  # conversations of one task
SCORE, COMPLETENESS = "score", "completeness"  # kept among the skills of a day: not skills, but means


def due() -> QuerySet[Conversation]:
    """Conversations that rest, or whose coaching was ended, and that went on since they were scored by this rubric."""
    known = Scorecard.objects.filter(
        conversation=OuterRef("pk"), rubric=rubric.version(), read_to__gte=OuterRef("message_count")
    )
    sessions = Session.objects.filter(conversation=OuterRef("pk"))
    ended = Q(Exists(sessions)) & ~Q(Exists(sessions.filter(ended_at=None)))
    return (
        Conversation.objects.filter(agent__isnull=False, message_count__gte=2, last_message_at__gte=now() - BACK)
        .filter(Q(last_message_at__lte=now() - REST) | ended)
        .exclude(Exists(known))
    )


def score_due(most: int = AT_ONCE) -> int:
    """Score what is due, each conversation in a transaction of its own; how many there were. Runs named."""
    with scope(current()):
        found = list(due().order_by("last_message_at").values_list("pk", flat=True)[:most])
    for conversation_id in found:
        try:
            with scope(current()):
                score(conversation_id)
        except Exception as error:  # one conversation that cannot be read must not keep the others from their scorecard
            log.exception("scorecard_failed", conversation=str(conversation_id), error=type(error).__name__)
    return len(found)


@transaction.atomic
def score(conversation_id: UUID) -> Scorecard:
    """Fill the conversation's scorecard, and the sums of the days that it touches; again gives the same."""
    found = Conversation.objects.select_related("lead", "agent", "tenant").filter(pk=conversation_id).first()
    if found is None or found.agent is None:
        raise NotFound("There is no such conversation.")
    messages = list(found.messages.order_by("-position")[:READ])[::-1]
    if not messages:
        raise NotFound("Nothing was said in this conversation.")
    earlier = Scorecard.objects.filter(conversation=found, rubric=rubric.version()).first()
    card = _card(found, messages)
    if earlier is not None:
        card.pk, card._state.adding = earlier.pk, False
    card.save()
    sum_days(card.agent_id, _days(card))
    if earlier is not None:
        sum_days(earlier.agent_id, _days(earlier))
    return card


def _card(talk: Conversation, messages: list[Message]) -> Scorecard:
    zone = ZoneInfo(talk.tenant.timezone)
    turns = tuple(Turn(one.speaker, one.text, one.at.astimezone(zone)) for one in messages)
    last = turns[-1].at
    assert talk.agent is not None and turns[0].at is not None and last is not None  # noqa: S101, PT018 - score() looked
    card = Scorecard(
        conversation=talk, agent=talk.agent, lead=talk.lead, rubric=rubric.version(), total=0, earned=0, possible=0,
        completeness=talk.lead.completeness, read_to=messages[-1].position, first_at=turns[0].at, last_at=last,
        first_day=turns[0].at.date(), day=last.date(),
    )  # fmt: skip
    card.days = {day.isoformat(): one.told() for day, one in spoken.by_day(turns).items()}
    if worth_scoring(turns):
        filled = fill(Talk(turns, _names(talk.agent, talk.tenant), recorded=_recorded(talk, messages)))
        card.total, card.earned, card.possible = filled.total, filled.earned, filled.possible
        card.failed, card.items = list(filled.failed), filled.told()
        card.cases = _cases(filled, turns, messages, card.day)
    return card


def _cases(filled: Filled, turns: tuple[Turn, ...], messages: list[Message], day: date) -> list[dict[str, Any]]:
    """Chances with the day to which each counts: an objection to its own, everything else to the last one."""
    rows = []
    for case in skills.cases(filled):
        known = 0 <= case.turn < len(turns)
        at = turns[case.turn].at if known and case.skill.startswith(skills.OBJECTION) else None
        when = at.date() if at else day
        rows.append({**asdict(case), "day": when.isoformat(), "message": str(messages[case.turn].pk) if known else ""})
    return rows


def _names(agent: Agent, tenant: Tenant) -> tuple[str, ...]:
    """By what an agent calls themselves: the first name, the brokerage's name and its first word."""
    first, house = agent.display_name.split()[:1], tenant.name
    return tuple(name for name in (*first, house, house.split()[0] if house.split() else "") if len(name) > 2)


def _recorded(talk: Conversation, messages: Iterable[Message]) -> bool:
    """Whether a disclosure was owed: by default for calls whose recording was transcribed; a tenant may ask for all calls, or none."""
    wish = (talk.tenant.settings.get("scorecards") or {}).get("disclosure", "recorded")
    if talk.medium != Medium.CALL or wish == "never":
        return False
    return wish == "always" or any(one.client_id.startswith("ghl:") for one in messages)


def _days(card: Scorecard) -> set[date]:
    """Every day that this scorecard says something about."""
    return {card.day} | {date.fromisoformat(day) for day in (*card.days, *(case["day"] for case in card.cases))}


def sum_days(agent_id: UUID, days: Iterable[date]) -> None:
    """Make the sums of these days anew from the scorecards that touch them."""
    with connection.cursor() as cursor:  # one at a time per agent: two workers would add the same day twice
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [str(agent_id)])
    wanted = sorted(days)
    if not wanted:
        return
    cards = list(
        Scorecard.objects.filter(
            agent=agent_id, rubric=rubric.version(), first_day__lte=wanted[-1], day__gte=wanted[0]
        ).defer("items")
    )
    SkillDay.objects.filter(agent=agent_id, day__in=wanted).delete()
    TalkDay.objects.filter(agent=agent_id, day__in=wanted).delete()
    SkillDay.objects.bulk_create([row for day in wanted for row in _skills(agent_id, day, cards)])
    TalkDay.objects.bulk_create([row for day in wanted if (row := _talk(agent_id, day, cards))])


def _skills(agent_id: UUID, day: date, cards: Iterable[Scorecard]) -> list[SkillDay]:
    found: dict[str, SkillDay] = {}

    def add(name: str, share: float, *, hit: bool) -> None:
        row = found.setdefault(name, SkillDay(agent_id=agent_id, day=day, skill=name, n=0))
        row.n, row.hits = row.n + 1, row.hits + hit
        row.total, row.squares = row.total + share, row.squares + share * share

    for card in cards:
        for case in card.cases:
            if case["day"] == day.isoformat():
                add(case["skill"], case["share"], hit=case["hit"])
        if card.day == day and card.possible:
            add(SCORE, card.total / 100, hit=card.total >= 70)
            add(COMPLETENESS, card.completeness, hit=card.completeness >= 0.7)
    return list(found.values())


def _talk(agent_id: UUID, day: date, cards: Iterable[Scorecard]) -> TalkDay | None:
    told: list[Mapping[str, Any]] = [card.days[day.isoformat()] for card in cards if day.isoformat() in card.days]
    if not told:
        return None
    names = ("agent_words", "prospect_words", "agent_turns", "asking", "several", "questions")
    sums = {name: sum(int(one.get(name, 0)) for one in told) for name in names}
    return TalkDay(
        agent_id=agent_id, day=day, conversations=len(told), waits=waits.added([one["waits"] for one in told]), **sums
    )
