"""Which paths belong to HighLevel's inbox and to its workflows?"""

from __future__ import annotations

from django.urls import path

from enterprisehub.ghl import box_views

urlpatterns = [
    path("highlevel/workflows/", box_views.secrets, name="highlevel-workflows"),
    path("highlevel/inbox/", box_views.inbox, name="highlevel-inbox"),
]
