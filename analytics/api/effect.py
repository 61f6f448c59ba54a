"""The endpoints of coaching effectiveness and of the market."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api import shapes_effect as shapes
from analytics.api import told_effect as told
from analytics.models import Analysis
from analytics.ranges import SPANS
from analytics.services import effectiveness
from enterprisehub.errors import Invalid
from enterprisehub.tenants.api.door import Door


class Effectiveness(Door):
    operations = {"GET": ("analytics.read",), "POST": ("analytics.analyse",)}

    @told.latest
    def get(self, request: Request) -> Response:
        """The newest analysis of `time_range`: findings with counts and intervals, patterns, recommendations, missing examples.

        While the first one is under way, `state` says how far it is and `findings` is empty.
        """
        return Response(shapes.analysis(_newest(request)))

    @told.run
    def post(self, request: Request) -> Response:
        """Ask for an analysis; one that is under way is given instead of a second one (200)."""
        given = self.given(shapes.EffectivenessRun, request)
        made, new = effectiveness.ask(given["time_range"], by=None)
        return Response(shapes.analysis(made), status=202 if new else 200)


class Competition(Door):
    operations = {"GET": ("analytics.read",)}

    @told.competition
    def get(self, request: Request) -> Response:
        """Where the brokerage stands to the benchmarks that it imported, and the plan of what to do; nothing is invented."""
        return Response(shapes.competition(_newest(request)))


def _newest(request: Request) -> Analysis | None:
    span = request.query_params.get("time_range", "90d")
    if span not in SPANS:
        raise Invalid(f"Say one of {', '.join(SPANS)}.", field="time_range")
    return effectiveness.latest(span, done=True) or effectiveness.latest(span)
