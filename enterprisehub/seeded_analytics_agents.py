"""What do seeded agents have behind them: scored conversations of the last months, a plan that was measured, and one that is practised?"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from random import Random

from django.utils.timezone import now

from analytics.models import DevelopmentPlan, Scorecard
from analytics.services import plans, practising, reviewing, scoring
from enterprisehub.seeding import Made, Plan
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import Agent, Membership
from enterprisehub.tenants.scope import scope
from enterprisehub.tenants.work import withheld
from leads.models import Conversation, Lead, Medium, Message, Stage

PAST = 4  # past conversations of an agent per seeded lead: enough for intervals where six leads are seeded, few where a test seeds
DAYS = 84
ASKS = (
    ("What got you thinking about a move?", "We work from home now and need a room with a door."),
    ("When would you like to have the keys?", "By spring, if we can."),
    ("Are you paying cash or with a lender?", "With a loan from our credit union."),
    ("Are you working with another agent?", "No, nobody so far."),
    ("Who else decides with you?", "My sister has a say."),
)
OBJECTIONS = (
    (
        "Honestly, that is more than we can afford.",
        "I hear you. Is it the price or the monthly payment that pinches?",
        "The payment.",
    ),
    (
        "I need to think about it.",
        "Of course. What would you want to be sure of first?",
        "Whether the commute is bearable.",
    ),
    (
        "With rates this high we would rather wait.",
        "That makes sense. What payment would feel comfortable?",
        "Around 2,300.",
    ),
)
PUSHY = "Actually, now is the best time. Trust me, you should decide soon."
CLOSES = ("Shall I show you two homes on Thursday at 5?", "Can I call you tomorrow at 10 about it?")


def keep(plan: Plan, made: Made) -> None:
    """Past conversations with their scorecards, a review, plans and a role-play; asked again, what is there stays."""
    if not made.agents or not plan.leads:
        return
    with withheld(), scope(made.tenant.pk):
        if DevelopmentPlan.objects.exists():
            return
        for number, agent in enumerate(made.agents):
            agent.tenant = made.tenant
            _talks(plan, made, agent, number)
        for pk in islice(scoring.due().values_list("pk", flat=True), 2_000):
            scoring.score(pk)
        for number, agent in enumerate(made.agents):
            _plans(agent, number)
        _review()


def _talks(plan: Plan, made: Made, agent: Agent, number: int) -> None:
    chance = Random(f"{plan.seed}|{made.tenant.slug}|{number}")
    skill = (0.8, 0.55, 0.7)[number % 3]
    leads, talks, messages = list[Lead](), list[Conversation](), list[Message]()
    count = PAST * plan.leads
    for place in range(count):
        at = (now() - timedelta(days=3 + DAYS * (count - place) / count)).replace(
            hour=15, minute=place % 50, second=0, microsecond=0
        )
        key = ("past", made.tenant.slug, number, place)
        lead = Lead(
            id=plan.key(*key, "lead"), name=f"{_name(chance)} {made.mark}", agent=agent, language="en", stage=chance.choice(Stage.values[:6]),
            created_at=at, spoken_at=at, source=f"website {made.mark}", completeness=round(chance.uniform(0.3, 0.9), 2),
        )  # fmt: skip
        lines = _lines(chance, agent, skill + 0.1 * place / count)
        last = at + timedelta(minutes=3 * len(lines))
        talk = Conversation(
            id=plan.key(*key, "talk"), lead=lead, agent=agent, medium=Medium.values[place % 3], message_count=len(lines), last_message_at=last,
            created_at=at,
        )  # fmt: skip
        leads, talks = [*leads, lead], [*talks, talk]
        messages += _messages(plan, talk, lines, chance, at=at)
    Lead.objects.bulk_create(leads)
    Conversation.objects.bulk_create(talks)
    Message.objects.bulk_create(messages)


def _messages(
    plan: Plan, talk: Conversation, lines: list[tuple[str, str]], chance: Random, *, at: datetime
) -> list[Message]:
    rows = []
    for turn, (speaker, text) in enumerate(lines):
        at += timedelta(seconds=chance.choice((25, 40, 70, 150, 400)))
        rows.append(
            Message(
                id=plan.key(talk.pk, turn), conversation=talk, lead=talk.lead, speaker=speaker, text=text, client_id=f"past-{talk.pk.hex}-{turn}",
                position=turn + 1, at=at, heard_at=at,
            )
        )  # fmt: skip
    return rows


def _name(chance: Random) -> str:
    first = ("Ana", "Ben", "Cleo", "Dev", "Emil", "Fay", "Gus", "Hana", "Ines", "Jon", "Kira", "Leo")
    return f"{chance.choice(first)} {chance.choice(('Marsh', 'Ortiz', 'Novak', 'Reed', 'Sato', 'Vance'))}"


def _lines(chance: Random, agent: Agent, skill: float) -> list[tuple[str, str]]:
    """A conversation in which each part of the scorecard is done by chance; the next step is the weakest part of most agents."""
    lines = [("prospect", "Hi, is the house with the porch still available?")]
    lines += [
        (
            "agent",
            f"Hi, this is {agent.display_name.split()[0]}, thanks for writing. It is."
            if chance.random() < skill + 0.1
            else "Yes.",
        )
    ]
    lines += [("prospect", "Good to hear.")]
    for question, answer in ASKS:
        if chance.random() < skill:
            lines += [("agent", question), ("prospect", answer)]
    if chance.random() < 0.7:
        objection, reply, more = chance.choice(OBJECTIONS)
        lines += [("prospect", objection), ("agent", reply if chance.random() < skill else PUSHY), ("prospect", more)]
    if chance.random() < skill - 0.25:
        return [*lines, ("agent", chance.choice(CLOSES)), ("prospect", "Yes, that works for me.")]
    return [*lines, ("agent", "Let me know if anything comes up.")]


def _plans(agent: Agent, number: int) -> None:
    """One that was practised six weeks ago and is measured, then this week's; the first agent has begun a role-play."""
    past = plans.begin(agent, skill="timeframe")
    if past is None:
        return
    drilled = now() - timedelta(days=42)
    past.drills.update(passed_at=drilled, best=90, created_at=drilled)
    DevelopmentPlan.objects.filter(pk=past.pk).update(week=drilled.date(), opened_at=drilled - timedelta(days=5))
    plans.drilled(past, at=drilled)
    past.refresh_from_db()
    plans.remeasure(past)
    current = plans.begin(agent) or plans.begin(agent, skill="next_step")
    if current is not None and number == 0:
        drill = current.drills.first()
        assert drill is not None  # noqa: S101 - a plan has three
        practising.begin(agent, drill)
        practising.say(agent, drill, "Hi, thanks for writing. What did you like about it?", turn=1)


def _review() -> None:
    """A lead's own word on one part of one scorecard."""
    by = Membership.objects.filter(role=Role.OWNER).order_by("created_at").first()
    card = Scorecard.objects.filter(possible__gt=0).order_by("day", "pk").first()
    if by is not None and card is not None:
        reviewing.review(by, card, item="opening", points=3, reason="The name came, the brokerage did not.")
