"""The pages of experiments and of the replays that stand before a playbook."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from analytics.models import Experiment
from analytics.services import showing_trials, trial_life
from analytics.services.trial_life import GUARDS, Wanted
from analytics.views import export
from coaching.models import PlaybookVersion, Replay
from coaching.replaying import PROBLEMS
from coaching.services import playbooks, prompt_replays, replays
from coaching.wire import label
from enterprisehub.engines import prompts
from enterprisehub.errors import HubError, Invalid, NotAllowed, NotFound
from enterprisehub.tenants.access import may
from enterprisehub.tenants.page import MemberRequest, page

HEADER = ("Experiment", "Kind", "Status", "Arm", "Share", "Cases", "Ripe", "Followed", "Rate", "Low", "High")


@page("analytics.read")
def index(request: MemberRequest) -> HttpResponseBase:
    """GET: all experiments, the versions that wait for their replay, and `?format=csv`."""
    shown = [showing_trials.show(row) for row in trial_life.listed()]
    if export.asks_for_csv(request):
        return export.table(request, "experiments", HEADER, _rows(shown))
    running = [one for one in shown if one.row.status == Experiment.Status.RUNNING]
    context = {
        "running": running,
        "others": [one for one in shown if one not in running],
        "stopped": [one for one in shown if one.row.status == Experiment.Status.STOPPED],
        "versions": _drafts(),
        "prompts": [(name, prompt_replays.newest(name)) for name in prompts.others(trial_life.PROMPT)],
        "manages": _manages(request),
    }
    return render(request, "analytics/experiments.html", context)


@page("analytics.manage", "GET", "HEAD", "POST")
def new(request: MemberRequest) -> HttpResponse:
    """GET the form; POST the plan, which is kept as a draft."""
    problem: dict[str, str] = {}
    if request.method == "POST":
        try:
            with transaction.atomic():
                row = trial_life.plan(_wanted(request), by=request.membership)
            return redirect("experiment", row.pk)
        except HubError as error:
            problem = {"field": error.field or "", "message": error.message}
    context = {
        "problem": problem,
        "given": request.POST,
        "kinds": Experiment.Kind.choices,
        "metrics": Experiment.Metric.choices,
        "guards": GUARDS,
        "versions": PlaybookVersion.objects.exclude(status="retired")[:50],
        "prompts": prompts.others(trial_life.PROMPT),
    }
    return render(request, "analytics/experiment_new.html", context, status=400 if problem else 200)


@page("analytics.read", "GET", "HEAD", "POST")
def one(request: MemberRequest, experiment_id: UUID) -> HttpResponse:
    """GET one experiment; POST `do`: start, stop, roll_back, or decide with `choice` and `why`."""
    row = trial_life.find(experiment_id)
    if request.method == "POST":
        _allow(request)
        try:
            with transaction.atomic():
                _done(request, row)
        except HubError as error:
            messages.error(request, error.message)
        return redirect("experiment", row.pk)
    context = {
        "shown": showing_trials.show(row),
        "row": row,
        "guards": showing_trials.guards(row),
        "margins": [(GUARDS.get(name, name), margin) for name, margin in row.guards.items()],
        "manages": _manages(request),
    }
    return render(request, "analytics/experiment.html", context)


def _done(request: MemberRequest, row: Experiment) -> None:
    do = request.POST.get("do", "")
    if do == "start":
        trial_life.start(row, by=request.membership)
        messages.success(request, "It runs. Agents are not told, so that they talk as ever.")
    elif do == "stop":
        trial_life.stop(row)
        messages.success(request, "It has stopped. Everybody is coached alike again.")
    elif do == "roll_back":
        trial_life.roll_back(row, by=request.membership)
        messages.success(request, "Rolled back: what coached before coaches again.")
    elif do == "decide":
        given = request.POST
        trial_life.decide(row, given.get("choice", ""), why=given.get("why", ""), by=request.membership)
        messages.success(request, "The decision is kept with its figures.")
    else:
        raise Invalid("Say what is to be done.", field="do")


@page("analytics.read", "GET", "HEAD", "POST")
def version(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """GET the newest replay of a playbook version; POST `do`: replay, or publish."""
    row = PlaybookVersion.objects.filter(pk=version_id).first()
    if row is None:
        raise NotFound("There is no such version.")
    if request.method == "POST":
        _allow(request)
        try:
            if request.POST.get("do") == "publish":
                playbooks.publish(row)
                messages.success(request, f"Version {row.number} coaches from now on.")
            else:
                replays.wish(row, by=request.membership)
        except HubError as error:
            messages.error(request, error.message)
        return redirect("replay", row.pk)
    return render(request, "analytics/replay.html", _replayed(request, row))


@page("analytics.read")
def progress(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """GET: how far the replay is, as the piece of the page that asks again; without htmx the page itself."""
    row = PlaybookVersion.objects.filter(pk=version_id).first()
    if row is None:
        raise NotFound("There is no such version.")
    if not request.htmx:
        return redirect("replay", row.pk)
    return render(request, "analytics/_replay.html", _replayed(request, row))


@page("analytics.read", "GET", "HEAD", "POST")
def prompt(request: MemberRequest, name: str) -> HttpResponse:
    """GET the newest replay of a prompt, or its piece for htmx; POST: replay it."""
    prompt_replays.named_prompt(name)
    if request.method == "POST":
        _allow(request)
        prompt_replays.wish(name, by=request.membership)
        return redirect("prompt-replay", name)
    context = {**_told(request, prompt_replays.newest(name)), "prompt": name}
    return render(request, "analytics/_replay.html" if request.htmx else "analytics/replay.html", context)


def _replayed(request: MemberRequest, row: PlaybookVersion) -> dict[str, Any]:
    return {**_told(request, Replay.objects.filter(version=row).first()), "version": row}


def _told(request: MemberRequest, replay: Replay | None) -> dict[str, Any]:
    changes = [
        {
            **one,
            "why": [PROBLEMS.get(name, name) for name in one["problems"]],
            "kinds": [label(side["kind"]) if side else "" for side in (one["before"], one["after"])],
        }
        for one in (replay.changes if replay is not None else [])
    ]
    reasons = replays.reasons(replay.worse) if replay is not None and replay.worse else ""
    return {"replay": replay, "changes": changes, "reasons": reasons, "manages": _manages(request)}


def _wanted(request: MemberRequest) -> Wanted:
    given = request.POST
    return Wanted(
        name=given.get("name", ""),
        question=given.get("question", ""),
        kind=given.get("kind", ""),
        metric=given.get("metric", ""),
        share=round(_figure(request, "share", 20)),
        playbook=given.get("playbook", ""),
        prompt=given.get("prompt", ""),
        base=_figure(request, "base", 20) / 100,
        effect=_figure(request, "effect", 20) / 100,
        max_days=round(_figure(request, "max_days", 90)),
        guards=dict.fromkeys(given.getlist("guard"), 0.0),
    )


def _figure(request: MemberRequest, name: str, otherwise: float) -> float:
    text = request.POST.get(name, "").strip()
    if not text:
        return otherwise
    try:
        value = float(text)
    except ValueError:
        raise Invalid("This is no number.", field=name) from None
    if not -1e6 < value < 1e6:
        raise Invalid("This is no such number.", field=name)
    return value


def _drafts() -> list[dict[str, Any]]:
    """Drafts with their newest replay."""
    found = list(PlaybookVersion.objects.filter(status=PlaybookVersion.Status.DRAFT)[:20])
    played: dict[UUID, Replay] = {}
    for row in Replay.objects.filter(version__in=found).defer("changes"):
        if row.version_id is not None:
            played.setdefault(row.version_id, row)
    return [{"version": row, "replay": played.get(row.pk)} for row in found]


def _rows(shown: list[showing_trials.Shown]) -> list[tuple[Any, ...]]:
    rows = []
    for one in shown:
        for arm in one.arms:
            rate = arm.rate
            figures = (
                (rate.hits, rate.value, rate.interval.low, rate.interval.high) if rate and rate.enough else ("",) * 4
            )
            rows.append(
                (
                    one.row.name,
                    one.row.get_kind_display(),
                    one.row.get_status_display(),
                    arm.name,
                    arm.share / 100,
                    arm.cases,
                    arm.ripe,
                    *figures,
                )
            )
    return rows


def _manages(request: MemberRequest) -> bool:
    return may(request.membership.role, "analytics.manage")


def _allow(request: MemberRequest) -> None:
    if not _manages(request):
        raise NotAllowed("Only owners and administrators run experiments.")
