"""What do the logs say? Lines for people on a terminal, JSON otherwise, and never a prospect's words."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from typing import Any, TextIO
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars, merge_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

# These speak of every request, socket or connection in words of their own; ours say it once, without addresses.
QUIET = (
    *("uvicorn.access", "uvicorn.error", "httpx2", "httpcore2", "asyncio", "kombu", "amqp", "redis", "django.server"),
    *("celery.worker.strategy", "celery.app.trace", "celery.beat"),  # a line per task; what failed is still told
)
# These put a path (it may hold a one-time key) or an error's text (it may quote a person) into their message.
RETOLD = {"django.request": "request_failed", "celery.app.trace": "task_failed", "uvicorn.error": "server_error"}
PLACES = 12  # steps of a traceback that are worth keeping


def request_id() -> str:
    """The id of the request, socket or task that is being served, or an empty string."""
    return str(get_contextvars().get("request_id", ""))


def bind_tenant(tenant: UUID | str) -> AbstractContextManager[None]:
    """Lines inside carry the tenant's id."""
    return bound_contextvars(tenant=str(tenant))


class _CurrentStderr(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is now: tests and daemons replace it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _value: TextIO) -> None:
        """Kept out: there is nothing to set."""


def _retold(record: logging.LogRecord) -> bool:
    """A filter that keeps the fact and drops the words of loggers that quote what they were given."""
    if record.name in RETOLD and record.exc_info:
        record.msg, record.args = RETOLD[record.name], ()
    return True


def _errors_without_words(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """An error's type and places, not its message: that may quote what somebody wrote, or a query's values."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = _places(error)
    return event


def _places(error: BaseException) -> list[str]:
    places: list[str] = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        places.append(f"{code.co_filename}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    if error.__cause__ is not None:
        places = [*_places(error.__cause__), f"then {type(error).__name__}", *places]
    return places[-PLACES:]


def _for_people(_logger: WrappedLogger, _name: str, event: MutableMapping[str, Any]) -> str:
    """One line: time, level, what happened, its facts; an error's places below it."""
    clock = str(event.pop("timestamp", ""))[11:19]
    level, what = str(event.pop("level", "")), event.pop("event", "")
    places = event.pop("at", [])
    event.pop("logger", None)
    request = str(event.pop("request_id", ""))[-6:]
    facts = " ".join(f"{key}={value}" for key, value in event.items())
    line = f"{clock} {level:<7} {what} {facts}{f' [{request}]' if request else ''}"
    return "\n    ".join([line, *places])


def _facts() -> list[Processor]:
    return [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _errors_without_words,
    ]


def configure(*, level: str, human: bool) -> None:
    """Send structlog's lines and the standard library's the same way; safe to call again."""
    structlog.configure(
        processors=[*_facts(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    render: Processor = _for_people if human else structlog.processors.JSONRenderer(default=str)
    out = _CurrentStderr()
    out.addFilter(_retold)
    out.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_facts(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    foreign = [handler for handler in root.handlers if not isinstance(handler, logging.StreamHandler)]
    root.handlers = [out, *foreign]
    root.setLevel(level)
    for name in QUIET:  # uvicorn arranged its own before it loaded us
        quiet = logging.getLogger(name)
        quiet.handlers, quiet.propagate = [], True
        quiet.setLevel(logging.WARNING)
    for name in ("uvicorn", "django", "celery"):
        logging.getLogger(name).handlers, logging.getLogger(name).propagate = [], True
