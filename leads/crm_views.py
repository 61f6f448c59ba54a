"""What can a person see of what HighLevel has beside us: its gaps, and what people wrote there about a lead?"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from enterprisehub.ghl.models import Connection, Reconciliation, Standing
from enterprisehub.tenants.access import may, require
from enterprisehub.tenants.page import MemberRequest, page
from enterprisehub.tenants.work import later
from leads.models import CrmRecord
from leads.services.people import seen

SHOWN: Final = 20  # comparisons
ITEMS: Final = 50  # things of one lead


@page("highlevel.read", "GET", "HEAD", "POST")
def gaps(request: MemberRequest) -> HttpResponse:
    """GET what was compared and what was missing. POST: compare now, in the worker."""
    if request.method == "POST":
        require(request.membership.role, "highlevel.manage")
        later("leads.reconcile")
        messages.success(request, "HighLevel is being asked. What is missing appears here in a minute or so.")
        return redirect("highlevel-gaps")
    context = {
        "runs": list(Reconciliation.objects.all()[:SHOWN]),
        "connected": Connection.objects.filter(standing=Standing.ACTIVE).exists(),
        "may_compare": may(request.membership.role, "highlevel.manage"),
    }
    return render(request, "leads/gaps.html", context)


@page("leads.read.own")
def records(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """GET the notes, tasks, appointments and deals that people made in HighLevel; a piece of a page for htmx."""
    lead = seen(lead_id, request.agent, everyone=may(request.membership.role, "leads.read.all"))
    rows = CrmRecord.objects.filter(lead=lead, deleted_at=None)[:ITEMS]
    return render(
        request, "leads/_records.html" if request.htmx else "leads/records.html", {"lead": lead, "rows": rows}
    )
