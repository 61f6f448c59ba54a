"""The endpoint of the return: parse, call the service that the page calls, render."""

from __future__ import annotations

from math import isfinite
from typing import Any

from django.utils.timezone import localdate
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import roi
from analytics.api import shapes_trials as shapes
from analytics.api import told_trials as told
from analytics.ranges import asked
from analytics.services import returns
from enterprisehub.tenants.api.door import Door


class Roi(Door):
    operations = {"GET": ("analytics.read.money",)}

    @told.roi
    def get(self, request: Request) -> Response:
        """What coaching cost and brought in these days, against the holdout or the stated baseline; what cannot be told is null, with words."""
        question = asked(request.query_params.dict(), today=localdate())
        return Response(shapes.ReturnAnswer(_rendered(returns.reckon(question))).data)


def _rendered(told_: returns.Told) -> dict[str, Any]:
    result = told_.result
    return {
        "first": told_.range.first,
        "last": told_.range.last,
        "currency": told_.terms.currency,
        "method": str(result.method),
        "causal": result.causal,
        "sentence": result.sentence,
        "caveats": list(result.caveats),
        "cost": {**vars(result.cost), "total": result.cost.total},
        "gain": _money(result.benefit),
        "net": _money(result.net),
        "share_of_cost": _money(result.percent),
        "payback_days": _money(result.payback),
        "parts": [_part(part) for part in result.parts],
    }


def _money(given: roi.Money | None) -> dict[str, float | None] | None:
    if given is None:
        return None
    return {"middle": given.middle, "low": given.low, "high": given.high if isfinite(given.high) else None}


def _part(part: roi.Part) -> dict[str, Any]:
    found = part.lift
    ends = (found.points, found.interval.low, found.interval.high) if found else (None, None, None)
    return {"name": part.name, "unit": part.unit, "words": part.words} | dict(
        zip(("difference", "low", "high"), ends, strict=True)
    )
