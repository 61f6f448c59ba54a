"""Who works on an event that was just kept? Messages a thread of this process at once; everything else the worker, soon.

Both are only the quick way: whatever is lost here stands in Postgres, and the sweeper finds it there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import UUID

import structlog
from django.db import connection

from enterprisehub.ghl import inbox
from enterprisehub.ghl.commits import Kept
from enterprisehub.ghl.models import State
from enterprisehub.ghl.sweeping import WORK
from enterprisehub.tenants.work import send

log = structlog.get_logger(__name__)

THREADS: Final = 4
MOST_WAITING: Final = 100  # contacts; beyond that the worker has to help
APART: Final = 0.2  # seconds between two words to the worker about the same tenant

Key = tuple[UUID, str]


class Lane:
    """The threads that work on messages: one contact is never in two of them."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="lane")
        self._lock = threading.Lock()
        self._going: dict[Key, bool] = {}  # whether something came since it was last looked at
        self._worker = Worker()

    def take(self, kept: list[Kept]) -> None:
        """Called with what is committed; returns at once."""
        for one in kept:
            if one.tenant is None or one.arrival.state != State.WAITING:
                continue
            if not (one.arrival.is_a_message and self._start(one.tenant, one)):
                self._worker.wake(one.tenant)

    def close(self) -> None:
        """Returns when what was begun is done."""
        self._pool.shutdown()

    def _start(self, tenant: UUID, one: Kept) -> bool:
        subject, event = one.arrival.subject, one.arrival.id
        if not subject:
            return self._submit((tenant, str(event)), lambda: inbox.work_on(tenant, event))
        return self._submit((tenant, subject), lambda: inbox.follow(tenant, subject))

    def _submit(self, key: Key, work: Callable[[], object]) -> bool:
        with self._lock:
            if key in self._going:
                self._going[key] = True
                return True
            if len(self._going) >= MOST_WAITING:
                return False
            self._going[key] = False
        self._pool.submit(self._run, key, work)
        return True

    def _run(self, key: Key, work: Callable[[], object]) -> None:
        try:
            while True:
                work()
                with self._lock:
                    if not self._going[key]:
                        del self._going[key]
                        return
                    self._going[key] = False
        except Exception as error:  # Postgres has gone; the sweeper comes back to what is left
            log.warning("lane_left_it", error=type(error).__name__)
            with self._lock:
                self._going.pop(key, None)
        finally:
            connection.close()


class Worker:
    """Tells the worker in which tenants something waits, from a thread of its own: the broker may take its time."""

    def __init__(self) -> None:
        self._waiting: set[UUID] = set()
        self._told: dict[UUID, float] = {}
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self, tenant: UUID) -> None:
        with self._lock:
            self._waiting.add(tenant)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="wakes the worker", daemon=True)
                self._thread.start()
        self._news.set()

    def _run(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            while pause := self._tell():
                time.sleep(pause)

    def _tell(self) -> float:
        """Tell of each tenant whose turn it is; seconds until the next turn, 0 when nobody waits."""
        moment = time.monotonic()
        with self._lock:
            due = {tenant for tenant in self._waiting if moment - self._told.get(tenant, 0.0) >= APART}
            self._waiting -= due
            self._told = {tenant: at for tenant, at in self._told.items() if moment - at < APART}
            self._told |= dict.fromkeys(due, moment)
            left = bool(self._waiting)
        for tenant in due:
            send(WORK, tenant, None, {})
        return APART / 4 if left else 0.0
