"""The pages of agents: the list, one agent, one's own, the switch of the leaderboard, a new plan."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import localdate

from analytics import pictures
from analytics.models import Scorecard
from analytics.ranges import LABELS, Asked, asked
from analytics.rubric import version
from analytics.services import performing, plans, ranking, reviewing, seen
from analytics.views import export
from enterprisehub.tenants.access import may
from enterprisehub.tenants.models import Agent
from enterprisehub.tenants.page import MemberRequest, page, page_number

NOBODY = "You have no agent profile here, so there are no figures of yours. An administrator can make one for you."
AT_ONCE = 12  # scorecards on the page of an agent
HEADER = (
    "Agent",
    "Conversations",
    "Score, mean",
    "Score, cases",
    "Dated next step",
    "of",
    "Cards used",
    "of",
    "Median answer, s",
)


def _question(request: MemberRequest) -> Asked:
    return asked(request.GET.dict(), today=localdate())


def _around(request: MemberRequest, question: Asked) -> dict[str, Any]:
    query = request.GET.copy()
    query.pop("format", None)
    return {"asked": question, "spans": LABELS.items(), "query": query.urlencode()}


@page("analytics.read")
def index(request: MemberRequest) -> HttpResponseBase:
    """GET /results/agents/?range=30d: every agent whom this person may see, by name; `format=csv` as a file."""
    question = _question(request)
    rows = ranking.listed(seen.agents(request.membership).select_related("team"), question)
    if export.asks_for_csv(request):
        return export.table(request, "agents", HEADER, map(_csv, rows))
    role = request.membership.role
    context = {
        **_around(request, question),
        "rows": rows,
        "board": ranking.board(request.membership.tenant, question),
        "opted_in": ranking.opted_in(request.membership.tenant),
        "switches": may(role, "settings.manage"),
        "agreement": reviewing.with_machine(row.agent.pk for row in rows),
        "of_people": reviewing.among_people(row.agent.pk for row in rows),
    }
    return render(request, "analytics/agents.html", context)


def _csv(row: ranking.Row) -> tuple[Any, ...]:
    mean = row.score.value * 100 if row.score.value is not None else None
    return (
        row.agent.display_name, row.conversations, mean, row.score.n, row.dated.hits, row.dated.n,
        row.used.hits, row.used.n, row.response.value,
    )  # fmt: skip


@page("analytics.read.own")
def one(request: MemberRequest, agent_id: UUID) -> HttpResponseBase:
    """GET /results/agents/<id>/?range=30d: figures, strengths, scorecards, plan; `format=csv` the figures as a file."""
    return _one(request, seen.agent(request.membership, agent_id), own=False)


@page("analytics.read.own")
def me(request: MemberRequest) -> HttpResponseBase:
    """GET /results/me/: the same of oneself."""
    if request.agent is None:
        return render(request, "analytics/nobody.html", {"sentence": NOBODY})
    return _one(request, request.agent, own=True)


def _one(request: MemberRequest, agent: Agent, *, own: bool) -> HttpResponseBase:
    question = _question(request)
    found = performing.figures(agent.pk, question)
    if export.asks_for_csv(request):
        return export.table(
            request, "agent", ("Figure", "Now", "of", "Before", "of", "Others", "of"), pictures.rows(found)
        )
    is_self = request.agent is not None and request.agent.pk == agent.pk
    number = page_number(request.GET.get("page", ""))
    cards = Scorecard.objects.filter(agent=agent, rubric=version(), possible__gt=0).select_related("lead")
    first = (number - 1) * AT_ONCE
    shown = list(cards.filter(day__gte=question.range.first, day__lte=question.range.last)[first : first + AT_ONCE + 1])
    context = {
        **_around(request, question),
        "agent": agent,
        "own": own,
        "is_self": is_self,
        "figures": found,
        "charts": pictures.charts(found),
        "cards": shown[:AT_ONCE],
        "page_number": number,
        "more": len(shown) > AT_ONCE,
        "plan": plans.standing(agent),
        "earlier": plans.earlier(agent),
        "may_begin": is_self or may(request.membership.role, "analytics.score"),
        "board": ranking.board(request.membership.tenant, question) if own else None,
    }
    return render(request, "analytics/agent.html", context)


@page("analytics.read.own", "POST")
def begin(request: MemberRequest, agent_id: UUID) -> HttpResponseBase:
    """POST /results/agents/<id>/plan/: choose the week's skill and make its drills; by the agent, or by who leads them."""
    agent = seen.agent(request.membership, agent_id)
    is_self = request.agent is not None and request.agent.pk == agent.pk
    if not is_self:
        seen.acts_for(request.membership)
    agent.tenant = request.membership.tenant
    plan = plans.begin(agent)
    if plan is None:
        messages.info(request, "Too few conversations to choose a skill from. It takes 20 chances to show one.")
    return redirect("results-me" if is_self else "results-agent", *([] if is_self else [agent.pk]))


@page("settings.manage", "POST")
def leaderboard(request: MemberRequest) -> HttpResponseBase:
    """POST /results/agents/leaderboard/ `on` (yes | no)."""
    on = request.POST.get("on") == "yes"
    ranking.opt(request.membership.tenant, on=on)
    messages.success(request, "Everybody sees who is good at what." if on else "Nobody sees a leaderboard any more.")
    return redirect("results-agents")
