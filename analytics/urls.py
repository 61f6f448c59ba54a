"""Which paths belong to analytics?"""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import cost, predictions

urlpatterns: list[URLPattern] = [
    path("results/predictions/", predictions.index, name="results-predictions"),
    path("results/predictions/<uuid:lead_id>/", predictions.lead, name="lead-outlook"),
    path("results/cost/", cost.index, name="results-cost"),
]
