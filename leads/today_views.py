"""The agent's day: what to do next and why, with the doors through which it is decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, localtime, now

from enterprisehub.errors import Invalid
from enterprisehub.tenants.access import may
from enterprisehub.tenants.page import MemberRequest, page, page_number
from leads.models import Action
from leads.planning.hours import days_later, hours_of, next_open
from leads.services import deciding, today
from leads.services.deciding import OUTCOMES, Decider, Words
from leads.services.people import seen
from leads.services.planning import OPEN

SNOOZES = {
    "hour": "In an hour",
    "later": "Later today",
    "tomorrow": "Tomorrow",
    "week": "In a week",
    "legal": "When it is allowed",
}
LATER = timedelta(hours=4)
GONE = {
    "approved": "On its way to {name}.",
    "sent": "Sent to {name}.",
    "snoozed": "Put off: {name} comes back {when}.",
    "done": "Done with {name}: {outcome}.",
    "dismissed": "Dismissed for {name}.",
    "expired": "That proposal for {name} was overtaken.",
}  # fmt: skip


@page("actions.read")
def index(request: MemberRequest) -> HttpResponse:
    """GET /today/?team=1&page=2: the queue with a reason per row, and the clocks of new leads; a piece of it for htmx."""
    listening = request.agent is not None and may(request.membership.role, "coaching.listen")
    seq = today.seq_of(request.agent) if listening else None
    number = page_number(request.GET.get("page", ""))
    leads_team = may(request.membership.role, "leads.read.all")
    everyone = leads_team and ("team" in request.GET or request.agent is None)
    found = today.day(request.agent, tenant=request.membership.tenant, everyone=everyone, page=number)
    context: dict[str, Any] = {
        **_around(request),
        "seq": seq,
        "rights": {"listen": listening},
        "day": found,
        "rows": [(action, today.marked(action)) for action in found.rows],
        "everyone": everyone,
        "leads_team": leads_team and request.agent is not None,
        "page_number": number,
        "now": now(),
        "today": localtime(now()).date(),
    }
    return render(request, "leads/_queue.html" if request.htmx else "leads/today.html", context)


@page("actions.read")
def one(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """GET /today/<id>/: one action as it stands, on a page of its own; the row alone for htmx."""
    everyone = may(request.membership.role, "leads.read.all")
    action = today.one(request.agent, action_id, everyone=everyone)
    context = {**_around(request), "action": action, "pieces": today.marked(action), "now": now()}
    return render(request, "leads/_action.html" if request.htmx else "leads/action.html", context)


@page("leads.read.own")
def plan(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """GET /leads/<id>/plan/: the plan as a piece of the lead's page, for htmx; the page itself for everybody else."""
    lead = seen(lead_id, request.agent, everyone=may(request.membership.role, "leads.read.all"))
    if not request.htmx:
        return redirect("lead", lead_id)
    row, actions = today.standing(lead)
    return render(request, "leads/_plan.html", {"lead": lead, "plan": row, "plan_actions": actions})


@page("actions.write", "POST")
def approve(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """POST `text`, `subject`, `claim` and `source` (as often as needed): send it, in these words or as drafted."""
    return _answer(request, deciding.approve(action_id, by=_decider(request), words=_words(request)))


@page("actions.write", "POST")
def edit(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """POST `text`, `subject`, `claim` and `source`: change the words and leave it open."""
    return _answer(request, deciding.edit(action_id, by=_decider(request), words=_words(request)))


@page("actions.write", "POST")
def snooze(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """POST `for` (hour, later, tomorrow, week, legal) or `until`: not now."""
    by = _decider(request)
    action = deciding.find(action_id, by)
    return _answer(request, deciding.snooze(action_id, by=by, until=_until(request, action)))


@page("actions.write", "POST")
def complete(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """POST `outcome`: it is done, and this came of it."""
    outcome = request.POST.get("outcome", "") or "done"
    return _answer(request, deciding.complete(action_id, by=_decider(request), outcome=outcome))


@page("actions.write", "POST")
def dismiss(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """POST `reason`: not needed."""
    reason = request.POST.get("reason", "").replace("\x00", "")
    return _answer(request, deciding.dismiss(action_id, by=_decider(request), reason=reason))


def _around(request: MemberRequest) -> dict[str, Any]:
    """What every row needs beside itself."""
    tenant = request.membership.tenant
    outcomes = [(name, label) for name, label in OUTCOMES.items() if name != "done"]
    zone, hours = ZoneInfo(tenant.timezone), hours_of(tenant.settings, tenant.timezone)
    here = localtime(now(), zone)
    is_over = next_open(here + LATER, hours).date() != here.date()  # then "later today" is tomorrow
    snoozes = [
        (name, label) for name, label in SNOOZES.items() if name != "legal" and not (is_over and name == "later")
    ]
    return {"outcomes": outcomes, "snoozes": snoozes, "can_act": may(request.membership.role, "actions.write")}


def _decider(request: MemberRequest) -> Decider:
    everyone = may(request.membership.role, "leads.write.all")
    return Decider(request.membership, request.agent, everyone=everyone)


def _words(request: MemberRequest) -> Words:
    claims, sources = request.POST.getlist("claim"), request.POST.getlist("source")
    named = {
        claim: source.replace("\x00", "") for claim, source in zip(claims, sources, strict=False) if source.strip()
    }
    return Words(request.POST.get("text"), request.POST.get("subject"), named)


def _until(request: MemberRequest, action: Action) -> datetime:
    """The moment that was chosen, in the tenant's zone."""
    tenant = request.membership.tenant
    here, hours = localtime(now(), ZoneInfo(tenant.timezone)), hours_of(tenant.settings, tenant.timezone)
    match request.POST.get("for", ""):
        case "hour":
            return here + timedelta(hours=1)
        case "later":
            return next_open(here + LATER, hours)
        case "tomorrow":
            return days_later(here, 1, "morning", hours)
        case "week":
            return days_later(here, 7, "morning", hours)
        case "legal":
            given = str(action.verdict.get("next_at") or "")
        case _:
            given = request.POST.get("until", "")
    try:
        until = parse_datetime(given)
    except ValueError:
        until = None
    if until is None:
        raise Invalid("Say until when.", field="until")
    return until.replace(tzinfo=here.tzinfo) if is_naive(until) else until


def _answer(request: MemberRequest, action: Action) -> HttpResponse:
    """The row as it is now, or a line that says what became of it."""
    if action.state in OPEN and action.state != "snoozed":
        if not request.htmx:
            return redirect("today")
        context = {**_around(request), "action": action, "pieces": today.marked(action), "now": now()}
        return render(request, "leads/_action.html", context)
    when = f"{localtime(action.snoozed_until):%a %-d %b, %H:%M}" if action.snoozed_until else "later"
    outcome = OUTCOMES.get(action.outcome, action.outcome).lower()
    told = GONE[action.state].format(name=action.lead, when=when, outcome=outcome)
    if not request.htmx:
        messages.success(request, told)
        return redirect("today")
    return render(request, "leads/_action_gone.html", {"action": action, "told": told})
