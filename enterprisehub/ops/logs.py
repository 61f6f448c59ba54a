"""What do the logs say, and to whom? Lines for people on a terminal, JSON otherwise, never a prospect's words."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars, merge_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

QUIET = ("uvicorn.access", "httpx2", "httpcore2", "asyncio", "daphne", "kombu", "amqp", "redis")


def request_id() -> str:
    """The id of the request, socket or task that is being served, or an empty string."""
    return str(get_contextvars().get("request_id", ""))


def bind_tenant(tenant: UUID | str) -> Any:
    """A context manager: lines inside carry the tenant's id."""
    return bound_contextvars(tenant=str(tenant))


def _plain_errors(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Keep an exception's type and places; its message may quote what a person wrote or a query's values."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = _places(error)
    return event


def _places(error: BaseException) -> list[str]:
    places = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        places.append(f"{code.co_filename}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    return places[-12:]


def _shared() -> list[Processor]:
    return [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _plain_errors,
    ]


def _human(_logger: WrappedLogger, _name: str, event: MutableMapping[str, Any]) -> str:
    """One line: time, level, what happened, facts; an error's places below it."""
    clock = str(event.pop("timestamp", ""))[11:19]
    level, what = str(event.pop("level", "")), event.pop("event", "")
    places = event.pop("at", [])
    event.pop("logger", None)
    facts = " ".join(f"{key}={value}" for key, value in event.items())
    return "\n    ".join([f"{clock} {level:<7} {what} {facts}".rstrip(), *places])


def configure(*, level: str, human: bool) -> None:
    """Send structlog's and the standard library's lines the same way; safe to call again."""
    render: Processor = _human if human else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    out = logging.StreamHandler()
    out.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers = [out, *(h for h in root.handlers if not isinstance(h, logging.StreamHandler))]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
