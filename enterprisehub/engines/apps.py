"""The engines app."""

from django.apps import AppConfig


class EnginesConfig(AppConfig):
    name = "enterprisehub.engines"
    label = "engines"
