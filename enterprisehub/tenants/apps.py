"""The tenants app."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "enterprisehub.tenants"
    label = "tenants"
