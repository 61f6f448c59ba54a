"""Which paths belong to the connection with HighLevel, and to its workflows?"""

from __future__ import annotations

from django.urls import path

from enterprisehub.ghl import oauth_views, views, workflow_views

urlpatterns = [
    path("highlevel/", views.index, name="highlevel"),
    path("highlevel/connect/", oauth_views.connect, name="highlevel-connect"),
    path("highlevel/callback/", oauth_views.callback, name="highlevel-callback"),
    path("highlevel/confirm/", oauth_views.confirm, name="highlevel-confirm"),
    path("highlevel/token/", views.token, name="highlevel-token"),
    path("highlevel/check/", views.check, name="highlevel-check"),
    path("highlevel/write-back/", views.write_back, name="highlevel-write-back"),
    path("highlevel/requeue/", views.requeue, name="highlevel-requeue"),
    path("highlevel/inbox/", views.inbox, name="highlevel-inbox"),
    path("highlevel/workflows/", workflow_views.secrets, name="highlevel-workflows"),
    path("highlevel/disconnect/", views.disconnect, name="highlevel-disconnect"),
]
