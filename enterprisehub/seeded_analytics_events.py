"""What happened in a seeded tenant in the 120 days before today? Believable events, the same for the same seed, and their roll-ups."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.timezone import now

from analytics.models import Event, EventKind, Outcome
from analytics.services import gathering, outcomes, rolling
from coaching.playbooks import Library
from coaching.services.playbooks import library_of
from enterprisehub.engines import prompts
from enterprisehub.seeding import Made
from enterprisehub.tenants.models import Agent, Tenant
from enterprisehub.tenants.scope import named, scope
from enterprisehub.tenants.work import withheld
from leads.models import Lead

DAYS: Final = 120
HOLDOUT_DAYS: Final = 60  # the last of them: one talk in eight is held back
NEW_PLAYBOOK_DAYS: Final = 40  # since when the tenant's own playbook coaches
TALKS_A_DAY: Final = 7.0
# How often an objection comes, and how often its card is used and followed by an appointment.
KINDS: Final = (
    ("affordability", 20, 0.58, 0.16), ("rates", 14, 0.50, 0.12), ("timing", 12, 0.44, 0.09), ("stall", 11, 0.38, 0.08),
    ("authority", 9, 0.55, 0.14), ("trust", 6, 0.47, 0.11), ("has_agent", 7, 0.30, 0.05), ("commission", 8, 0.52, 0.13),
    ("valuation", 6, 0.41, 0.10), ("buyer_agreement", 5, 0.49, 0.12), ("sell_first", 5, 0.46, 0.10),
    ("property_fit", 6, 0.60, 0.17), ("just_looking", 8, 0.34, 0.06), ("privacy", 3, 0.36, 0.07),
)  # fmt: skip
MEDIA: Final = (("sms", 50, 420.0), ("chat", 22, 150.0), ("call", 14, 6.0), ("email", 14, 5_400.0))  # weight, seconds
# Stage, how many of those before it reach it, and the days that this takes in the middle.
STAGES: Final = (
    ("attempting", 0.92, 0.1), ("engaged", 0.66, 0.8), ("qualified", 0.55, 3.0), ("appointment", 0.62, 4.0),
    ("represented", 0.55, 6.0), ("active", 0.9, 3.0), ("under_contract", 0.6, 14.0), ("closed", 0.85, 20.0),
)  # fmt: skip
SHOWS: Final = {"appointment": EventKind.APPOINTMENT, "represented": EventKind.AGREEMENT, "under_contract": EventKind.OFFER,
                "closed": EventKind.CLOSING}  # fmt: skip
EMPTY: Final = {
    **dict.fromkeys(
        ("card_kind", "playbook_version", "prompt_version", "vertical", "language", "engine", "medium", "arm", "variant",
         "reason", "currency"), ""),
    "told_by": "system",
}  # fmt: skip
LOST: Final = ("price", "financing", "timing", "another_agent", "bought_elsewhere", "unreachable", "not_interested")
HELD_REPLY, HELD_APPOINTMENT = 0.84, 0.72  # what a card that was held back leaves of the chance


@dataclass
class History:
    """One tenant's days while they are made."""

    tenant: Tenant
    agents: Sequence[Agent]
    chance: random.Random
    until: datetime
    playbooks: tuple[str, str]  # before, and since NEW_PLAYBOOK_DAYS
    prompt: str
    events: list[dict[str, Any]] = field(default_factory=list)
    skill: dict[UUID, float] = field(default_factory=dict)

    def add(self, kind: str, at: datetime, what: tuple[object, ...], **facts: Any) -> None:
        """Nothing of tomorrow: what has not happened yet is not there."""
        if at >= self.until:
            return
        counted = facts.pop("counted", at)
        agent = facts.pop("agent")
        pk = Event.id_of(self.tenant.pk, "seeded", kind, *what)
        own = {
            "id": pk,
            "tenant_id": self.tenant.pk,
            "kind": kind,
            "at": at,
            "day": counted.date(),
            "agent_id": agent.pk,
        }
        self.events.append({**EMPTY, **own, "recorded_at": at, **facts})


@dataclass(frozen=True)
class Talk:
    id: UUID
    agent: Agent
    start: datetime
    medium: str
    seconds: float  # until an answer, in the middle
    language: str
    arm: str
    facts: dict[str, Any]


def keep(made: Made) -> None:
    """For a seeded tenant: its history, an outcome that was told, and what its own talk says; asked again, it stays."""
    if made.agents:
        history(made.tenant, made.agents, seed=made.tenant.slug)
    with withheld():
        with scope(made.tenant.pk):
            _tell(made)
        with named(made.tenant.pk):
            gathering.gather()
            rolling.roll_up()


