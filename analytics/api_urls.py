"""Which API path leads to which analytics endpoint?"""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.api import effect, predictions

urlpatterns: list[URLPattern] = [
    path("analytics/predictions/<str:lead_id>", predictions.Predictions.as_view(), name="api_predictions"),
    path("analytics/effectiveness", effect.Effectiveness.as_view(), name="api_effectiveness"),
    path("analytics/competition", effect.Competition.as_view(), name="api_competition"),
]
