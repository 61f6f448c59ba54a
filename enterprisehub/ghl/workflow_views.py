"""The page of the secrets with which a tenant's workflows prove themselves: make one, revoke one."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from enterprisehub.errors import Conflict, Invalid
from enterprisehub.ghl import workflows
from enterprisehub.ghl.models import WorkflowSecret
from enterprisehub.tenants.page import MemberRequest, page

SHOWN: Final = 50


@page("highlevel.manage", "GET", "HEAD", "POST")
def secrets(request: MemberRequest) -> HttpResponse:
    """GET the secrets. POST `do` (make with `label`, revoke with `id`); a new one is shown in this answer alone."""
    made, problem = "", ""
    if request.method == "POST" and request.POST.get("do") == "revoke":
        workflows.revoke(_id(request))
        messages.success(request, "Revoked. Within seconds it opens nothing any more.")
        return redirect("highlevel-workflows")
    if request.method == "POST":
        try:
            made = workflows.make(request.POST.get("label", ""))
        except Conflict as error:
            problem = error.message
    rows = list(WorkflowSecret.objects.order_by("revoked_at", "-created_at")[:SHOWN])
    active = [row for row in rows if row.revoked_at is None]
    address = request.build_absolute_uri("/webhooks/ghl/workflow/")
    context = {
        "active": active,
        "revoked": [row for row in rows if row.revoked_at is not None],
        "full": len(active) >= workflows.ACTIVE_AT_ONCE,
        "most": workflows.ACTIVE_AT_ONCE,
        "made": made,
        "address": address,
        "problem": problem,
    }
    response = render(request, "ghl/workflows.html", context, status=409 if problem else 200)
    response["Cache-Control"] = "no-store"
    return response


def _id(request: MemberRequest) -> UUID:
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError:
        raise Invalid("Which one?", field="id") from None
