"""How does a tenant's administrator hand in past leads, judge the model made of them, and put it to use?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from enterprisehub.errors import HubError, Invalid
from enterprisehub.tenants.admin_base import TenantAdmin
from leads.admin_scoring_card import auc_of, measures, newest_of, told
from leads.learning.mapping import FEATURES
from leads.models import ScoringModel
from leads.services import scorecards

State = ScoringModel.State
_FIELDS = {
    "csv": "csv",
    "outcome": "outcome",
    "time_column": "time_column",
    "exclude": "left_out",
    "mapping": "known_live",
}
_HIDDEN = ("content", "numbers", "live")  # large, and nothing to look at
_BADGES = {
    State.WAITING: "info",
    State.TRAINING: "info",
    State.READY: "warning",
    State.LIVE: "success",
    State.FAILED: "danger",
}
_LIVE_HELP = (
    f"What a live lead has too, one a line, such as “timeframe = Purchase window”: {', '.join(FEATURES)}. "
    "Left empty, columns are recognised by their names."
)


class HandInForm(forms.ModelForm):  # type: ignore[type-arg]
    """Our own leads, or a CSV file and the columns that matter; handed in while the form is checked, so that it says what is wrong."""

    source = forms.ChoiceField(
        label="Learn from",
        choices=ScoringModel.Source,
        initial=ScoringModel.Source.FILE,
        widget=UnfoldAdminRadioSelectWidget,
        help_text="Our own leads: those that closed or were lost, as the score saw them before. The rest of this form is for a file.",
    )
    csv = forms.FileField(
        label="Past leads",
        required=False,
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
    known_live = forms.CharField(
        label="Columns that live leads have",
        required=False,
        max_length=4_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_LIVE_HELP,
    )

    class Meta:
        model = ScoringModel
        fields = ("name", "source", "outcome", "time_column")
        help_texts = {
            "outcome": "yes/no, true/false, 1/0 or won/lost; empty where it is still open.",
            "time_column": "A date or a rising number; without one the rows stand in the order of time.",
        }

    membership: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "outcome" in self.fields:
            self.fields["outcome"].required = False

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("source") == ScoringModel.Source.FILE:
            for name, words in (("csv", "Choose the file."), ("outcome", "Name the column that tells how it ended.")):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, words)
        if self.errors:
            return values
        try:
            values["made"] = self._handed_in(values)
        except HubError as error:
            self.add_error(_FIELDS.get(error.field), error.message)
        return values

    def _handed_in(self, values: dict[str, Any]) -> ScoringModel:
        if values["source"] == ScoringModel.Source.OWN:
            return scorecards.hand_in_own(values["name"], by=self.membership)
        file, left_out = values["csv"], values["left_out"]
        if file.size > scorecards.LARGEST:  # before any of it is read
            raise Invalid("The file has more than 20 MB.", field="csv")
        past = scorecards.Past(
            name=values["name"],
            content=file.read(),
            outcome=values["outcome"].strip(),
            time_column=values["time_column"].strip(),
            exclude=tuple(dict.fromkeys(line.strip() for line in left_out.splitlines() if line.strip())),
            mapping=values["known_live"],
        )
        return scorecards.hand_in(past, by=self.membership)


@admin.register(ScoringModel)
class ScoringModelPage(TenantAdmin):
    """Models from the file to the use; the list's actions compare two, and promote one or go back to it."""

    reads = writes = "settings.manage"
    may_add = may_delete = True
    list_display = ("name", "stands", "auc", "scores", "learned_from", "handed_in_by", "created_at", "promoted_at")
    list_filter = ("state",)
    list_filter_submit = True
    list_select_related = ("owner__user", "tenant")
    actions = ("promote", "compare")
    list_before_template = "admin/scoring_list.html"
    change_form_after_template = "admin/scoring_card_page.html"

    class Media:
        css = {"all": ["css/scoring.css"]}
        js = ["js/scoring.js"]

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
        if obj:
            return ("name", "standing", "learned_from", "left_out", "handed_in_by", "created_at", "promoted_at")
        return ("name", "source", "csv", "outcome", "time_column", "left_out", "known_live")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.get_fields(request, obj) if obj else ()

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.get_object(request, object_id)
        live = self.get_queryset(request).filter(state=State.LIVE).exclude(pk=row.pk).first() if row else None
        shown = {**told(row), "live_one": live, "usable": row.state in scorecards.USABLE} if row else {}
        response: HttpResponse = super().change_view(request, object_id, *args, **{**kwargs, "extra_context": shown})
        return response

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

    @display(description="State", label=_BADGES, ordering="state")  # type: ignore[untyped-decorator]  # unfold has no types
    def stands(self, row: ScoringModel) -> tuple[str, str]:
        return row.state, self.standing(row)

    @admin.display(description="State")
    def standing(self, row: ScoringModel) -> str:
        percent = f", {row.progress} %" if row.state == State.TRAINING else ""
        return f"{row.get_state_display()}{percent}"

    @admin.display(description="AUC on the newest leads")
    def auc(self, row: ScoringModel) -> str:
        return auc_of(row)

    @admin.display(description="Can score")
    def scores(self, row: ScoringModel) -> str:
        if not newest_of(row):
            return ""
        return "Live leads and files" if row.card.get("live", {}).get("serves") else "Files only"

    @admin.display(description="Learned from")
    def learned_from(self, row: ScoringModel) -> str:
        if row.source == ScoringModel.Source.OWN:
            return row.get_source_display()
        return f"A file: “{row.outcome}”" + (f", in the order of “{row.time_column}”" if row.time_column else "")

    @admin.display(description="Handed in by")
    def handed_in_by(self, row: ScoringModel) -> str:
        return str(row.owner or "")

    @admin.display(description="Columns left out")
    def left_out(self, row: ScoringModel) -> str:
        return ", ".join(row.exclude) or "None"

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
            "cards": [told(row) for row in rows],
            "measures": measures(rows),
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
                _promoted(row),
                scorecards.promote,
                row,
                acknowledged=request.POST.getlist("acknowledged"),
            )
            return HttpResponseRedirect(reverse("admin:leads_scoringmodel_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Promote {row.name}",
            **told(row),
            "risks": scorecards.proxies_of(row),
        }
        return TemplateResponse(request, "admin/scoring_promote.html", context)

    def _named(self, request: HttpRequest, count: int) -> list[ScoringModel]:
        """The models that the address names; one of another tenant is none."""
        keys = request.GET.getlist("m")[:count]
        rows = [self.get_object(request, key) for key in keys]
        if len(rows) != count or not all(row and self.has_view_permission(request, row) for row in rows):
            raise Http404
        return rows


def _promoted(row: ScoringModel) -> str:
    if row.card.get("live", {}).get("serves"):
        return f"{row.name} scores from now on; leads that were scored before are scored again."
    return f"{row.name} scores from now on, files only; live leads keep the rules."
