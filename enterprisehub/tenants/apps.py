"""The tenants app, and the admin with the site that knows about tenants."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class TenantsConfig(AppConfig):
    name = "enterprisehub.tenants"
    label = "tenants"


class HubAdminConfig(AdminConfig):
    default_site = "enterprisehub.tenants.site.HubAdminSite"
