"""What can a person do on a lead's page? Settle a fact, move the lead, record its agreement."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from enterprisehub.errors import Invalid
from enterprisehub.tenants.access import may
from enterprisehub.tenants.page import MemberRequest, page
from leads.models import Lead
from leads.services import facts as fact_services
from leads.services import moving
from leads.services.learning import question_for, recent, sheet_of
from leads.services.people import seen
from leads.values import SLOT_NAMES


@page("leads.write", "POST")
def facts(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """POST `do` (confirm | correct | erase), `name`, `which` (the value that is meant), `value`: the panel anew for htmx."""
    lead = _own(request, lead_id)
    name, which = _field(request, "name"), _field(request, "which") or None
    match request.POST.get("do", ""):
        case "confirm":
            lead = fact_services.confirm(lead, name, which, by=request.agent)
        case "correct":
            lead = fact_services.correct(lead, name, _field(request, "value"), by=request.agent, instead_of=which)
        case "erase":
            lead = fact_services.erase(lead, name, which, by=request.agent)
        case _:
            raise Invalid("Say what to do: confirm, correct or erase.", field="do")
    if not request.htmx:
        return redirect("lead", lead_id)
    return _panel(request, lead)


@page("leads.write", "POST")
def move(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """POST `to` (a stage or an overlay), `reason`, `evidence`: the lead moves, or the page says why; the panel for htmx."""
    lead = _own(request, lead_id)
    moved = moving.move(
        lead,
        _field(request, "to"),
        by=request.agent,
        reason=_field(request, "reason"),
        evidence=_field(request, "evidence"),
    )
    return _panel(request, moved) if request.htmx else redirect("lead", lead_id)


@page("leads.write", "POST")
def agreement(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """POST `agreement`, `on` (ISO day): the signed agreement, or the documented exception."""
    lead = _own(request, lead_id)
    moving.agree(lead, _field(request, "agreement"), by=request.agent, on=_day(_field(request, "on")))
    return redirect("lead", lead_id)


@page("leads.read.own")
def history(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """GET: how the lead came to where it stands and how each fact became known; a piece of a page for htmx."""
    lead = _own(request, lead_id)
    context = {"lead": lead, "moves": moving.moves_of(lead), "history": fact_services.history(lead)}
    return render(request, "leads/_history.html" if request.htmx else "leads/history.html", context)


def _panel(request: MemberRequest, lead: Lead) -> HttpResponse:
    known = sheet_of(lead, question_for(lead, history=recent(lead)))
    return render(request, "leads/_known.html", {"known": known, "slot_names": SLOT_NAMES})


def _own(request: MemberRequest, lead_id: UUID) -> Lead:
    everyone = may(request.membership.role, "leads.read.all")
    return seen(lead_id, request.agent, everyone=everyone)


def _field(request: MemberRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:300]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("A day is written like 2026-11-25.", field="on") from None
