"""Which API path leads to which analytics endpoint?"""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.api import events

urlpatterns: list[URLPattern] = [
    path("analytics/events", events.Events.as_view(), name="api_analytics_events"),
]
