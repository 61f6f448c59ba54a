"""One conversation's scorecard: the points with the words they rest on, and what people say to them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from analytics.rubric import FAILS, version
from analytics.services import reviewing, seen
from analytics.views import export
from enterprisehub.errors import Invalid
from enterprisehub.tenants.access import may
from enterprisehub.tenants.page import MemberRequest, page


@page("analytics.read.own", "GET", "HEAD", "POST")
def one(request: MemberRequest, conversation_id: UUID) -> HttpResponseBase:
    """GET /results/scorecards/<conversation>/; POST `item`, `points`, `reason`: a person's own word beside the machine's."""
    waiting = reviewing.unscored(request.membership, conversation_id) if request.method != "POST" else None
    if waiting is not None:
        return render(request, "analytics/unscored.html", {"talk": waiting})
    card = reviewing.card_of(request.membership, conversation_id)
    if request.method == "POST":
        seen.acts_for(request.membership)
        given = {name: request.POST.get(name, "") for name in ("item", "points", "reason")}
        reviewing.review(
            request.membership, card, item=given["item"], points=_points(given["points"]), reason=given["reason"]
        )
        messages.success(request, "Kept beside the machine's points.")
        return redirect("results-scorecard", conversation_id)
    sheet = reviewing.sheet(card)
    if export.asks_for_csv(request):
        rows = (
            (row.label, row.scored["points"], row.most, row.scored.get("why", ""), row.points) for row in sheet.rows
        )
        return export.table(request, "scorecard", ("Part", "Points", "of", "Why", "With people's word"), rows)
    context = {
        "card": card,
        "sheet": sheet,
        "failed": [FAILS[name] for name in card.failed if name in FAILS],
        "reviews": may(request.membership.role, "analytics.score"),
        "older": card.rubric != version(),
        "agreement": reviewing.with_machine([card.agent_id]),
    }
    return render(request, "analytics/scorecard.html", context)


def _points(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise Invalid("Points are a whole number.", field="points")
    return int(text)
