"""Who may open this page, and which page tells about an error? The one place where errors become pages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from enterprisehub.errors import Conflict, EngineDown, HubError, Invalid, NotAllowed, NotFound, TooMany
from enterprisehub.tenants.access import require
from enterprisehub.tenants.models import Agent, Membership
from enterprisehub.tenants.scope import opened

View = Callable[..., HttpResponseBase]
STATUS: dict[type[HubError], int] = {
    Invalid: 400,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooMany: 429,
    EngineDown: 503,
}


class MemberRequest(HttpRequest):
    """What a view of ours gets: the tenant middleware and this door have filled these in."""

    membership: Membership
    agent: Agent | None
    tenant_id: UUID
    htmx: HtmxDetails


NO_PLACE = "You can sign in, but no brokerage has given you a place yet. Ask the person who invited you."


def waiting(view: View) -> View:
    """A view that waits for the network: it gets the tenant's name and no transaction, and opens scopes around its rows."""
    view.waits = True  # type: ignore[attr-defined]  # read by the middleware, before the view runs
    return view


def page(operation: str, *methods: str, waits: bool = False) -> Callable[[View], View]:
    """A page for members whose role may do `operation`; `methods` are the allowed ones (GET when none is named).

    The view runs in a savepoint (not one that `waits`, see `waiting`) and in the tenant's time zone; a HubError becomes the
    error page (for htmx a sentence).
    """
    allowed = methods or ("GET", "HEAD")

    def around(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            if not request.user.is_authenticated:
                return _sign_in_first(request)
            try:
                with nullcontext() if waits else transaction.atomic():
                    return _run(view, request, operation, *args, **kwargs)
            except HubError as error:
                return problem(request, error)

        return waiting(answer) if waits else answer

    return around


def _run(view: View, request: HttpRequest, operation: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
    membership = request.membership  # type: ignore[attr-defined]
    if membership is None:
        raise NotAllowed(NO_PLACE)
    require(membership.role, operation)
    with timezone.override(ZoneInfo(membership.tenant.timezone)):
        return view(request, *args, **kwargs)


def problem(request: HttpRequest, error: HubError) -> HttpResponse:
    """The error as a page, or as one sentence where only a piece of a page was asked for."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    template = "_problem.html" if request.htmx else "error.html"  # type: ignore[attr-defined]
    with opened(request.tenant_id):  # type: ignore[attr-defined]
        response = render(request, template, {"status": status, "sentence": error.message}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(resolve_url("account_login"))
    return redirect_to_login(request.get_full_path())


def page_number(value: str) -> int:
    """A page's number from the address; nonsense is the first page."""
    return min(max(int(value), 1), 10_000) if value.isascii() and value.isdigit() and len(value) < 6 else 1
