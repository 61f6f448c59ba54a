"""The app that talks with HighLevel."""

from django.apps import AppConfig


class GhlConfig(AppConfig):
    name = "enterprisehub.ghl"
    label = "ghl"
    verbose_name = "HighLevel"
