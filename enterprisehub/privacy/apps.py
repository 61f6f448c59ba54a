"""The privacy app."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "enterprisehub.privacy"
    label = "privacy"
