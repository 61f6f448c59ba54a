"""The role-play: what the persona says, what the agent answers, and what is said to it at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from analytics import practice as rules
from analytics.models import Attempt, Drill
from analytics.services import practising
from enterprisehub.errors import Invalid
from enterprisehub.tenants.page import MemberRequest, page


@page("analytics.read.own", "GET", "HEAD", "POST")
def drill(request: MemberRequest, drill_id: UUID) -> HttpResponse:
    """GET /results/practice/<drill>/: the role-play; POST `do` (begin | say | finish), `text`, `turn`: the thread anew for htmx."""
    found = practising.drill_of(request.membership, drill_id)
    if request.method == "POST":
        attempt = _do(request, found)
        if not request.htmx:
            return redirect("results-practice", drill_id)
        return render(request, "analytics/_practice.html", _context(request, found, attempt))
    piece = bool(request.htmx) and "thread" in request.GET
    context = _context(request, found, practising.newest(found))
    return render(request, "analytics/_practice.html" if piece else "analytics/practice.html", context)


def _do(request: MemberRequest, found: Drill) -> Attempt:
    match request.POST.get("do", ""):
        case "begin":
            return practising.begin(request.agent, found)
        case "say":
            turn = request.POST.get("turn", "")
            number = int(turn) if turn.isascii() and turn.isdigit() and len(turn) < 4 else -1
            return practising.say(request.agent, found, request.POST.get("text", ""), turn=number)
        case "finish":
            return practising.finish(request.agent, found)
    raise Invalid("Say what to do: begin, say or finish.", field="do")


def _context(request: MemberRequest, found: Drill, attempt: Attempt | None) -> dict[str, Any]:
    last = attempt.turns[-1] if attempt and attempt.turns else {}
    waiting = bool(attempt and not attempt.ended_at and practising.waits(last))
    found.refresh_from_db(fields=["best", "passed_at"])
    siblings = list(found.plan.drills.all())
    return {
        "drill": found,
        "attempt": attempt,
        "situation": rules.situation(practising.persona_of(found)),
        "mine": request.agent is not None and request.agent.pk == found.agent_id,
        "waiting": waiting,
        "next": next((one for one in siblings if not one.passed_at and one.pk != found.pk), None),
        "number": next((number for number, one in enumerate(siblings, start=1) if one.pk == found.pk), 1),
        "of": len(siblings),
        "pass": rules.PASS,
    }
