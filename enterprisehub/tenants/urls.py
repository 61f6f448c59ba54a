"""Which paths belong to the tenants app?"""

from __future__ import annotations

from django.urls import path

from enterprisehub.tenants import views

urlpatterns = [
    path("switch/", views.switch, name="switch"),
    path("accounts/email/", views.closed),  # stands before django-allauth's page of the same path
]
