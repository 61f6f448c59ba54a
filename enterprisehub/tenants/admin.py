"""What do the admin's pages about tenants, people and keys show and change?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from enterprisehub.tenants import api_keys
from enterprisehub.tenants.access import KEY_SCOPES
from enterprisehub.tenants.admin_base import ReadOnlyAdmin, TenantAdmin
from enterprisehub.tenants.admin_people import MembershipPage, UserPage
from enterprisehub.tenants.models import Agent, ApiKey, Job, Team, Tenant
from enterprisehub.tenants.scope import current, is_unscoped

__all__ = ["MembershipPage", "ReadOnlyAdmin", "TenantAdmin", "UserPage"]


@admin.register(Tenant)
class TenantPage(TenantAdmin):
    """The tenant's own row; only platform staff add one or change what names it to the outside."""

    reads = writes = "settings.manage"
    may_add = True
    list_display = ("name", "slug", "vertical", "timezone", "created_at")
    search_fields = ("name", "slug")
    fields = ("name", "slug", "location_id", "vertical", "timezone", "locale", "settings")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_unscoped()

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows if is_unscoped() else rows.filter(pk=current())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if is_unscoped() else ("slug", "location_id")


@admin.register(Team)
class TeamPage(TenantAdmin):
    reads = writes = "people.manage"
    may_add = may_delete = True
    list_display = ("name", "lead_member")
    ordering = ("name",)
    list_select_related = ("lead_member__user", "tenant")
    search_fields = ("name",)
    fields = ("name", "lead_member")


@admin.register(Agent)
class AgentPage(TenantAdmin):
    """Agents are put away by switching them off: their conversations stay."""

    reads = writes = "people.manage"
    may_add = True
    list_display = ("display_name", "team", "experience", "languages", "licence_states", "is_active")
    list_select_related = ("team", "tenant")
    list_filter = ("is_active", "experience")
    search_fields = ("display_name",)
    fields = ("user", "display_name", "team", "languages", "licence_states", "experience", "ghl_user_id", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("user",) if obj else ()


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]
    scopes = forms.MultipleChoiceField(
        choices=[(name, name) for name in KEY_SCOPES], widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes", "expires_at")  # the agent joins in a request, where a scope is open


@admin.register(ApiKey)
class ApiKeyPage(TenantAdmin):
    """Keys are made here, shown once and revoked; what a key may do never changes after it was made."""

    reads = writes = "keys.manage"
    may_add = True
    form = KeyForm
    list_display = ("name", "prefix", "scopes", "agent", "expires_at", "revoked_at", "last_used_at")
    list_select_related = ("agent", "tenant")
    search_fields = ("name", "prefix")
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = ("prefix", "created_at", "last_used_at", "revoked_at") if obj else ()
        return ("name", "scopes", "agent", "expires_at", *shown)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("scopes", "agent", "prefix", "created_at", "last_used_at", "revoked_at") if obj else ()

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            obj.shown_once = api_keys.issue(obj)  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """The page with the key itself: no redirect, so that the key goes into no cookie and no history."""
        context = {**self.admin_site.each_context(request), "title": obj.name, "key": obj.shown_once, "row": obj}
        response = TemplateResponse(request, "admin/key_made.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @admin.action(description="Revoke the selected keys", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        for key in queryset:
            self.attempt(request, f"{key} is revoked.", api_keys.revoke, key)


@admin.register(Job)
class JobPage(ReadOnlyAdmin):
    """Work that waits in the outbox, and work that was given up."""

    reads = "settings.manage"
    list_display = ("name", "created_at", "sent_at", "attempts", "failed_at", "error")
    list_filter = ("name",)
    list_select_related = ("tenant",)
