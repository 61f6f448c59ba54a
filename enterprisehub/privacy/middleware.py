"""Who is acting in this request? Every audit row written while it is served says so."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from enterprisehub.ops.logs import request_id
from enterprisehub.privacy.audit import Actor, acting
from enterprisehub.tenants.addresses import address_of

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
    address = address_of(request)
    user_id = request.user.pk if request.user.is_authenticated else None
    return Actor(user_id=user_id, via=door, ip=str(address) if address else None, request_id=request_id()[:64])
