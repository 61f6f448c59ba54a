"""Which path leads to which view?"""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from enterprisehub.tenants.api.door import Nowhere

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("", include("enterprisehub.tenants.urls")),
    path("", include("coaching.urls")),
    path("", include("leads.urls")),
    path("", include("analytics.urls")),
    path("", include("enterprisehub.ghl.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/claude/", include("coaching.api_urls")),
    path("api/v1/claude/", include("leads.api_urls")),
    path("api/v1/claude/", include("analytics.api_urls")),
    path("api/v1/highlevel/", include("enterprisehub.ghl.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    re_path(r"^api/", Nowhere.as_view(), name="api_nowhere"),
]

handler500 = "enterprisehub.tenants.broken.answer"
