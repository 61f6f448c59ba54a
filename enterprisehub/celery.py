"""What runs in the worker? Every app's tasks, in two queues: `live` waits on Claude, `default` is the rest."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprisehub.settings")

app = Celery("enterprisehub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
