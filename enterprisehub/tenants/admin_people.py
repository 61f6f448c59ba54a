"""What do the admin's pages about accounts and memberships show and change, and for whom?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest

from enterprisehub.errors import HubError
from enterprisehub.tenants import people
from enterprisehub.tenants.access import may_grant
from enterprisehub.tenants.admin_base import TenantAdmin, allowed, role_of
from enterprisehub.tenants.models import Membership, Tenant, User
from enterprisehub.tenants.scope import current, is_unscoped


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]
    """Somebody joins by e-mail address; the answer is the same whether the address has an account or not."""

    email = forms.EmailField()

    class Meta:
        model = Membership
        fields = ("role",)

    by_role: str | None = None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        place = values["tenant"].pk if "tenant" in values else None
        try:
            self.instance = people.invite(values["email"], values["role"], by_role=self.by_role, tenant_id=place)
        except HubError as error:
            raise ValidationError({error.field or "email": error.message}) from error
        return values

    def validate_unique(self) -> None:
        """The invitation has checked it."""


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Membership
        fields = ("role", "is_active")

    by_role: str | None = None
    by_user: Any = None

    def clean_role(self) -> str:
        before, after = Membership.objects.get(pk=self.instance.pk).role, str(self.cleaned_data["role"])
        if self.by_role is not None and not (may_grant(self.by_role, before) and may_grant(self.by_role, after)):
            raise ValidationError("Your role may not give or take this role.")
        if before != after and self.instance.user_id == self.by_user:
            raise ValidationError("Nobody changes their own role.")
        return after


@admin.register(Membership)
class MembershipPage(TenantAdmin):
    """Members join by invitation, change roles and are switched off; rows are never deleted."""

    reads = writes = "people.manage"
    may_add = True
    list_display = ("user_email", "role", "is_active", "created_at")
    list_select_related = ("user", "tenant")
    list_filter = ("role", "is_active")
    search_fields = ("user__email",)

    @admin.display(description="E-mail", ordering="user__email")
    def user_email(self, row: Membership) -> str:
        return row.user.email

    def has_add_permission(self, request: HttpRequest) -> bool:
        return allowed(request, self.writes)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or request.user.is_superuser or may_grant(role_of(request), obj.role)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj:
            return ("user_email", "role", "is_active")
        return ("tenant", "email", "role") if is_unscoped() else ("email", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("user_email",) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form knows who fills it in; platform staff say in which tenant the new member works."""
        base: Any = RoleForm if obj else InviteForm
        by = None if request.user.is_superuser else (role_of(request) or "")
        extra: dict[str, Any] = {"by_role": by, "by_user": request.user.pk, "Meta": base.Meta}
        if obj is None and is_unscoped():
            extra["tenant"] = forms.ModelChoiceField(Tenant.objects.all())
        return type("Asked", (base,), {"__module__": __name__, **extra})

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return super().save_form(request, form, change) if change else form.instance

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing hangs on a membership's form."""


@admin.register(User)
class UserPage(TenantAdmin):
    """Accounts of the tenant's members. What makes somebody staff is for platform staff to say."""

    reads = writes = "people.manage"
    list_display = ("email", "name", "is_active", "last_login")
    search_fields = ("email", "name")
    actions = ("send_link", "reset_second_factor")
    ordering = ("email",)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        if is_unscoped():
            return rows
        return rows.filter(memberships__tenant_id=current()).distinct()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_unscoped()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        if obj is None or is_unscoped():
            return True
        return people.may_change_account(obj, by_role=role_of(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        staff = ("is_staff", "is_superuser") if is_unscoped() else ()
        return ("email", "name", "is_active", *staff, *(("last_login", "date_joined") if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("last_login", "date_joined") if is_unscoped() else ("email", "last_login", "date_joined")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        elif not is_unscoped() and {"is_staff", "is_superuser"} & set(form.changed_data):
            raise PermissionDenied
        obj.email = obj.email.lower()
        super().save_model(request, obj, form, change)

    @admin.action(description="Send a link to choose a password", permissions=["change"])
    def send_link(self, request: HttpRequest, queryset: Any) -> None:
        for user in self._mine(request, queryset):
            self.attempt(request, f"A link is on its way to {user.email}.", people.send_password_link, request, user)

    @admin.action(description="Reset the second factor (lost phone)", permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: Any) -> None:
        for user in self._mine(request, queryset):
            self.attempt(request, f"{user.email} can set up a new phone.", people.forget_second_factor, user)

    def _mine(self, request: HttpRequest, queryset: Any) -> list[User]:
        return [user for user in queryset if self.has_change_permission(request, user)]
