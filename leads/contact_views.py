"""What can a person see and do about whether a lead may be contacted? Look, record a consent, an opt-out or a wrong number."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from enterprisehub.errors import Invalid
from enterprisehub.tenants.access import may, require
from enterprisehub.tenants.page import MemberRequest, page
from leads.models import Lead, Medium, Purpose
from leads.services import contact_sheet, contacting
from leads.services.consents import MEDIA
from leads.services.contacting import Statement
from leads.services.people import seen

LONGEST = 2_000  # characters of what they were shown


@page("consents.read", "GET", "HEAD", "POST")
def contact(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """GET: by medium whether they may be contacted, and the ledger; a piece of a page for htmx. POST `do` (consent | opt_out | wrong_number)."""
    lead = seen(lead_id, request.agent, everyone=may(request.membership.role, "leads.read.all"))
    if request.method == "POST":
        require(request.membership.role, "consents.write")
        messages.success(request, _done(request, lead))
        return redirect("lead-contact", lead_id)
    context = {
        "lead": lead,
        "contact": contact_sheet.sheet(lead, request.membership.tenant),
        "writes": may(request.membership.role, "consents.write"),
        "media": [(value, label) for value, label in (*Medium.choices, ("any", "Every medium"))],
        "purposes": [(value, Purpose(value).label) for value in ("marketing", "service", "reply")],
    }
    return render(request, "leads/_contact.html" if request.htmx else "leads/contact.html", context)


def _done(request: MemberRequest, lead: Lead) -> str:
    match request.POST.get("do", ""):
        case "consent":
            contacting.give(lead, _statement(request, _field(request, "purpose") or Purpose.MARKETING))
            return "The consent is in the ledger."
        case "opt_out":
            contacting.take_back(lead, _statement(request, Purpose.OPT_OUT))
            return "They will not be contacted any more; HighLevel is told."
        case "wrong_number":
            contacting.wrong_number(lead)
            return "No text and no call goes to this number any more."
    raise Invalid("Say what to record: consent, opt_out or wrong_number.", field="do")


def _statement(request: MemberRequest, purpose: str) -> Statement:
    medium = _field(request, "medium") or "any"
    if medium not in MEDIA:
        raise Invalid("There is no such medium.", field="medium")
    return Statement(
        source="agent",
        medium=medium,
        purpose=purpose,
        text=_field(request, "text")[:LONGEST],
        quote=_field(request, "quote")[:LONGEST],
        by=request.membership,
    )


def _field(request: MemberRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()
