"""Which API path leads to which analytics endpoint?"""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.api import events, predictions

urlpatterns: list[URLPattern] = [
    path("analytics/events", events.Events.as_view(), name="api_analytics_events"),
    path("analytics/predictions/<str:lead_id>", predictions.Predictions.as_view(), name="api_predictions"),
]
