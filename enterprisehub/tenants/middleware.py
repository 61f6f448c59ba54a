"""Whose data does this request touch? The one door through which pages, admin and API get their tenant."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from enterprisehub.tenants import api_keys
from enterprisehub.tenants.models import Agent, Membership, User
from enterprisehub.tenants.scope import scope, unscoped

SESSION_KEY = "tenant"
API_PREFIX = "/api/"
ADMIN_PREFIX = "/admin/"


class TenantMiddleware:
    """Opens the tenant's scope around the view; a failed request leaves nothing behind.

    Sets `request.tenant_id`, `request.membership`, `request.agent` and `request.api_key` (each may be None).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.membership = request.agent = request.api_key = request.tenant_id = None  # type: ignore[attr-defined]
        with self._scope(request) as opened:
            del opened
            response = self.get_response(request)
            if response.status_code >= 500 and transaction.get_connection().in_atomic_block:
                transaction.set_rollback(True)
            return response

    def _scope(self, request: HttpRequest) -> AbstractContextManager[None]:
        if request.path.startswith(API_PREFIX) and (raw := api_keys.presented(request)):
            key = api_keys.check(raw)
            if key is None:
                return nullcontext()
            request.api_key, request.tenant_id = key, key.tenant_id  # type: ignore[attr-defined]
            return scope(key.tenant_id)
        user = request.user
        if not user.is_authenticated:
            return nullcontext()
        membership = choose(user, request.session.get(SESSION_KEY))
        if membership is None:
            staff = user.is_superuser and request.path.startswith(ADMIN_PREFIX)
            return unscoped("platform staff in the admin") if staff else nullcontext()
        request.session.setdefault(SESSION_KEY, str(membership.tenant_id))
        request.membership, request.tenant_id = membership, membership.tenant_id  # type: ignore[attr-defined]
        request.agent = membership.found_agent  # type: ignore[attr-defined]
        return scope(membership.tenant_id)


def choose(user: User, wanted: str | None) -> Membership | None:
    """The active membership this person works under now: the one they chose, else their first."""
    with unscoped("which tenants does this person belong to"):
        mine = list(
            Membership.objects.filter(user=user, is_active=True, user__is_active=True)
            .select_related("tenant", "user")
            .order_by("created_at")
        )
        chosen = next((m for m in mine if str(m.tenant_id) == wanted), mine[0] if mine else None)
        if chosen is not None:
            chosen.choices = mine
            chosen.found_agent = Agent.objects.filter(
                tenant_id=chosen.tenant_id, user=user, is_active=True
            ).first()
        return chosen


