"""How does a trial begin and end? Planned, started, stopped, rolled back, decided; each leaves its audit row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.timezone import now

from analytics import trials
from analytics.models import Experiment
from analytics.services import trial_cases
from coaching.models import PlaybookVersion
from coaching.services import playbooks, prompt_replays, replays
from coaching.trials import COACHED, COMPARISON, HELD, HOLDOUT
from enterprisehub.engines import prompts
from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.realtime.push import tell
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import Agent, Membership, Tenant
from enterprisehub.tenants.scope import current

Kind, Status = Experiment.Kind, Experiment.Status
PROMPT: Final = "coaching.card"
GUARDS: Final = {"outcome.opt_out": "Opt-outs", "outcome.lost": "Losses", "use.wrong": "Cards called wrong"}
MOST_TOLD: Final = 50


@dataclass(frozen=True)
class Wanted:
    """What somebody plans. `share` is the percentage that is held back (holdout) or that gets the new arm (others)."""

    name: str
    kind: str
    metric: str
    share: int = 20
    playbook: str = ""
    prompt: str = ""
    base: float = 0.2
    effect: float = 0.2
    max_days: int = 90
    question: str = ""
    guards: Mapping[str, float] = field(default_factory=lambda: {"outcome.opt_out": 0.0})


def listed() -> list[Experiment]:
    """All of them, the newest first."""
    return list(Experiment.objects.all()[:200])


def find(experiment_id: UUID) -> Experiment:
    """One of them; NotFound for none of ours."""
    found = Experiment.objects.select_related("created_by__user").filter(pk=experiment_id).first()
    if found is None:
        raise NotFound("There is no such experiment.")
    return found


@transaction.atomic
def plan(wanted: Wanted, *, by: Membership | None) -> Experiment:
    """Keep a trial as a draft. Raises Invalid, naming the field, for a plan that cannot be carried out."""
    _check(wanted)
    row = Experiment(
        name=wanted.name.strip()[:120],
        question=wanted.question.strip()[:2000],
        kind=wanted.kind,
        salt=uuid4().hex,
        arms=_arms(wanted),
        metric=wanted.metric,
        guards={name: max(0.0, float(margin)) for name, margin in wanted.guards.items()},
        base=wanted.base,
        effect=wanted.effect,
        max_days=wanted.max_days,
        created_by=by,
    )
    size = trials.needed(trial_cases.plan_of(row))
    if size is None:
        raise Invalid(
            "No number of cases would show this effect. Expect a rate above 0 and an effect that is not 0.",
            field="effect",
        )
    row.per_arm = size
    row.save()
    record("experiment.plan", row, kind=row.kind, per_arm=row.per_arm)
    return row


@transaction.atomic
def start(row: Experiment, *, by: Membership | None = None) -> Experiment:
    """Draw from now on. A version that is compared must have passed its replay; one holdout and one comparison run at a time."""
    row = _locked(row)
    if row.status != Status.DRAFT:
        raise Conflict(f"This experiment is {row.get_status_display().lower()}; only a draft can be started.")
    for arm in row.arms:
        if arm.get("playbook"):
            _may_coach(arm["playbook"])
        if arm.get("prompt"):
            prompt_replays.require(arm["prompt"])
    place, other = _place(row), Experiment.objects.filter(status=Status.RUNNING)
    other = other.filter(kind=Kind.HOLDOUT) if place == HOLDOUT else other.exclude(kind=Kind.HOLDOUT)
    if (running := other.first()) is not None:
        raise Conflict(f"“{running.name}” is running. Stop it first: two at once could not be told apart.")
    tenant = _tenant()
    row.before, row.status, row.started_at = tenant.playbook_version, Status.RUNNING, now()
    row.save(update_fields=["before", "status", "started_at"])
    _settle(tenant, place, {"id": row.pk.hex, "salt": row.salt, "arms": row.arms})
    record("experiment.start", row, kind=row.kind, per_arm=row.per_arm, by=str(by.pk) if by else "")
    return row


@transaction.atomic
def stop(row: Experiment, because: str = "Stopped by hand") -> Experiment:
    """Draw no longer; everybody is coached alike again."""
    row = _locked(row)
    if row.status != Status.RUNNING:
        raise Conflict("This experiment does not run.")
    _end(row, Status.STOPPED, because)
    record("experiment.stop", row)
    return row


@transaction.atomic
def roll_back(row: Experiment, *, by: Membership | None = None) -> Experiment:
    """In one step: draw no longer, and coach with what coached when it started."""
    row = _locked(row)
    if row.status in (Status.DRAFT, Status.ROLLED_BACK):
        raise Conflict("There is nothing to go back from.")
    _end(row, Status.ROLLED_BACK, row.stopped_because or "Rolled back")
    tenant = _tenant()
    if tenant.playbook_version != row.before:
        if row.before is not None:
            playbooks.roll_back(PlaybookVersion.objects.get(pk=row.before), by=by)
        elif tenant.playbook_version is not None:
            playbooks.retire(PlaybookVersion.objects.get(pk=tenant.playbook_version))
    if row.kind == Kind.PROMPT:
        _prompt(tenant, "")
    record("experiment.roll_back", row)
    return row


@transaction.atomic
def decide(row: Experiment, choice: str, *, why: str, by: Membership) -> Experiment:
    """Write down what follows: the name of the arm that coaches from now on, or "" for what coached before.

    Only when the plan lets the figures be read, or when the trial was stopped.
    """
    row = _locked(row)
    reading = trial_cases.reading(row)
    if not why.strip():
        raise Invalid("Say why.", field="why")
    if row.status not in (Status.RUNNING, Status.STOPPED) or (row.status == Status.RUNNING and not reading.readable):
        raise Conflict("The plan does not let this be decided yet.")
    arm = next((arm for arm in row.arms if choice and arm["name"] == choice), None)
    if choice and arm is None:
        raise Invalid("There is no such arm.", field="choice")
    _end(row, Status.FINISHED, row.stopped_because)
    if arm is not None:
        _adopt(arm, by)
    row.decision = {"choice": choice, "why": why.strip()[:1000], "by": str(by.user), "at": now().isoformat()}
    row.decision["figures"] = trial_cases.kept(row, reading)
    row.save(update_fields=["decision"])
    record("experiment.decide", row, choice=choice)
    return row


def alarm(row: Experiment, because: str) -> None:
    """Stop it by itself, and say so on the screens of the owners and administrators."""
    stop(row, because)
    people = Membership.objects.filter(role__in=(Role.OWNER, Role.ADMIN), is_active=True).values("user_id")
    told = {"state": "trial_stopped", "experiment": str(row.pk), "name": row.name, "because": because}
    for agent in Agent.objects.filter(user__in=people, is_active=True).values_list("pk", flat=True)[:MOST_TOLD]:
        tell(agent, ("status", told))


def _check(wanted: Wanted) -> None:
    if not wanted.name.strip():
        raise Invalid("Give it a name.", field="name")
    if wanted.playbook:
        _version(wanted.playbook)
    if wanted.kind not in Kind.values:
        raise Invalid("Say what is compared.", field="kind")
    if wanted.metric not in Experiment.Metric.values:
        raise Invalid("Say what is counted.", field="metric")
    if not 5 <= wanted.share <= 50:
        raise Invalid("Between 5 and 50 per cent.", field="share")
    if not 1 <= wanted.max_days <= 730:
        raise Invalid("Between 1 and 730 days.", field="max_days")
    if not 0 < wanted.base < 1:
        raise Invalid("A rate lies between 0 and 100 per cent.", field="base")
    if not -1 < wanted.effect <= 10 or not wanted.effect:
        raise Invalid("An effect of 20 means a fifth more.", field="effect")
    if not set(wanted.guards) <= set(GUARDS) or any(not 0 <= margin <= 1 for margin in wanted.guards.values()):
        raise Invalid("There is no such guard.", field="guards")
    if wanted.kind == Kind.HOLDOUT and "use.wrong" in wanted.guards:
        raise Invalid(
            "Nobody calls a card wrong that was not shown: choose other guards for a holdout.", field="guards"
        )


def _arms(wanted: Wanted) -> list[dict[str, Any]]:
    """The control first."""
    if wanted.kind == Kind.HOLDOUT:
        return [{"name": HELD, "weight": wanted.share}, {"name": COACHED, "weight": 100 - wanted.share}]
    new: dict[str, Any] = {"name": "new", "weight": wanted.share}
    now_: dict[str, Any] = {"name": "now", "weight": 100 - wanted.share}
    if wanted.kind == Kind.AA:
        return [{"name": "a", "weight": 50}, {"name": "b", "weight": 50}]
    if wanted.kind == Kind.PLAYBOOK:
        new["playbook"] = str(_version(wanted.playbook).pk)
        tenant = Tenant.objects.get(pk=current())
        now_["playbook"] = str(tenant.playbook_version or "")
    else:
        if wanted.prompt not in prompts.others(PROMPT):
            raise Invalid("There is no such prompt.", field="prompt")
        new["prompt"] = wanted.prompt
    return [now_, new]


def _version(given: str) -> PlaybookVersion:
    try:
        found = PlaybookVersion.objects.filter(pk=UUID(given)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound("There is no such version.", field="playbook_version_id")
    return found


def _may_coach(version_id: str) -> None:
    version = PlaybookVersion.objects.get(pk=version_id)
    if version.published_at is None:
        replays.require(version)


def _adopt(arm: Mapping[str, Any], by: Membership) -> None:
    if version_id := arm.get("playbook"):
        version, tenant = PlaybookVersion.objects.get(pk=version_id), _tenant()
        if version.status == PlaybookVersion.Status.DRAFT:
            playbooks.publish(version)
        elif version.pk != tenant.playbook_version:
            playbooks.roll_back(version, by=by)
    if arm.get("prompt"):
        prompt_replays.require(arm["prompt"])
        _prompt(_tenant(), arm["prompt"])


def _end(row: Experiment, status: str, because: str) -> None:
    _settle(_tenant(), _place(row), None, only=row.pk.hex)
    row.status, row.stopped_because = status, because[:200]
    row.ended_at = row.ended_at or now()
    row.save(update_fields=["status", "stopped_because", "ended_at"])


def _place(row: Experiment) -> str:
    return HOLDOUT if row.kind == Kind.HOLDOUT else COMPARISON


def _locked(row: Experiment) -> Experiment:
    return Experiment.objects.select_for_update().get(pk=row.pk)


def _tenant() -> Tenant:
    return Tenant.objects.select_for_update().get(pk=current())


def _settle(tenant: Tenant, place: str, trial: dict[str, Any] | None, *, only: str = "") -> None:
    """Write the trial into the settings that the live path reads, or take it out (if it is still this one)."""
    running = tenant.settings.get("trials")
    running = dict(running) if isinstance(running, dict) else {}
    if trial is not None:
        running[place] = trial
    elif isinstance(running.get(place), dict) and running[place].get("id") == only:
        del running[place]
    tenant.settings = {**tenant.settings, "trials": running}
    tenant.save(update_fields=["settings"])


def _prompt(tenant: Tenant, name: str) -> None:
    coaching = tenant.settings.get("coaching")
    tenant.settings = {
        **tenant.settings,
        "coaching": {**(coaching if isinstance(coaching, dict) else {}), "prompt": name},
    }
    tenant.save(update_fields=["settings"])
