"""What will the weekly mail say, and does it come? For those who run the brokerage."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from analytics.services import digest as services
from enterprisehub.errors import Invalid
from enterprisehub.tenants.page import MemberRequest, page


@page("settings.manage", "GET", "HEAD", "POST")
def digest(request: MemberRequest) -> HttpResponse:
    """GET: the mail as it would go out for the week that is over. POST `weekly` (on | off): whether it comes."""
    tenant = request.membership.tenant
    if request.method == "POST":
        wish = request.POST.get("weekly", "")
        if wish not in ("on", "off"):
            raise Invalid("Say whether the mail comes: on or off.", field="weekly")
        services.switch(tenant.pk, on=wish == "on")
        messages.success(
            request, "The weekly mail comes." if wish == "on" else "The weekly mail does not come any more."
        )
        return redirect("results-digest")
    mail = services.compose(tenant, services.latest_monday(tenant))
    return render(request, "analytics/digest_page.html", {"mail": mail, "comes": services.wanted(tenant)})
