"""What does every page of the admin hold to? Rows of the request's tenant only, by role, each change on the trail."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.contrib import messages
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from unfold.admin import ModelAdmin

from enterprisehub.errors import HubError
from enterprisehub.tenants import trail
from enterprisehub.tenants.access import may
from enterprisehub.tenants.models import TenantModel, User
from enterprisehub.tenants.scope import is_unscoped


def role_of(request: HttpRequest) -> str | None:
    membership = getattr(request, "membership", None)
    return membership.role if membership else None


def allowed(request: HttpRequest, operation: str) -> bool:
    """Platform staff may everything in the admin; a tenant's people what the table of roles says."""
    return bool(operation) and (request.user.is_superuser or may(role_of(request), operation))


class TenantAdmin(ModelAdmin):  # type: ignore[misc]
    """An admin that shows one tenant. `reads` and `writes` name operations of the role table; no `writes`: read only.

    Adding needs a tenant's scope: platform staff who see every tenant look and correct, but add nothing.
    """

    knows_tenants = True
    reads = ""
    writes = ""
    may_add = may_delete = False
    show_full_result_count = False
    list_per_page = 50
    list_fullwidth = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return allowed(request, self.reads)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return allowed(request, self.writes)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and allowed(request, self.writes) and not is_unscoped()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete and allowed(request, self.writes)

    def get_list_display(self, request: HttpRequest) -> Any:
        """Platform staff see whose row it is."""
        columns = super().get_list_display(request)
        return [*columns, "tenant"] if is_unscoped() and issubclass(self.model, TenantModel) else columns

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", self.choices(db_field, request))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.related_model is User and field is not None:
            field.label_from_instance = attrgetter("email")  # a name may have been given elsewhere
        return field

    def choices(self, field: ForeignKey[Any, Any], request: HttpRequest) -> QuerySet[Any]:
        """What a pointer may point to: rows of the same tenant, people who work there."""
        target: Any = field.related_model
        tenant_id = self._tenant_of(request)
        if target is User:
            return User.objects.filter(memberships__tenant_id=tenant_id)
        rows: QuerySet[Any] = target._default_manager.all()
        return rows.filter(tenant_id=tenant_id) if issubclass(target, TenantModel) else rows

    def _tenant_of(self, request: HttpRequest) -> Any:
        if not is_unscoped():
            return request.tenant_id  # type: ignore[attr-defined]
        match = request.resolver_match
        row = self.get_object(request, match.kwargs["object_id"]) if match and "object_id" in match.kwargs else None
        return getattr(row, "tenant_id", None)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        trail.note("admin.add", obj)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        trail.note("admin.change", obj, fields=message if isinstance(message, list) else [])

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        for row in queryset:
            trail.note("admin.delete", row)

    def construct_change_message(
        self, request: HttpRequest, form: ModelForm[Any], formsets: Any, add: bool = False
    ) -> Any:
        """Names of the fields that changed, never what was in them."""
        return sorted(form.changed_data)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The history of a row is its audit trail."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        query = urlencode({"target": f"{row._meta.label_lower}:{row.pk}"})
        return HttpResponseRedirect(f"{reverse('admin:privacy_auditevent_changelist')}?{query}")

    def attempt(self, request: HttpRequest, done: str, verb: Any, *args: Any, **named: Any) -> None:
        """Run a service for an action and say what came of it."""
        try:
            verb(*args, **named)
        except HubError as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            self.message_user(request, done, messages.SUCCESS)


class ReadOnlyAdmin(TenantAdmin):
    """Rows that the product writes and people only look at."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields: list[Field[Any, Any]] = list(self.model._meta.fields)
        return [field.name for field in fields]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
