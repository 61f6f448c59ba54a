"""The realtime app."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "enterprisehub.realtime"
    label = "realtime"
