"""Which API path leads to which endpoint of the line to HighLevel?"""

from __future__ import annotations

from django.urls import path

from enterprisehub.ghl import api

urlpatterns = [
    path("status", api.StatusOf.as_view(), name="api_highlevel_status"),
    path("inbox", api.Inbox.as_view(), name="api_highlevel_inbox"),
    path("outbox", api.Outbox.as_view(), name="api_highlevel_outbox"),
]