def history(tenant: Tenant, agents: Sequence[Agent], *, seed: str) -> int:
    """The events and roll-ups of 120 days that ended yesterday; how many events. Made once."""
    with scope(tenant.pk):
        if Event.objects.filter(kind=EventKind.CARD_SHOWN, lead=None).exists():
            return 0
        zone = ZoneInfo(tenant.timezone)
        today = now().astimezone(zone).date()
        told = History(
            tenant,
            agents,
            random.Random(f"history of {seed}"),
            datetime.combine(today, time(0), tzinfo=zone),
            (Library.base().version, library_of(tenant).version),
            prompts.load("coaching.card").version,
        )
        for number, agent in enumerate(agents):
            told.skill[agent.pk] = (0.0, 0.08, -0.07, 0.04, -0.03)[number % 5]
        for back in range(DAYS, 0, -1):
            _day(told, today - timedelta(days=back))
        _write(told.events)
        rolling.of_days(sorted({event["day"] for event in told.events}))
        return len(told.events)


def _write(events: Sequence[dict[str, Any]]) -> None:
    """All in one statement: seventeen thousand rows, one by one through the models, would take most of the seeding's time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO analytics_event SELECT * FROM jsonb_populate_recordset(NULL::analytics_event, %s::jsonb)",
            [json.dumps(events, default=str)],
        )


def _tell(made: Made) -> None:
    lead = Lead.objects.filter(agent__isnull=False).order_by("created_at").first()
    if lead is not None and not Outcome.objects.exists():
        said = outcomes.Telling("offer", f"offer {made.mark}", "dashboard", amount=Decimal(410_000), currency="USD")
        outcomes.tell(lead, said)


def _day(told: History, day: date) -> None:
    """Fewer talks on Sundays; a little more from month to month."""
    back = (told.until.date() - day).days
    wanted = TALKS_A_DAY * (0.45 if day.weekday() == 6 else 1.0) * (1.15 - 0.3 * back / DAYS)
    for number in range(round(told.chance.gauss(wanted, 1.5))):
        _talk(told, day, number, back)


def _talk(told: History, day: date, number: int, back: int) -> None:
    chance = told.chance
    medium, _, seconds = chance.choices(MEDIA, [weight for _, weight, _ in MEDIA])[0]
    agent = chance.choice(told.agents)
    start = datetime.combine(day, time(8), tzinfo=told.until.tzinfo) + timedelta(minutes=chance.uniform(0, 690))
    key = uuid5(told.tenant.pk, f"talk/{day}/{number}")
    arm = ("held" if chance.random() < 0.125 else "coached") if back <= HOLDOUT_DAYS else ""
    language = "es" if chance.random() < (0.25 if told.tenant.locale.startswith("en") else 0.6) else "en"
    facts = {
        "agent": agent, "team": agent.team_id, "conversation": key, "medium": medium, "language": language,
        "vertical": told.tenant.vertical,
    }  # fmt: skip
    talk = Talk(key, agent, start, medium, seconds, language, arm, facts)
    at, booked = start, False
    for turn in range(chance.randint(2, 6)):
        told.add(EventKind.MESSAGE_IN, at, (key, turn, "in"), **facts)
        answered = at + timedelta(seconds=min(40_000, chance.lognormvariate(0, 0.9) * seconds))
        if chance.random() < 0.85:
            booked = _card(told, talk, at, turn) or booked
        told.add(EventKind.MESSAGE_OUT, answered, (key, turn, "out"), **facts)
        told.add(EventKind.RESPONSE, answered, (key, turn), value=round((answered - at).total_seconds(), 1), **facts)
        at = answered + timedelta(seconds=chance.lognormvariate(0, 1) * seconds)
        if turn and chance.random() < 0.3:
            break
        told.add(EventKind.REPLY, at, (key, turn), **facts)
    told.add(EventKind.SESSION, at, (key,), value=round((at - start).total_seconds() / 60, 2), **facts)
    if number % 2 == 0:
        _life(told, talk, booked=booked)


def _card(told: History, talk: Talk, at: datetime, turn: int) -> bool:
    """A card, shown or held back; its use, and what followed it. True when an appointment did."""
    chance, back = told.chance, (told.until - at).days
    kind, _, used, booked = chance.choices(KINDS, [weight for _, weight, _, _ in KINDS])[0]
    held = talk.arm == "held"
    engine = "local" if held else chance.choices(("local", "cache", "claude"), (34, 12, 54))[0]
    facts = {
        **talk.facts,
        "suggestion": uuid5(talk.id, f"card/{turn}"),
        "card_kind": kind,
        "engine": engine,
        "playbook_version": told.playbooks[back <= NEW_PLAYBOOK_DAYS],
        "prompt_version": "" if engine == "local" else told.prompt,
        "arm": talk.arm,
    }
    what = (talk.id, turn)
    told.add(EventKind.CARD_HELD if held else EventKind.CARD_SHOWN, at, what, **facts)
    if not held:
        grown = 0.10 * (1 - back / DAYS) + (0.04 if engine == "claude" else 0.0)  # they get used to it
        _use(told, at, what, min(0.95, max(0.05, used + told.skill[talk.agent.pk] + grown - 0.05)), facts)
    later = at + timedelta(hours=chance.uniform(0.05, 30))
    if chance.random() < 0.66 * (HELD_REPLY if held else 1.0):
        told.add(EventKind.AFTER_REPLY, later, what, counted=at, **facts)
    if chance.random() < 0.02:
        told.add(EventKind.AFTER_OPT_OUT, at + timedelta(days=chance.uniform(0.1, 6)), what, counted=at, **facts)
    if chance.random() < booked * (HELD_APPOINTMENT if held else 1.0):
        told.add(EventKind.AFTER_APPOINTMENT, at + timedelta(days=chance.uniform(0.2, 12)), what, counted=at, **facts)
        return True
    return False


def _use(told: History, at: datetime, what: tuple[object, ...], used: float, facts: dict[str, Any]) -> None:
    chance = told.chance
    when = at + timedelta(minutes=chance.uniform(0.5, 20))
    if chance.random() < used:
        kind = chance.choices((EventKind.USE_SAID, EventKind.USE_EDITED, EventKind.USE_ASKED), (40, 34, 26))[0]
        told.add(kind, when, what, counted=at, value=round(chance.uniform(0.55, 1.0), 3), **facts)
    else:
        kind = chance.choices((EventKind.USE_NONE, EventKind.USE_DISMISSED, EventKind.USE_WRONG), (84, 12, 4))[0]
        told.add(kind, when, what, counted=at, **facts)
    if chance.random() < 0.09:
        good = kind in (EventKind.USE_SAID, EventKind.USE_EDITED, EventKind.USE_ASKED)
        score = chance.choices((5, 4, 3, 2, 1), (46, 34, 12, 5, 3) if good else (4, 14, 34, 30, 18))[0]
        told.add(EventKind.SCORED, when, what, value=float(score), **facts)


def _life(told: History, talk: Talk, *, booked: bool) -> None:
    """The stages that this lead reached, how long each took, and how it ended."""
    chance, at, before = told.chance, talk.start - timedelta(hours=told.chance.uniform(0.02, 20)), "new"
    facts = {name: talk.facts[name] for name in ("agent", "team", "language", "vertical", "medium", "conversation")}
    began, reached = at, at
    told.add(EventKind.STAGE, at, (talk.id, "new"), reason="new", **facts)
    for stage, share, days in STAGES:
        if chance.random() > min(0.97, share + (0.25 if booked and stage == "appointment" else 0.0)):
            _end(told, talk, reached, facts)
            return
        reached, earlier = at + timedelta(days=chance.lognormvariate(0, 0.7) * days), reached
        if reached >= told.until:
            return
        took = (reached - earlier).total_seconds()
        told.add(EventKind.WENT_ON, reached, (talk.id, before), counted=earlier, reason=before, **facts)
        told.add(EventKind.STAGE, reached, (talk.id, stage), reason=stage, value=took, **facts)
        if stage == "qualified":
            told.add(EventKind.QUALIFIED, reached, (talk.id,), value=(reached - began).total_seconds(), **facts)
        if stage in SHOWS:
            told.add(SHOWS[stage], reached, (talk.id,), told_by="highlevel", **_amount(told, stage), **facts)
        at, before = reached, stage


def _end(told: History, talk: Talk, reached: datetime, facts: dict[str, Any]) -> None:
    chance = told.chance
    gone = reached + timedelta(days=chance.uniform(3, 40))
    if chance.random() < 0.06:
        told.add(EventKind.OPT_OUT, gone, (talk.id,), **facts)
    elif chance.random() < 0.55:
        reason = chance.choices(LOST, (18, 10, 26, 14, 8, 16, 8))[0]
        told.add(EventKind.LOST, gone, (talk.id,), reason=reason, told_by="dashboard", **facts)


def _amount(told: History, stage: str) -> dict[str, Any]:
    """The price of an offer, the commission of a closing; luxury sells dearer."""
    price = told.chance.lognormvariate(0, 0.3) * (1_900_000 if told.tenant.vertical == "luxury" else 430_000)
    if stage == "closed":
        return {"amount": Decimal(round(price * 0.0245)), "currency": "USD"}
    return {"amount": Decimal(round(price, -3)), "currency": "USD"} if stage == "under_contract" else {}
