"""What does the admin show of the coaching? Playbook versions with their whole life, and what agents thought of the cards."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.loader import render_to_string

from coaching.models import Feedback, Improvement, Playbook, PlaybookVersion, Suggestion
from coaching.playbooks import Library, diff
from coaching.services import playbooks
from enterprisehub.errors import HubError
from enterprisehub.tenants.admin_base import ReadOnlyAdmin, TenantAdmin


class DraftForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new draft; it starts from what coaches now, so that a change is a small edit."""

    class Meta:
        model = PlaybookVersion
        fields = ("content", "note")

    membership: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = PlaybookVersion.objects.filter(status=PlaybookVersion.Status.PUBLISHED).first()
        self.fields["content"].initial = published.content if published else {"entries": {}}

    def clean_content(self) -> dict[str, Any]:
        content = self.cleaned_data["content"]
        if not isinstance(content, dict):
            raise ValidationError("A playbook is a JSON object.")
        try:
            Library.base().merged(content)
        except HubError as error:
            raise ValidationError(error.message) from error
        return content


@admin.register(Playbook)
class PlaybookPage(ReadOnlyAdmin):
    reads = "playbook.read"
    list_display = ("name",)


@admin.register(PlaybookVersion)
class PlaybookVersionPage(TenantAdmin):
    """Draft, publish, retire, go back: each through the service that the product uses."""

    reads = "playbook.read"
    writes = "playbook.publish"
    may_add = True
    list_display = ("number", "playbook", "status", "note", "created_by", "published_at")
    list_filter = ("status",)
    list_select_related = ("playbook", "created_by__user", "tenant")
    actions = ("publish", "retire", "roll_back")
    readonly_fields = ("number", "status", "created_by", "created_at", "published_at", "changes", "lines")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version that exists is only looked at; the actions of the list move it on."""
        return obj is None and super().has_change_permission(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        kept = ("number", "status", "note", "created_by", "created_at", "published_at", "changes", "lines")
        return kept if obj else ("content", "note")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs) if obj else DraftForm

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        values = form.cleaned_data
        return playbooks.draft(values["content"], by=request.membership, note=values["note"])  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The service has saved it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing hangs on a version."""

    @admin.display(description="What publishing it changes")
    def changes(self, row: PlaybookVersion) -> str:
        """Line by line, against what coaches now (a draft) or against the base library (any other)."""
        base = Library.base()
        published = PlaybookVersion.objects.filter(tenant_id=row.tenant_id, status=row.Status.PUBLISHED).first()
        before = base.merged(published.content) if published and row.status == row.Status.DRAFT else base
        return render_to_string("admin/playbook_diff.html", {"rows": diff(before, base.merged(row.content))})

    @admin.display(description="Content")
    def lines(self, row: PlaybookVersion) -> str:
        text = json.dumps(row.content, indent=2, ensure_ascii=False, sort_keys=True)
        return render_to_string("admin/playbook_content.html", {"text": text})

    @admin.action(description="Publish the selected draft", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, "published", playbooks.publish)

    @admin.action(description="Retire the selected version", permissions=["change"])
    def retire(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, "retired", playbooks.retire)

    @admin.action(description="Go back to the selected version", permissions=["change"])
    def roll_back(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, "published again", playbooks.roll_back, by=request.membership)  # type: ignore[attr-defined]

    def _each(self, request: HttpRequest, rows: Any, done: str, verb: Callable[..., Any], **named: Any) -> None:
        for version in rows:
            self.attempt(request, f"Version {version.number} is {done}.", verb, version, **named)


@admin.register(Suggestion)
class SuggestionPage(ReadOnlyAdmin):
    """Cards as they were shown or held back; the prospect's words stay with the conversation."""

    reads = "coaching.sessions.all"
    list_display = ("created_at", "kind", "headline", "agent", "source", "shown", "verdict", "local_ms", "outcome")
    list_filter = ("source", "shown", "verdict", "urgency")
    list_select_related = ("agent", "tenant")
    exclude = ("tenant",)


@admin.register(Feedback)
class FeedbackPage(ReadOnlyAdmin):
    reads = "feedback.read"
    list_display = ("created_at", "agent", "verdict", "score")
    list_filter = ("verdict", "score")
    list_select_related = ("agent", "tenant")
    exclude = ("tenant",)


@admin.register(Improvement)
class ImprovementPage(ReadOnlyAdmin):
    reads = "feedback.read"
    list_display = ("created_at", "theme", "finding", "source")
    list_filter = ("theme", "source")
    list_select_related = ("tenant",)
    exclude = ("tenant",)
