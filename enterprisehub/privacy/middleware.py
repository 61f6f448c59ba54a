"""Who is acting in this request? Every audit row written while it is served says so."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from enterprisehub.ops.logs import request_id
from enterprisehub.privacy.audit import Actor, acting

DOORS = (("/admin/", "admin"), ("/api/", "api"))


class ActorMiddleware:
    """Stands outside the tenant's scope, so that what the scope's own door records has an actor too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting(actor_of(request)):
            return self.get_response(request)


def actor_of(request: HttpRequest) -> Actor:
    door = next((name for prefix, name in DOORS if request.path.startswith(prefix)), "page")
    user_id = request.user.pk if request.user.is_authenticated else None
    return Actor(user_id=user_id, via=door, ip=_address(request), request_id=request_id()[:64])


def _address(request: HttpRequest) -> str | None:
    """The caller's address by the same rule as the rate limits (ALLAUTH_TRUSTED_PROXY_COUNT); None when it is no address."""
    try:
        return str(ip_address(get_adapter().get_client_ip(request)))
    except (ValueError, PermissionDenied):
        return None
