"""Which pages may be less strict about scripts than the rest? Only the admin, whose widgets evaluate expressions."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class RelaxAdminPolicy:
    """Adds ADMIN_POLICY to the content security policy of /admin/ pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_update = settings.ADMIN_POLICY  # type: ignore[attr-defined]  # django-csp reads it
        return response
