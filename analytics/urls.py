"""Which paths belong to analytics?"""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import cost

urlpatterns: list[URLPattern] = [
    path("results/cost/", cost.index, name="results-cost"),
]
