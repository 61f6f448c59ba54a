"""What can a person tell of a lead's outcomes? The list, a form, and taking back what was told by mistake."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone, localdate, now

from analytics.models import LostReason, Told
from analytics.services import outcomes as services
from analytics.services.outcomes import Telling
from enterprisehub.errors import Invalid
from enterprisehub.tenants.access import may, require
from enterprisehub.tenants.page import MemberRequest, page
from leads.models import Lead
from leads.services.people import seen

CURRENCIES = ("USD", "CAD", "MXN", "EUR", "GBP")


@page("leads.read.own", "GET", "HEAD", "POST")
def outcomes(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """GET what was told of this lead. POST `kind`, `on` (ISO day), `amount`, `currency`, `reason`, `id` (the form's own)."""
    lead = _lead(request, lead_id)
    if request.method == "POST":
        require(request.membership.role, "analytics.events.write")
        outcome, new = services.tell(lead, _telling(request))
        said = f"{outcome.get_kind_display()} is on record." if new else "This was on record already."
        messages.success(request, said)
        return redirect("lead-outcomes", lead_id)
    context = {
        "lead": lead,
        "rows": services.of_lead(lead),
        "kinds": Told.choices,
        "reasons": LostReason.choices,
        "currencies": CURRENCIES,
        "today": localdate(),
        "form_id": f"form-{uuid4()}",
        "writes": may(request.membership.role, "analytics.events.write"),
    }
    return render(request, "analytics/_outcomes.html" if request.htmx else "analytics/outcomes.html", context)


@page("analytics.events.write", "POST")
def take_back(request: MemberRequest, lead_id: UUID, outcome_id: UUID) -> HttpResponse:
    """POST: this outcome was told by mistake; it stays in the list and counts no more."""
    services.take_back(_lead(request, lead_id), outcome_id)
    messages.success(request, "It is taken back and counts no more.")
    return redirect("lead-outcomes", lead_id)


def _lead(request: MemberRequest, lead_id: UUID) -> Lead:
    return seen(lead_id, request.agent, everyone=may(request.membership.role, "leads.read.all"))


def _telling(request: MemberRequest) -> Telling:
    kind, amount = _field(request, "kind"), _amount(_field(request, "amount"))
    return Telling(
        kind=kind,
        client_id=_field(request, "id") or f"form-{uuid4()}",
        told_by="dashboard",
        at=_at(_field(request, "on")),
        amount=amount,
        currency=_field(request, "currency") or "USD",
        reason=_field(request, "reason") if kind == Told.LOST else "",
        by=request.membership,
    )


def _at(text: str) -> datetime | None:
    """Noon of a day that is over, in the brokerage's zone; now for today."""
    if not text:
        return None
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        raise Invalid("A day is written like 2026-11-25.", field="on") from None
    noon = datetime.combine(day, time(12), tzinfo=get_current_timezone())
    return min(noon, now()) if day == localdate() else noon


def _amount(text: str) -> Decimal | None:
    """As people write amounts: 12,500 or 12500.00, with or without a dollar sign."""
    plain = text.replace(",", "").replace("$", "").strip()
    if not plain:
        return None
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise Invalid("The amount is a number, such as 12,500.", field="amount") from None
    if not found.is_finite():
        raise Invalid("The amount is a number, such as 12,500.", field="amount")
    return round(found, 2)


def _field(request: MemberRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:80]
