"""Which paths belong to leads?"""

from __future__ import annotations

from django.urls import path

from leads import lead_views, views

urlpatterns = [
    path("leads/", views.index, name="leads"),
    path("leads/<uuid:lead_id>/facts/", lead_views.facts, name="facts"),
    path("leads/<uuid:lead_id>/history/", lead_views.history, name="lead-history"),
    path("leads/<uuid:lead_id>/move/", lead_views.move, name="lead-move"),
    path("leads/<uuid:lead_id>/agreement/", lead_views.agreement, name="lead-agreement"),
    path("conversations/new/", views.begin, name="begin"),
]
