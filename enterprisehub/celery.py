"""What runs in the worker? Each app's tasks: `live` waits on Claude for cards, `plans` for plans, `default` is the rest."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.concurrency.thread import TaskPool
from celery.signals import setup_logging, task_postrun, task_prerun, worker_init
from structlog.contextvars import bind_contextvars, clear_contextvars

from enterprisehub.engines import claude
from enterprisehub.schedule import schedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprisehub.settings")

app = Celery("enterprisehub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = schedule


@setup_logging.connect
def keep_our_logs(**_: Any) -> None:
    """Somebody who listens here keeps Celery from arranging the logs; the settings have done it already."""


@worker_init.connect
def load_what_is_slow(sender: Any, **_: Any) -> None:
    """Claude's client and our tables take seconds to load: before the first card waits, not in all threads at once.

    Forked workers load their own.
    """
    if sender.pool_cls is TaskPool:
        from enterprisehub.capabilities import warm  # the apps must be loaded first

        warm()
        claude.warm()


@task_prerun.connect
def name_the_task(task_id: str, task: Any, **_: Any) -> None:
    """Every line that a task logs says which task it was."""
    bind_contextvars(request_id=task_id, task=task.name)


@task_postrun.connect
def forget_the_task(**_: Any) -> None:
    clear_contextvars()
