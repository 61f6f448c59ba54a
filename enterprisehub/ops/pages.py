"""Which pages may be less strict about scripts than the rest? Only the admin, whose widgets evaluate expressions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

Next = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


def _relax(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if request.path.startswith("/admin/"):
        response._csp_update = settings.ADMIN_POLICY  # type: ignore[attr-defined]  # read by django-csp's middleware
    return response


@sync_and_async_middleware
def relax_admin_policy(get_response: Next) -> Next:
    """Add ADMIN_POLICY to the content security policy of /admin/ pages."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            return _relax(request, await get_response(request))  # type: ignore[misc]

        return answer_later

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _relax(request, get_response(request))  # type: ignore[arg-type]

    return answer
