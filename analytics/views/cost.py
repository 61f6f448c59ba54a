"""What do the engines cost? The page for who pays."""

from __future__ import annotations

from datetime import UTC, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now

from analytics.charts import Point, Series, bar_chart, line_chart
from analytics.ranges import Asked, asked
from analytics.services import filters, seen
from analytics.services.spending import Line, Spending, spending
from enterprisehub.tenants.page import MemberRequest, page

MICRO = 1_000_000
FEATURES = {
    "coaching.card": "Better cards",
    "coaching.improvement": "Reading low feedback",
    "leads.understand": "Understanding leads",
    "leads.plan": "Wording plans",
}


@page("analytics.read.money")
def index(request: MemberRequest) -> HttpResponse:
    """GET ?range=30d&agent=: tokens, money and savings by feature, agent and day; budgets, and the month's end."""
    today = now().astimezone(UTC).date()
    question = filters.checked(request.membership, asked(request.GET.dict(), today=today))
    agents = seen.agents(request.membership)
    found = spending(question, names={one.pk: one.display_name for one in agents})
    context = {
        "asked": question,
        "spans": filters.spans(),
        "selects": [one for one in filters.selects(request.membership, question) if one.name == "agent"],
        "found": found,
        "features": [(FEATURES.get(line.name, line.name), line) for line in found.features],
        "days_chart": _days(question, found),
        "features_chart": _lines("Cost by feature, USD", found.features, FEATURES),
        "agents_chart": _lines("Cost by agent, USD", found.agents, {}),
    }
    return render(request, "analytics/cost.html", context)


def _days(question: Asked, found: Spending) -> object:
    days = [question.range.first + timedelta(days=i) for i in range(question.range.days)]
    points = tuple(Point(f"{day.day} {day:%b}", found.days.get(day, 0) / MICRO) for day in days)
    return line_chart("Cost by day, USD", [Series("Cost", points)] if found.total.n else [], unit="money")


def _lines(title: str, lines: list[Line], names: dict[str, str]) -> object:
    points = [Point(names.get(line.name, line.name), line.cost / MICRO, n=line.n) for line in lines[:12]]
    return bar_chart(title, points, unit="money")
