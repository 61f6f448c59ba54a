"""The app that wires the others: management commands, and the Celery app that `later()` sends to."""

from django.apps import AppConfig


class EnterpriseHubConfig(AppConfig):
    name = "enterprisehub"
    label = "enterprisehub"
    verbose_name = "EnterpriseHub"

    def ready(self) -> None:
        from enterprisehub.celery import app  # tasks declared with shared_task find their broker through it

        app.set_default()
        app.autodiscover_tasks(force=True)  # a web process only sends tasks, but must know them
