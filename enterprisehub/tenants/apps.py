"""The tenants app, and the admin with the site that knows about tenants."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class TenantsConfig(AppConfig):
    name = "enterprisehub.tenants"
    label = "tenants"
    default = True


class HubAdminConfig(admin.AdminConfig):
    default_site = "enterprisehub.tenants.site.HubAdminSite"
    default = False
