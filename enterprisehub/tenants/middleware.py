"""Whose data does this request touch? The one door through which pages, admin and API get their tenant."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from enterprisehub.ops.logs import bind_tenant
from enterprisehub.tenants import api_keys, trail, wrong_keys
from enterprisehub.tenants.models import Agent, Membership, User
from enterprisehub.tenants.scope import named, opened, scope, unscoped

SESSION_KEY = "tenant"
API_PREFIX = "/api/"
ADMIN_PREFIX = "/admin/"


class TenantMiddleware:
    """Opens the tenant's scope around the view; a failed request leaves nothing behind. A view that waits for the network
    (tenants/page.py) only gets the tenant's name.

    Sets `request.tenant_id`, `request.membership`, `request.agent` and `request.api_key` (each may be None), and
    `request.key_wait`: the seconds that an address with too many wrong keys has to wait, else 0.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.membership = request.agent = request.api_key = request.tenant_id = None  # type: ignore[attr-defined]
        request.key_wait = 0.0  # type: ignore[attr-defined]
        with self._scope(request):
            with bind_tenant(request.tenant_id or "-"):  # type: ignore[attr-defined]
                response = self.get_response(request)
            if response.status_code >= 500 and transaction.get_connection().in_atomic_block:
                transaction.set_rollback(True)
            elif response.status_code == 403:
                _note_denial(request)
            return response

    def _scope(self, request: HttpRequest) -> AbstractContextManager[None]:
        if request.path.startswith(API_PREFIX) and (raw := api_keys.presented(request)):
            request.user = AnonymousUser()  # who shows a key is that key and nobody else, whatever cookie came along
            key = api_keys.check(raw)
            if key is None:
                request.key_wait = wrong_keys.refused(request)  # type: ignore[attr-defined]
                return nullcontext()
            request.api_key, request.tenant_id = key, key.tenant_id  # type: ignore[attr-defined]
            request.agent = key.agent  # type: ignore[attr-defined]
            return scope(key.tenant_id)
        if not request.user.is_authenticated:
            return nullcontext()
        return self._of_person(request, request.user)

    def _of_person(self, request: HttpRequest, user: User) -> AbstractContextManager[None]:
        membership = choose(user, request.session.get(SESSION_KEY))
        if membership is None:
            staff = user.is_superuser and request.path.startswith(ADMIN_PREFIX)
            return unscoped("platform staff in the admin") if staff else nullcontext()
        if request.session.get(SESSION_KEY) != str(membership.tenant_id):
            request.session[SESSION_KEY] = str(membership.tenant_id)
        request.membership, request.tenant_id = membership, membership.tenant_id  # type: ignore[attr-defined]
        request.agent = membership.found_agent  # type: ignore[attr-defined]
        return _named(membership.tenant_id) if _waits(request) else scope(membership.tenant_id)


def choose(user: User, wanted: str | None) -> Membership | None:
    """The active membership this person works under now: the one they chose, else their first."""
    with unscoped("which tenants does this person belong to"):
        mine = list(
            Membership.objects.filter(user=user, is_active=True, user__is_active=True)
            .select_related("tenant", "user")
            .order_by("created_at", "pk")
        )
        chosen = next((m for m in mine if str(m.tenant_id) == wanted), mine[0] if mine else None)
        if chosen is not None:
            chosen.choices = mine
            agents = Agent.objects.select_related("tenant")
            chosen.found_agent = agents.filter(tenant_id=chosen.tenant_id, user=user, is_active=True).first()
        return chosen


def _waits(request: HttpRequest) -> bool:
    try:
        return getattr(resolve(request.path_info).func, "waits", False)
    except Resolver404:
        return False


def _named(tenant_id: UUID) -> AbstractContextManager[None]:
    """The tenant's name, with the connection given back that looking for the person took."""
    line = transaction.get_connection()
    if not line.in_atomic_block:
        line.close()
    return named(tenant_id)


def _note_denial(request: HttpRequest) -> None:
    """A permission that was refused; a CSRF failure is one too."""
    route = request.resolver_match.view_name if request.resolver_match else ""
    with opened(request.tenant_id):  # type: ignore[attr-defined]
        trail.note("permission.denied", f"view:{route}", method=request.method or "")
