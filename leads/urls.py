"""Which paths belong to leads?"""

from __future__ import annotations

from django.urls import path

from leads import views

urlpatterns = [
    path("leads/", views.index, name="leads"),
    path("conversations/new/", views.begin, name="begin"),
]
