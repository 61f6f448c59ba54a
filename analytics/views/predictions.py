"""What is foretold of a lead, as a piece of its page; and how good such words were."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from analytics.charts import Point, bar_chart
from analytics.predicting import HORIZONS, OPEN
from analytics.services import predicting
from enterprisehub.tenants.access import may
from enterprisehub.tenants.page import MemberRequest, page
from leads.services.people import seen


@page("leads.read.own")
def lead(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """GET /results/predictions/<lead>/: chances, hours, medium, price, timeline and what follows; a piece for htmx."""
    found = seen(lead_id, request.agent, everyone=may(request.membership.role, "leads.read.all"))
    context = {"lead": found, "outlook": predicting.outlook(found, request.membership.tenant)}
    return render(request, "analytics/_prediction.html" if request.htmx else "analytics/prediction.html", context)


@page("analytics.read")
def index(request: MemberRequest) -> HttpResponse:
    """GET /results/predictions/: whether 30 % meant 30 in 100, by horizon."""
    kept, rates = predicting.last_count()
    found = []
    for horizon, reckoned in predicting.horizons():
        points = [
            Point(f"Said {said * 100:.0f} %", rate.value, rate.interval.low, rate.interval.high, rate.n)
            for said, rate in reckoned.tenths
            if rate.enough
        ]
        chart = bar_chart(f"Closed within {horizon} days, by what was said", points, unit="percent")
        found.append((horizon, reckoned, chart))
    stages = [(stage, [(horizon, rates.of(horizon, stage)) for horizon in HORIZONS]) for stage in OPEN]
    context = {"kept": kept, "found": found, "stages": stages, "horizons": HORIZONS}
    return render(request, "analytics/predictions.html", context)
