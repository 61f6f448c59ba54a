"""Which coaching preceded good outcomes, what is wrong with it, and what is to be changed? The page Coaching."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from analytics.charts import Point, bar_chart
from analytics.effectiveness import WORDS
from analytics.models import Analysis, Proposal, Sort, Theme
from analytics.ranges import LABELS, SPANS
from analytics.services import effectiveness, proposals, themes
from analytics.views import export
from coaching.improvement import THEMES
from coaching.models import PlaybookVersion
from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.tenants.access import may, require
from enterprisehub.tenants.page import MemberRequest, page

MANAGE, ANALYSE = "analytics.manage", "analytics.analyse"
COLUMNS = (
    "What", "Card kind", "Text", "Outcome", "Followed", "Conversations", "Others followed", "Others", "Against",
    "Points", "From", "To", "q", "Verdict",
)  # fmt: skip
SHOWN = 30  # rows of the table of everything; the file has all


@page("analytics.read", "GET", "HEAD", "POST")
def index(request: MemberRequest) -> HttpResponseBase:
    """GET ?range=&sort=&outcome=: the newest analysis. POST asks for another one."""
    span = _span(request.POST.get("range") or request.GET.get("range") or "90d")
    if request.method == "POST":
        require(request.membership.role, ANALYSE)
        effectiveness.ask(span, by=request.membership)
        return redirect(f"{reverse('results-coaching')}?{urlencode({'range': span})}")
    done, newest = effectiveness.latest(span, done=True), effectiveness.latest(span)
    result = done.result if done else {}
    rows = _chosen(result.get("findings", []), request)
    if export.asks_for_csv(request):
        return export.table(request, "coaching-effectiveness", COLUMNS, [_file_row(row) for row in rows])
    return render(request, "analytics/coaching.html", _context(request, span, done, newest, rows))


def _context(
    request: MemberRequest, span: str, done: Analysis | None, newest: Analysis | None, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    result = done.result if done else {}
    found = result.get("findings", [])
    chosen = {name: request.GET.get(name, "") for name in ("sort", "outcome")}
    link = urlencode({"range": span, **{name: value for name, value in chosen.items() if value}})
    return {
        "span": span,
        "spans": LABELS,
        "analysis": done,
        "newest": newest,
        "waits": newest is not None and newest.state in effectiveness.OPEN,
        "result": result,
        "high": [row for row in found if row["verdict"] == "high"][:8],
        "low": [row for row in found if row["verdict"] == "low"][:8],
        "rows": rows[:SHOWN],
        "more": max(0, len(rows) - SHOWN),
        "clear": sum(row["verdict"] in ("high", "low") for row in found),
        "chart": _chart(found),
        "sorts": [(one.value, one.label) for one in Sort if one != Sort.ALL],
        "outcomes": [(name, WORDS[name].capitalize()) for name in ("reply", "appointment", "opt_out")],
        "chosen": chosen,
        "link": link,
        "may_analyse": may(request.membership.role, ANALYSE),
        "themes": Theme.objects.exclude(state=Theme.State.CLOSED).count(),
        "proposals": Proposal.objects.filter(state=Proposal.State.PROPOSED).count(),
    }


def _span(given: str) -> str:
    if given not in SPANS:
        raise Invalid(f"Say one of {', '.join(SPANS)}.", field="range")
    return given


def _chosen(found: list[dict[str, Any]], request: MemberRequest) -> list[dict[str, Any]]:
    sort, outcome = request.GET.get("sort", ""), request.GET.get("outcome", "")
    return [row for row in found if sort in ("", row["sort"]) and outcome in ("", row["outcome"])]


def _chart(found: list[dict[str, Any]]) -> object:
    kinds = [row for row in found if row["sort"] == "kind" and row["outcome"] == "appointment"]
    kinds.sort(key=lambda row: -(row["shrunk"] or 0.0))
    points = [Point(row["label"], row["rate"], row["low"], row["high"], row["n"], note="too few") for row in kinds[:14]]
    return bar_chart("Conversations with an appointment, by card kind", points, unit="percent")


def _file_row(row: dict[str, Any]) -> list[Any]:
    names = (
        "sort", "card_kind", "label", "outcome", "hits", "n", "other_hits", "other_n", "basis",
        "points", "points_low", "points_high", "q", "verdict",
    )  # fmt: skip
    return [row[name] for name in names]


@page("analytics.read")
def progress(request: MemberRequest, analysis_id: UUID) -> HttpResponse:
    """GET, a piece for htmx: how far this analysis is; the whole page once it has ended."""
    newest = Analysis.objects.filter(pk=analysis_id).first()
    if newest is None:
        raise NotFound("There is no such analysis.")
    if newest.state not in effectiveness.OPEN and request.htmx:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    waits = newest.state in effectiveness.OPEN
    return render(request, "analytics/_progress.html", {"newest": newest, "waits": waits})


@page("analytics.read", "GET", "HEAD", "POST")
def all_themes(request: MemberRequest) -> HttpResponseBase:
    """GET: what low feedback has in common. POST `theme` and `do` (start with `fix` and `version`, live)."""
    problem = ""
    if request.method == "POST":
        require(request.membership.role, MANAGE)
        try:
            _theme_done(request)
            return redirect("results-themes")
        except (Invalid, Conflict) as error:
            problem = error.message
    rows = list(Theme.objects.select_related("version"))
    if export.asks_for_csv(request):
        header = ("Theme", "Card kind", "Findings", "State", "Fix", "Low before", "of", "Low since", "of", "Reading")
        table = [
            (row.theme, row.card_kind, row.n, row.get_state_display(), row.fix, row.before_low, row.before_n,
             row.after_low, row.after_n, row.verdict)
            for row in rows
        ]  # fmt: skip
        return export.table(request, "coaching-themes", header, table)
    said = themes.samples(rows)
    context = {
        "themes": [
            (row, THEMES.get(row.theme, row.theme), effectiveness.kind_label(row.card_kind), said.get(row.pk, []))
            for row in sorted(rows, key=lambda row: (row.state == Theme.State.CLOSED, -row.n))
        ],
        "drafts": PlaybookVersion.objects.filter(status=PlaybookVersion.Status.DRAFT)[:20],
        "may_manage": may(request.membership.role, MANAGE),
        "problem": problem,
    }
    return render(request, "analytics/themes.html", context, status=400 if problem else 200)


def _theme_done(request: MemberRequest) -> None:
    theme = _id(request.POST.get("theme", ""), "theme")
    match request.POST.get("do", ""):
        case "start":
            version = request.POST.get("version", "")
            themes.start(theme, request.POST.get("fix", ""), version=_id(version, "version") if version else None)
        case "live":
            themes.live(theme)
        case _:
            raise Invalid("Say what to do with the theme.", field="do")


@page("analytics.read", "GET", "HEAD", "POST")
def all_proposals(request: MemberRequest) -> HttpResponseBase:
    """GET: the suggested changes with their diffs. POST `proposal` and `do` (accept, reject)."""
    problem = ""
    if request.method == "POST":
        require(request.membership.role, MANAGE)
        try:
            _proposal_done(request)
            return redirect("results-proposals")
        except (Invalid, Conflict) as error:
            problem = error.message
    rows = Proposal.objects.select_related("draft", "decided_by__user")
    open_ = rows.filter(state=Proposal.State.PROPOSED)
    if export.asks_for_csv(request):
        header = ("Part", "Title", "Reason", "State", "Entry", "Field", "Before", "After")
        table = [
            (row.part, row.title, row.reason, row.state, one["entry"], one["field"], one["before"], one["after"])
            for row in rows[:500]
            for one in row.diff
        ]
        return export.table(request, "coaching-proposals", header, table)
    context = {
        "open": [(row, [_sides(one) for one in row.diff]) for row in open_[:40]],
        "decided": rows.exclude(state=Proposal.State.PROPOSED).order_by("-decided_at")[:30],
        "may_manage": may(request.membership.role, MANAGE),
        "problem": problem,
    }
    return render(request, "analytics/proposals.html", context, status=400 if problem else 200)


def _sides(one: dict[str, str]) -> dict[str, Any]:
    """The lines of a diff: each with what became of it."""
    before, after = one["before"].splitlines(), one["after"].splitlines()
    gone = [("gone", line) for line in before if line not in after]
    rest = [("same" if line in before else "new", line) for line in after]
    moved = not gone and all(kind == "same" for kind, _ in rest)
    return {"entry": one["entry"], "field": one["field"], "lines": [*gone, *rest], "moved": moved, "before": before}


def _proposal_done(request: MemberRequest) -> None:
    proposal = _id(request.POST.get("proposal", ""), "proposal")
    match request.POST.get("do", ""):
        case "accept":
            one = proposals.accept(proposal, by=request.membership)
            told = f"Draft {one.draft.number} is made; publish it in the playbook." if one.draft else "Accepted."
            messages.success(request, told)
        case "reject":
            proposals.reject(proposal, by=request.membership)
            messages.success(request, "Rejected; it is not suggested again for this version.")
        case _:
            raise Invalid("Say accept or reject.", field="do")


def _id(text: str, field: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(f"This {field} is not known.", field=field) from None
