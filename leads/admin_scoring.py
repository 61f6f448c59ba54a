"""How does a tenant's administrator hand in past leads, judge the model made of them, and put it to use?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from enterprisehub.errors import HubError, Invalid
from enterprisehub.tenants.admin_base import TenantAdmin
from leads.learning.page import placed
from leads.models import ScoringModel
from leads.services import scorecards

_FIELDS = {"csv": "csv", "outcome": "outcome", "time_column": "time_column", "exclude": "left_out"}
_HIDDEN = ("content", "numbers")  # large, and nothing to look at
JUDGED = (ScoringModel.State.READY, ScoringModel.State.LIVE, ScoringModel.State.RETIRED)


class HandInForm(forms.ModelForm):  # type: ignore[type-arg]
    """A CSV file of past leads and the columns that matter; it is handed in while the form is checked, so that it says what is wrong."""

    csv = forms.FileField(
        label="Past leads",
        widget=UnfoldAdminFileFieldWidget,
        help_text="CSV in UTF-8 with a header, at most 20 MB and 100,000 rows. It is deleted once it is learned from.",
    )
    left_out = forms.CharField(
        label="Columns left out",
        required=False,
        max_length=8_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="One a line.",
    )

    class Meta:
        model = ScoringModel
        fields = ("name", "outcome", "time_column")
        help_texts = {
            "outcome": "yes/no, true/false, 1/0 or won/lost; empty where it is still open.",
            "time_column": "A date or a rising number; without one the rows stand in the order of time.",
        }

    membership: Any = None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        file, left_out = values["csv"], values["left_out"]
        try:
            if file.size > scorecards.LARGEST:  # before any of it is read
                raise Invalid("The file has more than 20 MB.", field="csv")
            past = scorecards.Past(
                name=values["name"],
                content=file.read(),
                outcome=values["outcome"].strip(),
                time_column=values["time_column"].strip(),
                exclude=tuple(dict.fromkeys(line.strip() for line in left_out.splitlines() if line.strip())),
            )
            values["made"] = scorecards.hand_in(past, by=self.membership)
        except HubError as error:
            self.add_error(_FIELDS.get(error.field), error.message)
        return values


@admin.register(ScoringModel)
class ScoringModelPage(TenantAdmin):
    """Models from the file to the use; the list's actions compare two, and promote one or go back to it."""

    reads = writes = "settings.manage"
    may_add = may_delete = True
    list_display = ("name", "state", "progress", "auc", "outcome", "owner", "created_at", "promoted_at")
    list_filter = ("state",)
    list_select_related = ("owner__user", "tenant")
    actions = ("promote", "compare")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer(*_HIDDEN)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A model that exists is only looked at; the actions of the list move it on."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The one that scores is not deleted; in numbers none is, since one of them might be it."""
        mine = getattr(obj, "state", None) not in (None, ScoringModel.State.LIVE)
        return mine and super().has_delete_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        kept = ("name", "state", "progress", "problem", "outcome", "time_column", "exclude", "owner", "created_at")
        return (*kept, "promoted_at", "told") if obj else ("name", "csv", "outcome", "time_column", "left_out")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.get_fields(request, obj) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj:
            return super().get_form(request, obj, change, **kwargs)
        named = {**kwargs, "form": HandInForm, "fields": HandInForm.Meta.fields}
        form = super().get_form(request, obj, change, **named)
        form.membership = getattr(request, "membership", None)
        return form

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.cleaned_data["made"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The service has saved it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing hangs on a model."""

    @admin.display(description="AUC on the newest leads")
    def auc(self, row: ScoringModel) -> str:
        newest = row.card.get("figures", {}).get("newest leads", {}).get("auc")
        return f"{newest['value']:.3f} [{newest['low']:.3f}, {newest['high']:.3f}]" if newest else ""

    @admin.display(description="Card")
    def told(self, row: ScoringModel) -> str:
        return render_to_string("admin/scoring_card.html", {"row": row, **told(row)})

    @admin.action(description="Promote the selected model, or go back to it", permissions=["change"])
    def promote(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._with(request, list(queryset[:2]), count=1, to="promote")

    @admin.action(description="Compare the two selected models", permissions=["view"])
    def compare(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._with(request, list(queryset[:3]), count=2, to="compare")

    def _with(self, request: HttpRequest, rows: list[ScoringModel], *, count: int, to: str) -> HttpResponse | None:
        if len(rows) != count:
            self.message_user(request, f"Select {'one model' if count == 1 else 'two models'}.", messages.WARNING)
            return None
        query = urlencode([("m", str(row.pk)) for row in rows])
        return HttpResponseRedirect(f"{reverse(f'admin:leads_scoringmodel_{to}')}?{query}")

    def get_urls(self) -> list[Any]:
        views = {"promote": self.promote_view, "compare": self.compare_view}
        own = [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"leads_scoringmodel_{name}")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def compare_view(self, request: HttpRequest) -> HttpResponse:
        """GET /admin/leads/scoringmodel/compare/?m=…&m=…: the cards of two models side by side."""
        rows = self._named(request, 2)
        context = {
            **self.admin_site.each_context(request),
            "title": "Compare two models",
            "cards": [{"row": row, **told(row)} for row in rows],
            "measures": [(name, [_figure(row, name) for row in rows]) for name in _measures(rows)],
        }
        return TemplateResponse(request, "admin/scoring_compare.html", context)

    def promote_view(self, request: HttpRequest) -> HttpResponse:
        """GET the card with what must be acknowledged; POST promotes and goes back to the list."""
        (row,) = self._named(request, 1)
        if not super().has_change_permission(request):
            raise Http404
        if request.method == "POST":
            self.attempt(
                request,
                f"{row.name} scores from now on.",
                scorecards.promote,
                row,
                acknowledged=request.POST.getlist("acknowledged"),
            )
            return HttpResponseRedirect(reverse("admin:leads_scoringmodel_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Promote {row.name}",
            "row": row,
            "risks": scorecards.proxies_of(row),
            **told(row),
        }
        return TemplateResponse(request, "admin/scoring_promote.html", context)

    def _named(self, request: HttpRequest, count: int) -> list[ScoringModel]:
        """The models that the address names; one of another tenant is none."""
        keys = request.GET.getlist("m")[:count]
        rows = [self.get_object(request, key) for key in keys]
        if len(rows) != count or not all(row and self.has_view_permission(request, row) for row in rows):
            raise Http404
        return rows


def told(row: ScoringModel) -> dict[str, Any]:
    """What the card's template draws."""
    card = row.card if row.state in JUDGED else {}
    figures = card.get("figures", {})
    rows = [
        {"name": name, "when": when, "rows": measured["rows"], "converted": measured["converted"], **figure}
        for when, measured in figures.items()
        for name, figure in measured.items()
        if isinstance(figure, dict)
    ]
    return {"card": card, "figures": rows, "dots": placed(card.get("calibration", ()))}


def _measures(rows: list[ScoringModel]) -> list[str]:
    named = [name for row in rows for name, figure in _newest(row).items() if isinstance(figure, dict)]
    return list(dict.fromkeys(named))


def _figure(row: ScoringModel, name: str) -> dict[str, Any]:
    found: dict[str, Any] = _newest(row).get(name, {})
    return found


def _newest(row: ScoringModel) -> dict[str, Any]:
    found: dict[str, Any] = row.card.get("figures", {}).get("newest leads", {})
    return found
