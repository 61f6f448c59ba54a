"""Who may enter the admin? Staff who proved a second factor, each only where their role reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from unfold.sites import UnfoldAdminSite

from enterprisehub.tenants.access import may
from enterprisehub.tenants.scope import is_open
from enterprisehub.tenants.signin import has_second_factor, proved_second_factor

View = Callable[..., HttpResponse]


class HubAdminSite(UnfoldAdminSite):  # type: ignore[misc]
    """The one admin site. Only admins that know about tenants are let in; other packages' are left out."""

    enable_nav_sidebar = False

    def register(self, models: type[Model] | Iterable[type[Model]], admin_class: Any = None, **options: Any) -> None:
        if getattr(admin_class, "knows_tenants", False):
            super().register(models, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Platform staff, and staff of the request's tenant whose role may; always with the tenant's scope open."""
        user = request.user
        if not (user.is_authenticated and user.is_active and user.is_staff and is_open()):
            return False
        membership = getattr(request, "membership", None)
        return user.is_superuser or (membership is not None and may(membership.role, "admin.enter"))

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        inner = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if self.has_permission(request) and (detour := _prove(request)):
                return detour
            return inner(request, *args, **kwargs)  # type: ignore[no-any-return]

        return guarded

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The people's own sign-in page, with its rate limits; who is signed in and may not enter is refused."""
        return _sign_in(request)  # type: ignore[no-any-return]


@secure_admin_login  # type: ignore[untyped-decorator]
def _sign_in(request: HttpRequest) -> HttpResponse:
    from django.contrib.admin import site  # the default site, which is being made while this module loads

    if not site.has_permission(request):
        raise PermissionDenied
    return HttpResponseRedirect(reverse("admin:index"))


def _prove(request: HttpRequest) -> HttpResponse | None:
    """Where staff must go first: to set up a second factor, or to give a code in this session."""
    back = urlencode({"next": request.get_full_path()})
    if not has_second_factor(request.user):  # type: ignore[arg-type]
        messages.warning(request, _("Set up an authenticator app first: the admin needs a second factor."))
        return HttpResponseRedirect(f"{reverse('mfa_activate_totp')}?{back}")
    if not proved_second_factor(request):
        return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{back}")
    return None
