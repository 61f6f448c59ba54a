"""Which API path leads to which analytics endpoint?"""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
