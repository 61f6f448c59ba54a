"""Who works on an event that was just kept? On messages at once whoever follows the hints; on everything else the worker, soon.

Both are only the quick way: whatever is lost here stands in Postgres, and the sweeper finds it there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import UUID

import structlog
from django.db import connection

from enterprisehub.ghl import inbox
from enterprisehub.ghl.commits import Kept
from enterprisehub.ghl.hints import Hint, Teller
from enterprisehub.ghl.models import State
from enterprisehub.ghl.sweeping import WORK
from enterprisehub.tenants.work import send

log = structlog.get_logger(__name__)

THREADS: Final = 4
MOST_WAITING: Final = 10_000  # contacts; of what is beyond that Postgres alone knows
APART: Final = 0.2  # seconds between two words to the worker about the same tenant

Key = tuple[UUID, str]


class News:
    """What becomes of events once they are kept: messages go to whoever follows, or to threads of this process while nobody does."""

    def __init__(self) -> None:
        self._lane = Lane()
        self._teller = Teller(self._follow)
        self._worker = Worker()

    def take(self, kept: list[Kept]) -> None:
        """Called with what is committed; returns at once."""
        hints = []
        for one in kept:
            if one.tenant is None or one.arrival.state != State.WAITING:
                continue
            if one.arrival.is_a_message:
                hints.append(Hint(one.tenant, one.arrival.id, one.arrival.subject))
            else:
                self._worker.wake(one.tenant)
        if hints:
            self._teller.tell(hints)

    def close(self) -> None:
        """Returns when what was begun is done."""
        self._teller.close()
        self._lane.close()

    def _follow(self, hints: Sequence[Hint]) -> None:
        for hint in hints:
            self._lane.start(hint)


class Lane:
    """The threads that work on messages: one contact is never in two of them."""

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="lane")
        self._lock = threading.Condition()
        self._going: dict[Key, bool] = {}  # whether something came since it was last looked at

    def room(self, most: int, *, within: float) -> int:
        """How many contacts can be begun so that there are no more than `most`; waits so many seconds for the first."""
        with self._lock:
            self._lock.wait_for(lambda: len(self._going) < most, within)
            return max(0, most - len(self._going))

    def start(self, hint: Hint) -> None:
        tenant, subject, event = hint.tenant, hint.subject, hint.event
        if subject:
            self._submit((tenant, subject), lambda: inbox.follow(tenant, subject))
        else:
            self._submit((tenant, str(event)), lambda: inbox.work_on(tenant, event))

    def close(self) -> None:
        """Returns when what was begun is done."""
        self._pool.shutdown()

    def _submit(self, key: Key, work: Callable[[], object]) -> None:
        with self._lock:
            if key in self._going:
                self._going[key] = True
                return
            if len(self._going) >= MOST_WAITING:
                return
            self._going[key] = False
        self._pool.submit(self._run, key, work)

    def _run(self, key: Key, work: Callable[[], object]) -> None:
        try:
            while True:
                work()
                with self._lock:
                    if not self._going[key]:
                        self._end(key)
                        return
                    self._going[key] = False
        except Exception as error:  # Postgres has gone; the sweeper comes back to what is left
            log.warning("lane_left_it", error=type(error).__name__)
            with self._lock:
                self._end(key)
        finally:
            connection.close()

    def _end(self, key: Key) -> None:
        self._going.pop(key, None)
        self._lock.notify_all()


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
