"""The page of the connection: how it is, what is stuck, and what an administrator can do about it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from enterprisehub.errors import HubError, Invalid
from enterprisehub.ghl import connecting, dead, oauth, status
from enterprisehub.ghl.models import Connection, Standing
from enterprisehub.ghl.refusals import HighLevelError
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.access import may
from enterprisehub.tenants.page import MemberRequest, page
from enterprisehub.tenants.scope import opened

# What each trouble of a connection means to a person.
TROUBLES: Final = {
    "token_refused": "HighLevel does not take the token any more.",
    "grant_lost": "HighLevel does not renew the tokens any more. This happens when the app was removed, or when an answer was lost.",
    "location_paused": "HighLevel says that the location is not active, often because of its billing. Nothing is lost: it goes on by itself.",
    "scope_missing": "HighLevel refused a call because a right is missing. Connect again and grant it.",
    "wrong_kind_of_token": "This is an agency's token. A token of the sub-account itself is needed.",
    "wrong_location": "The token belongs to another location. Everything has been stopped; connect with the right one.",
    "installed_again": "The app is installed again at HighLevel. Connect to finish.",
    "unanswered": "HighLevel did not answer when the tokens were to be renewed. It is tried again every few minutes.",
    "server_fault": "HighLevel had a fault when the tokens were to be renewed. It is tried again every few minutes.",
}
REFUSED: Final = {
    "token_refused": "HighLevel does not know this token. Copy it again; it is shown only once.",
    "wrong_location": "This token belongs to another location than the id says.",
    "wrong_kind_of_token": "This is an agency's token. Make one in the sub-account, under Settings, Private Integrations.",
    "scope_missing": "This token may not read the location and its contacts. Make it in the sub-account, not in the agency, "
    "with the rights locations.readonly and contacts.readonly at least.",
    "missing": "HighLevel knows no location with this id.",
    "code_refused": "HighLevel does not know this code any more. Connect once more.",
}


@page("highlevel.read")
def index(request: MemberRequest) -> HttpResponse:
    """GET /highlevel/: the state of the line, both boxes, and what was given up."""
    now_ = status.of(request.tenant_id)
    row = now_.connection
    context = {
        "status": now_,
        "row": row if row is not None and row.standing != Standing.DISCONNECTED else None,
        "trouble": TROUBLES.get(row.trouble, row.trouble) if row else "",
        "unanswered": row is not None and row.standing == Standing.ACTIVE and status.is_unanswered(),
        "letters": status.given_up(now_),
        "manages": may(request.membership.role, "highlevel.manage"),
        "has_app": oauth.is_configured(),
        "location_id": request.membership.tenant.location_id or "",
        "rate": settings.GHL_RATE,
        "webhook_url": request.build_absolute_uri("/webhooks/ghl/"),
    }
    return render(request, "ghl/index.html", context)


@page("highlevel.read")
def inbox(request: MemberRequest) -> HttpResponse:
    """GET /highlevel/inbox/, the address in older notes and alerts: what came in and was given up stands on the page of the line."""
    return redirect(f"{reverse('highlevel')}#inbox")


@page("highlevel.manage", "POST", waits=True)
def token(request: MemberRequest) -> HttpResponse:
    """POST `token`, and `location_id` or `rotate=1`: connect by a private integration token, or put a new one beside it."""
    given = request.POST.get("token", "")
    try:
        if request.POST.get("rotate"):
            connecting.rotate(given)
            messages.success(request, "The new token is in use. The former one stays at hand for seven days.")
        else:
            connecting.by_token(request.POST.get("location_id", ""), given)
            messages.success(request, "Connected. What the token may read is being looked at.")
    except HubError as error:
        return refused(request, error)
    return redirect("highlevel")


@page("highlevel.manage", "GET", "HEAD", "POST")
def disconnect(request: MemberRequest) -> HttpResponse:
    """GET asks, POST does it: the tokens are forgotten, what waits to be written is given up."""
    row = Connection.objects.select_for_update().exclude(standing=Standing.DISCONNECTED).first()
    if row is None:
        return redirect("highlevel")
    if request.method != "POST":
        waiting = status.of(request.tenant_id).outbox.waiting
        return render(request, "ghl/disconnect.html", {"row": row, "waiting": waiting})
    given_up = connecting.end(row, Standing.DISCONNECTED)
    messages.success(request, f"Disconnected. {given_up} write{'' if given_up == 1 else 's'} given up.")
    return redirect("highlevel")


@page("highlevel.manage", "POST")
def requeue(request: MemberRequest) -> HttpResponse:
    """POST `box` (inbox or outbox) and `id`, or no id for all: dead letters are tried again."""
    box, which = request.POST.get("box", ""), request.POST.get("id", "")
    if box not in status.BOXES:
        raise Invalid("There are two boxes: inbox and outbox.", field="box")
    one = _id(which) if which else None
    count = dead.requeue(box, one)
    messages.success(request, f"{count} {'is' if count == 1 else 'are'} tried again.")
    return redirect(f"{reverse('highlevel')}#{box}")


@page("highlevel.manage", "POST")
def write_back(request: MemberRequest) -> HttpResponse:
    """POST `on` (1 or 0): whether what is understood is written into HighLevel."""
    row = Connection.objects.select_for_update().first()
    if row is None:
        raise Invalid("There is no connection.", field="on")
    row.write_back = request.POST.get("on") == "1"
    row.save(update_fields=["write_back"])
    record("highlevel.write_back", row, on=row.write_back)
    messages.success(request, "What is understood is written back." if row.write_back else "Nothing is written back.")
    return redirect("highlevel")


@page("highlevel.manage", "POST")
def check(request: MemberRequest) -> HttpResponse:
    """POST: ask HighLevel now whether the line stands, and what the token may do."""
    row = Connection.objects.first()
    if row is None or row.standing not in (Standing.ACTIVE, Standing.PAUSED):
        raise Invalid("There is no line to check.", field="")
    connecting.ask_to_look()
    messages.success(request, "It is being looked at. Load this page again in a few seconds.")
    return redirect("highlevel")


def refused(request: MemberRequest, error: HubError) -> HttpResponse:
    """Back to the page with a sentence; that it was tried stands in the audit."""
    told = REFUSED.get(error.code, "HighLevel cannot be reached now. Try again in a minute.")
    sentence = told if isinstance(error, HighLevelError) else error.message
    with opened(request.tenant_id):
        record("highlevel.connect_refused", "ghl.connection", code=error.code)
    messages.error(request, sentence)
    return redirect("highlevel")


def _id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise Invalid("This is no id.", field="id") from None
