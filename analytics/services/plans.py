"""Which skill does an agent work on, with which drills, and did the live conversations change?"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.timezone import localdate, now

from analytics import development, performance, rubric, skills
from analytics.development import Happened, Measured, Moment
from analytics.models import DevelopmentPlan, Drill, Event, EventKind, Scorecard
from analytics.ranges import Asked, Range
from analytics.services import performing
from coaching.models import Suggestion
from enterprisehub.errors import Conflict, Invalid
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Agent
from enterprisehub.tenants.scope import current, scope

LOOKS_BACK: Final = 90  # days in which the skill is chosen and missed moments are looked for
State = DevelopmentPlan.State


def standing(agent: Agent) -> DevelopmentPlan | None:
    """The plan that is practised now, else the newest one."""
    plans = DevelopmentPlan.objects.filter(agent=agent).prefetch_related("drills")
    return plans.filter(state=State.ACTIVE).first() or plans.first()


def earlier(agent: Agent, *, most: int = 8) -> list[DevelopmentPlan]:
    """Plans of the weeks past with what came of them, the newest first."""
    return list(DevelopmentPlan.objects.filter(agent=agent).exclude(state=State.ACTIVE)[:most])


@transaction.atomic
def begin(agent: Agent, *, skill: str = "") -> DevelopmentPlan | None:
    """Choose the skill that costs most (or take the one that is named), and make its drills; None when too little is known.

    Conflict while another skill is practised.
    """
    Agent.objects.select_for_update().get(pk=agent.pk)
    if DevelopmentPlan.objects.filter(agent=agent, state=State.ACTIVE).exists():
        raise Conflict("One skill at a time: finish the practice of this one first.")
    if skill and skills.find(skill) is None:
        raise Invalid("There is no such skill.", field="skill")
    today = localdate(timezone=ZoneInfo(agent.tenant.timezone))
    days = Range(today - timedelta(days=LOOKS_BACK - 1), today)
    found = performing.figures(agent.pk, Asked(days, "90d"))
    chosen = found.focus if not skill else _named(found, skill)
    if chosen is None and not skill:
        return None
    key = chosen.skill.key if chosen else skill
    plan = DevelopmentPlan.objects.create(agent=agent, week=development.monday(today), skill=key, why=_why(chosen))
    _make_drills(plan, agent)
    remeasure(plan)
    record("analytics.plan.begin", plan, skill=key)
    return plan


def _named(found: performance.Figures, skill: str) -> performance.Focus | None:
    same = tuple(one for one in found.skills if one.skill.key == skill)
    return performance.focus(same)


def _why(chosen: performance.Focus | None) -> dict[str, Any]:
    if chosen is None:
        return {"words": "Chosen by hand."}
    rate = chosen.rate
    told = {"now": rate.now, "before": rate.before, "others": rate.others}
    return {
        "words": chosen.why,
        "worth": round(chosen.worth, 2),
        **{who: development.told(of) for who, of in told.items()},
    }


def _make_drills(plan: DevelopmentPlan, agent: Agent) -> None:
    for made in development.drills(
        str(agent.pk), plan.skill, _missed(agent, plan.skill), languages=agent.languages or ["en"]
    ):
        Drill.objects.create(
            plan=plan, agent=agent, skill=plan.skill, language=made.language, temperament=made.temperament,
            seed=made.seed, origin=made.origin, message_id=UUID(made.message) if made.message else None,
        )  # fmt: skip


def _missed(agent: Agent, skill: str) -> list[Moment]:
    """Cards of this kind that were not used, and moments of conversations that lost points here."""
    since = localdate() - timedelta(days=LOOKS_BACK)
    found = {one.message: one for one in (*_lost(agent, skill, since), *_unused(agent, skill, since))}
    return list(found.values())


def _lost(agent: Agent, skill: str, since: date) -> list[Moment]:
    cards = Scorecard.objects.filter(agent=agent, rubric=rubric.version(), day__gte=since).select_related("lead")[:200]
    return [
        Moment(case["message"], card.lead.language or "en", "scorecard", card.last_at)
        for card in cards
        for case in card.cases
        if case.get("skill") == skill and not case.get("hit") and case.get("message")
    ]


def _unused(agent: Agent, skill: str, since: date) -> list[Moment]:
    kind = skill.removeprefix(skills.OBJECTION) if skill.startswith(skills.OBJECTION) else ""
    passed_by = (EventKind.USE_NONE, EventKind.USE_DISMISSED)
    events = (
        Event.objects.filter(agent=agent, day__gte=since, kind__in=passed_by, card_kind=kind)
        if kind
        else Event.objects.none()
    )
    ids = [one for one in events.order_by("-at").values_list("suggestion", flat=True)[:20] if one]
    cards = Suggestion.objects.filter(pk__in=ids, agent=agent)
    low = (
        Suggestion.objects.filter(agent=agent, kind=kind, feedback__score__lt=4, created_at__date__gte=since)
        if kind
        else cards.none()
    )
    return [Moment(str(card.message_id), card.language, "card", card.created_at) for card in (*cards, *low[:20])]


@transaction.atomic
def remeasure(plan: DevelopmentPlan) -> Measured:
    """Count the live conversations before and after the practice; close the plan once both sides have enough."""
    start = (plan.drilled_at or plan.opened_at) - development.BEFORE
    cards = Scorecard.objects.filter(agent=plan.agent_id, rubric=rubric.version(), last_at__gte=start).defer(
        "items", "days"
    )
    found = development.measure(
        (
            Happened(bool(case.get("hit")), card.first_at, card.last_at)
            for card in cards
            for case in card.cases
            if case.get("skill") == plan.skill
        ),
        drilled=plan.drilled_at,
    )
    plan.before, plan.after = development.told(found.before), development.told(found.after)
    if found.result and plan.state == State.MEASURING:
        plan.state, plan.result, plan.closed_at = State.CLOSED, found.result, now()
        record("analytics.plan.closed", plan, result=found.result, **{f"after_{k}": v for k, v in plan.after.items()})
    plan.save(update_fields=["before", "after", "state", "result", "closed_at"])
    return found


@transaction.atomic
def drilled(plan: DevelopmentPlan, *, at: datetime | None = None) -> bool:
    """Whether every drill is passed: then the practice is over, and from here on the live conversations are measured."""
    plan = DevelopmentPlan.objects.select_for_update().get(pk=plan.pk)
    if plan.state != State.ACTIVE or plan.drills.filter(passed_at=None).exists():
        return False
    plan.state, plan.drilled_at = State.MEASURING, at or now()
    plan.save(update_fields=["state", "drilled_at"])
    record("analytics.plan.drilled", plan, skill=plan.skill)
    return True


def develop() -> int:
    """Of every agent here: measure what waits, and begin the week's skill where none is practised; how many began. Runs named."""
    with scope(current()):
        agents = list(Agent.objects.filter(is_active=True).select_related("tenant").order_by("pk"))
    return sum(_develop(agent) for agent in agents)


def _develop(agent: Agent) -> bool:
    with scope(current()):
        plans = list(DevelopmentPlan.objects.filter(agent=agent, state__in=(State.ACTIVE, State.MEASURING)))
        for plan in plans:
            remeasure(plan)
        week = development.monday(localdate(timezone=ZoneInfo(agent.tenant.timezone)))
        if (
            any(plan.state == State.ACTIVE for plan in plans)
            or DevelopmentPlan.objects.filter(agent=agent, week=week).exists()
        ):
            return False
        return begin(agent) is not None
