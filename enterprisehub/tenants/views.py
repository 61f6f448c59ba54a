"""How does a person who works in several tenants change from one to the other?"""

from __future__ import annotations

from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from enterprisehub.tenants import trail
from enterprisehub.tenants.middleware import SESSION_KEY, choose
from enterprisehub.tenants.scope import scope


def closed(request: HttpRequest) -> HttpResponse:
    """People have the one address they were invited with; an administrator changes it."""
    raise Http404


@require_POST
@login_required
def switch(request: HttpRequest) -> HttpResponse:
    """POST `tenant` (id) and `next` (a path of ours): work there from now on, under a new session key."""
    wanted = request.POST.get("tenant", "")
    membership = choose(request.user, wanted)  # type: ignore[arg-type]
    if membership is None or str(membership.tenant_id) != wanted:
        raise Http404
    request.session[SESSION_KEY] = wanted
    request.session.cycle_key()
    UserSession.objects.create_from_request(request)
    with scope(UUID(wanted)):
        trail.note("tenant.switch", membership)
    return HttpResponseRedirect(_back(request))


def _back(request: HttpRequest) -> str:
    path = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(path, {request.get_host()}, require_https=request.is_secure())
    return path if safe else "/"
