"""The page of the return: what coaching cost, what it brought, against what, and the terms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import localdate

from analytics.ranges import LABELS, asked
from analytics.services import returns
from analytics.views import export
from enterprisehub.errors import Invalid
from enterprisehub.tenants.access import may
from enterprisehub.tenants.page import MemberRequest, page

HEADER = ("What", "Low", "Middle", "High", "Unit", "In words")


@page("analytics.read.money")
def index(request: MemberRequest) -> HttpResponseBase:
    """GET: the return in the asked range (`range`, or `from` and `to`), and `?format=csv`."""
    question = asked(request.GET.dict(), today=localdate())
    told = returns.reckon(question)
    if export.asks_for_csv(request):
        return export.table(request, "return", HEADER, _rows(told))
    query = request.GET.copy()
    query.pop("format", None)
    context = {
        "told": told,
        "result": told.result,
        "asked": question,
        "spans": LABELS,
        "query": query.urlencode(),
        "manages": may(request.membership.role, "analytics.manage"),
    }
    return render(request, "analytics/return.html", context)


@page("analytics.manage", "GET", "HEAD", "POST")
def terms(request: MemberRequest) -> HttpResponse:
    """GET the form with what holds now; POST new terms, which are kept beside the old ones."""
    problem: dict[str, str] = {}
    if request.method == "POST":
        try:
            returns.state(request.POST.dict(), by=request.membership)
            messages.success(request, "The terms are kept; the return is reckoned anew.")
            return redirect("return")
        except Invalid as error:
            problem = {"field": error.field or "", "message": error.message}
    held = returns.terms()
    context = {
        "held": held,
        "given": request.POST or _held(held),
        "problem": problem,
        "currencies": returns.CURRENCIES,
    }
    return render(request, "analytics/return_terms.html", context, status=400 if problem else 200)


def _held(row: Any) -> dict[str, Any]:
    names = ("currency", "per_usd", "licence", "minute", "commission")
    figures = {name: "" if (value := getattr(row, name)) is None else value for name in names}
    return {**row.baseline, **figures, "baseline": row.baseline.get("kind", "")}


def _rows(told: returns.Told) -> list[tuple[Any, ...]]:
    cost, currency = told.result.cost, told.terms.currency
    rows: list[tuple[Any, ...]] = [
        (
            name,
            "",
            "" if value is None else round(value, 2),
            "",
            currency,
            "" if value is not None else "no rate stated",
        )
        for name, value in (("Licences", cost.licences), ("Engine", cost.engine), ("Minutes", cost.minutes))
    ]
    for name, money in (("Gain", told.result.benefit), ("Net", told.result.net)):
        if money is not None:
            rows.append((name, round(money.low, 2), round(money.middle, 2), round(money.high, 2), currency, ""))
    for part in told.result.parts:
        ends = (part.lift.interval.low, part.lift.points, part.lift.interval.high) if part.lift else ("", "", "")
        rows.append((part.name, *ends, part.unit, part.words))
    return [*rows, ("In one sentence", "", "", "", "", told.result.sentence)]
