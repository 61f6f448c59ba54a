"""What can a person see of what happened? The overview, and its figures as a file."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import localdate

from analytics import charts
from analytics.charts import BarChart, LineChart, Point, Series
from analytics.measures import Rate
from analytics.models import EventKind
from analytics.ranges import asked as asked_of
from analytics.services import filters
from analytics.services.overview import (
    DAYS_AS_WEEKS,
    OUTCOMES,
    SETTLED,
    USED,
    Overview,
    label_of,
    only_cards,
    overview,
    table,
)
from analytics.templatetags.charts import day as day_of
from analytics.views import export
from enterprisehub.tenants.page import MemberRequest, page


@page("analytics.read")
def overview_page(request: MemberRequest) -> HttpResponseBase:
    """GET /results/?range=&agent=&…: what happened in these days and in as many before; `format=csv` gives the days as a file."""
    asked = filters.checked(request.membership, asked_of(request.GET.dict(), today=localdate()))
    found = overview(asked)
    if export.asks_for_csv(request):
        header, rows = table(found)
        return export.table(request, "results", header, rows)
    context = {
        "found": found,
        "asked": asked,
        "spans": filters.spans(),
        "selects": filters.selects(request.membership, asked),
        "csv": filters.link(asked, format="csv"),
        "only_cards": only_cards(asked),
        "outcomes": [(EventKind(kind).label, found.now.get(kind, 0), found.before.get(kind, 0)) for kind in OUTCOMES],
        "followed": [(label_of(kind), one) for kind, one in found.followed.items()],
        **_drawn(found),
    }
    return render(request, "analytics/overview.html", context)


def _drawn(found: Overview) -> dict[str, Any]:
    return {
        "use_chart": _use(found),
        "kinds_chart": _kinds(found),
        "outcome_chart": _outcomes(found),
        "funnel": _funnel(found),
    }


def _step(found: Overview) -> str:
    return "week" if found.asked.range.days > DAYS_AS_WEEKS else "day"


def _use(found: Overview) -> LineChart:
    points = tuple(_share(day_of(one.first), one.rate(USED, SETTLED)) for one in found.days)
    return charts.line_chart(f"Shown cards that were used, by {_step(found)}", [Series("Used", points)], unit="percent")


def _outcomes(found: Overview) -> LineChart:
    kinds = (EventKind.APPOINTMENT, EventKind.CLOSING, EventKind.OPT_OUT, EventKind.LOST)
    series = [
        Series(kind.label, tuple(Point(day_of(one.first), float(one.counts.get(kind, 0))) for one in found.days))
        for kind in kinds
    ]
    return charts.line_chart(f"Appointments, closings, opt-outs and losses, by {_step(found)}", series, unit="count")


def _kinds(found: Overview) -> BarChart:
    points = [_share(filters.kind_label(kind), used) for kind, _, used in found.kinds]
    return charts.bar_chart("Used, by kind of card", points, unit="percent")


def _funnel(found: Overview) -> BarChart:
    points = [Point(step.name, float(step.reached)) for step in found.stages]
    return charts.bar_chart("Leads that reached each stage", points, unit="count")


def _share(label: str, rate: Rate) -> Point:
    """A point with its interval; too few cases are a gap with a note, and no figure."""
    if not rate.enough:
        return Point(label, None, n=rate.n, note="no cases" if not rate.n else f"{rate.hits} of {rate.n}, too few")
    return Point(label, rate.value, rate.interval.low, rate.interval.high, rate.n)
