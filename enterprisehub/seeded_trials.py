"""Which experiments has a seeded tenant run: a holdout that was decided, a comparison that runs, a replay, and the terms of the return?"""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID

from django.utils.timezone import now

from analytics.models import Assignment, Experiment, ReturnTerms
from analytics.services import trial_cases, trial_life
from analytics.services.trial_life import Wanted
from coaching.models import PlaybookVersion
from coaching.services import replays
from coaching.trials import Arm, arm_of
from enterprisehub.seeding import Made, Plan
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import Membership
from enterprisehub.tenants.scope import named, scope
from enterprisehub.tenants.work import withheld
from leads.models import Lead

CASES = 1300
RATES = (
    {"held": 0.20, "coached": 0.30},
    {"held": 0.20, "coached": 0.215},
)  # one tenant sees an effect, the next does not
OPT_OUTS = 0.02


def run(plan: Plan, made: Made, number: int) -> None:
    """What is there already stays."""
    with withheld(), scope(made.tenant.pk):
        owner = Membership.objects.select_related("user").filter(role=Role.OWNER).order_by("created_at")[0]
        if Experiment.objects.exists() or not made.agents:
            return
        _terms(plan, made, owner)
        _holdout(plan, made, owner, RATES[number % 2])
        draft = PlaybookVersion.objects.filter(status=PlaybookVersion.Status.DRAFT).first()
        if draft is not None:
            row = replays.wish(draft, by=owner)
            _comparison(made, draft, owner)
    if draft is not None:
        with named(made.tenant.pk):
            replays.run(row.pk)


def _terms(plan: Plan, made: Made, owner: Membership) -> None:
    today = now().date()
    period = {"kind": "period", "first": str(today - timedelta(days=120)), "last": str(today - timedelta(days=61))}
    ReturnTerms.objects.create(
        pk=plan.key("terms", made.tenant.slug),
        licence=79,
        minute="0.018",
        commission=9400,
        baseline=period,
        created_by=owner,
    )


def _holdout(plan: Plan, made: Made, owner: Membership, rates: dict[str, float]) -> None:
    """It ran most of a year ago, so that every window has passed."""
    name = f"Do cards lead to appointments? {made.mark}"
    wanted = Wanted(name, "holdout", "outcome.appointment", share=30, effect=0.4, max_days=120)
    row = trial_life.plan(wanted, by=owner)
    start = now() - timedelta(days=330)
    Assignment.objects.bulk_create(_cases(plan, made, row, rates))
    Experiment.objects.filter(pk=row.pk).update(
        status=Experiment.Status.FINISHED, created_at=start, started_at=start, ended_at=start + timedelta(days=118)
    )
    row.refresh_from_db()
    reading = trial_cases.reading(row)
    row.decision = {"choice": "", "why": "The plan's cases are in; the cards stay.", "by": str(owner.user)}
    row.decision |= {"at": (start + timedelta(days=134)).isoformat(), "figures": trial_cases.kept(row, reading)}
    row.save(update_fields=["decision"])


def _cases(plan: Plan, made: Made, row: Experiment, rates: dict[str, float]) -> list[Assignment]:
    chance = random.Random(f"{plan.seed}/{made.tenant.slug}")
    arms = [Arm(one["name"], one["weight"]) for one in row.arms]
    leads = list(Lead.objects.values_list("pk", flat=True)[:50])
    start, found = now() - timedelta(days=330), []
    for number in range(CASES if leads else 0):
        agent, talk = chance.choice(made.agents), plan.key("trial", made.tenant.slug, number)
        arm = arm_of(row.salt, arms, agent.pk, talk).name
        followed = ["outcome.appointment"] if chance.random() < rates[arm] else []
        followed += ["outcome.opt_out"] if chance.random() < OPT_OUTS else []
        found.append(_case(row, made, (agent.pk, chance.choice(leads), talk), arm=arm, followed=followed))
        found[-1].at = start + timedelta(minutes=chance.randrange(110 * 1440))
    return found


def _case(row: Experiment, made: Made, who: tuple[UUID, UUID, UUID], *, arm: str, followed: list[str]) -> Assignment:
    agent, lead, talk = who
    return Assignment(
        tenant=made.tenant, experiment=row, agent_id=agent, lead_id=lead, conversation=talk, arm=arm, followed=followed
    )


def _comparison(made: Made, draft: PlaybookVersion, owner: Membership) -> None:
    """Planned, not started: whoever tries the demonstration starts it."""
    trial_life.plan(
        Wanted(
            f"Softer words about price {made.mark}",
            "playbook",
            "outcome.reply",
            share=50,
            playbook=str(draft.pk),
            base=0.4,
            question="Do the new lines bring more answers?",
        ),
        by=owner,
    )
