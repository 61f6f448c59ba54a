"""The list of leads, and the form with which a conversation begins."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from enterprisehub.errors import NotAllowed
from enterprisehub.tenants.access import may
from enterprisehub.tenants.page import MemberRequest, page, page_number
from leads import services
from leads.forms import BeginForm
from leads.lists import listing

NO_AGENT = "Only people with an agent profile can begin a conversation. An administrator can make one for you."


@page("leads.read.own")
def index(request: MemberRequest) -> HttpResponse:
    """GET /leads/?page=2&q=name: own and unassigned leads, or all of them where the role allows."""
    everyone = may(request.membership.role, "leads.read.all")
    number = page_number(request.GET.get("page", ""))
    wanted = request.GET.get("q", "").replace("\x00", "").strip()[:120]
    rows, more = listing(request.agent, everyone=everyone, page=number, wanted=wanted)
    return render(
        request,
        "leads/index.html",
        {"leads": rows, "more": more, "page_number": number, "everyone": everyone, "q": wanted},
    )


@page("leads.write", "GET", "HEAD", "POST")
def begin(request: MemberRequest) -> HttpResponse:
    """GET the form; POST it: the lead and its conversation exist, and the live page opens on it."""
    if request.agent is None:
        raise NotAllowed(NO_AGENT)
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        conversation = services.begin(request.agent, form.lead())
        return redirect(f"{reverse('live')}?c={conversation.pk}")
    return render(request, "leads/begin.html", {"form": form}, status=400 if form.errors else 200)
