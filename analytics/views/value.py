"""Where is value lost or left lying, and where does the brokerage stand to the market? The page Value and market."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from analytics.competition import COLUMNS, METRICS
from analytics.models import Benchmark
from analytics.services import effectiveness, market
from analytics.views import export
from enterprisehub.errors import Invalid
from enterprisehub.tenants.access import may, require
from enterprisehub.tenants.page import MemberRequest, page
from leads.importing.csvfile import MAX_BYTES

AREAS = (
    ("situation", "Situations that fall behind"),
    ("scenario", "Situations that are worth the most"),
    ("training", "What to train"),
    ("routine", "Routine work to take off people"),
)
MANAGE = "analytics.manage"
# Per table: the file's name, where its rows are, and its columns.
FILES: dict[str, tuple[str, str, dict[str, str]]] = {
    "market": (
        "market",
        "market",
        {
            "Metric": "label", "Segment": "segment", "Market": "value", "Unit": "unit", "Source": "source",
            "Date": "date", "Own": "own", "From": "own_low", "To": "own_high", "Cases": "own_n", "Standing": "standing",
        },
    ),
    "plan": (
        "value-plan",
        "plan",
        {"Area": "area", "What": "title", "Why": "why", "Do": "do", "Expected": "expected", "Confidence": "sure"},
    ),
}  # fmt: skip


@page("analytics.read", "GET", "HEAD", "POST")
def index(request: MemberRequest) -> HttpResponseBase:
    """GET: the plan and the market, of the newest analysis. POST a `file` of benchmarks with `do` (look, import), or `do` forget."""
    problem, looked = "", None
    if request.method == "POST":
        require(request.membership.role, MANAGE)
        try:
            looked = _brought(request)
        except Invalid as error:
            problem = error.message
        if looked is None and not problem:
            return redirect("results-value")
    done = effectiveness.latest(done=True)
    result: dict[str, Any] = done.result if done else {}
    if export.asks_for_csv(request):
        return _file(request, result)
    steps = result.get("plan", [])
    context = {
        "analysis": done,
        "areas": [(label, [one for one in steps if one["area"] == area]) for area, label in AREAS],
        "steps": steps,
        "market": result.get("market", []),
        "benchmarks": Benchmark.objects.count(),
        "fresh": _fresh(done),
        "metrics": METRICS.values(),
        "columns": ", ".join(COLUMNS),
        "looked": looked,
        "problem": problem,
        "may_manage": may(request.membership.role, MANAGE),
    }
    return render(request, "analytics/value.html", context, status=400 if problem else 200)


def _fresh(done: Any) -> bool:
    """Whether benchmarks came since the analysis: it does not know them yet."""
    newest = Benchmark.objects.order_by("-brought_at").values_list("brought_at", flat=True).first()
    return newest is not None and (done is None or done.ended_at is None or newest > done.ended_at)


def _brought(request: MemberRequest) -> market.Looked | None:
    """What the file says, when it was only looked at or when rows were refused; None when all is done."""
    if request.POST.get("do") == "forget":
        market.taken_away(list(Benchmark.objects.values_list("pk", flat=True)))
        messages.success(request, "All benchmarks are forgotten.")
        return None
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("Choose a file.", field="file")
    if (file.size or 0) > MAX_BYTES:
        raise Invalid(f"The file has more than {MAX_BYTES // 1_000_000} MB.", field="file")
    content = file.read()
    if request.POST.get("do") != "import":
        return market.look(content)
    looked = market.bring(content, by=request.membership)
    n = len(looked.figures)
    messages.success(request, f"{n} {'benchmark is' if n == 1 else 'benchmarks are'} in.")
    if n:
        effectiveness.ask("90d", by=request.membership)
    return looked if looked.refused else None


def _file(request: MemberRequest, result: dict[str, Any]) -> HttpResponseBase:
    name, key, columns = FILES["market" if request.GET.get("table") == "market" else "plan"]
    rows = [[row[column] for column in columns.values()] for row in result.get(key, [])]
    return export.table(request, name, tuple(columns), rows)
