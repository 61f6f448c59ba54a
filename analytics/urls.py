"""Which paths belong to analytics?"""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import coaching, cost, predictions, value

urlpatterns: list[URLPattern] = [
    path("results/predictions/", predictions.index, name="results-predictions"),
    path("results/predictions/<uuid:lead_id>/", predictions.lead, name="lead-outlook"),
    path("results/cost/", cost.index, name="results-cost"),
    path("results/coaching/", coaching.index, name="results-coaching"),
    path("results/coaching/themes/", coaching.all_themes, name="results-themes"),
    path("results/coaching/proposals/", coaching.all_proposals, name="results-proposals"),
    path("results/coaching/<uuid:analysis_id>/", coaching.progress, name="results-coaching-progress"),
    path("results/value/", value.index, name="results-value"),
]
