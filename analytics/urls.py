"""Which paths belong to analytics?"""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import cost, digest, outcomes, overview, predictions

urlpatterns: list[URLPattern] = [
    path("results/", overview.overview_page, name="results"),
    path("results/predictions/", predictions.index, name="results-predictions"),
    path("results/predictions/<uuid:lead_id>/", predictions.lead, name="lead-outlook"),
    path("results/cost/", cost.index, name="results-cost"),
    path("results/digest/", digest.digest, name="results-digest"),
    path("leads/<uuid:lead_id>/outcomes/", outcomes.outcomes, name="lead-outcomes"),
    path("leads/<uuid:lead_id>/outcomes/<uuid:outcome_id>/take-back/", outcomes.take_back, name="outcome-take-back"),
]
