"""How do the processes that work on messages hear that one was kept, and how does the door hear that there is such a process?

A hint goes into one list in Redis, from which each is taken once. It is no more than a hint: whatever is lost on the way stands
in Postgres, where the sweeper finds it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from enterprisehub.ops.stores import channel_redis
from enterprisehub.tenants import keys

log = structlog.get_logger(__name__)

MOST: Final = 20_000  # hints that are kept; of what is older Postgres alone tells
KEPT_FOR: Final = 600  # seconds after the last one
ALIVE_FOR: Final = 3  # seconds that a process counts as there after it said so
REST: Final = 2.0  # seconds without trying Redis after it failed
_UUID: Final = 16  # bytes


@dataclass(frozen=True, slots=True)
class Hint:
    """Something of this contact waits; `event` names it where there is no contact."""

    tenant: UUID
    event: UUID
    subject: str

    def pack(self) -> bytes:
        return self.tenant.bytes + self.event.bytes + self.subject.encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Hint:
        """Raises ValueError."""
        tenant, event, subject = packed[:_UUID], packed[_UUID : 2 * _UUID], packed[2 * _UUID :]
        return cls(UUID(bytes=tenant), UUID(bytes=event), subject.decode())


def _list() -> str:
    return keys.shared("inbox", "hints")


def _alive() -> str:
    return keys.shared("inbox", "alive")


class Teller:
    """Passes hints on from a thread of its own, since Redis may take its time; `otherwise` gets them while nobody follows."""

    def __init__(self, otherwise: Callable[[Sequence[Hint]], None]) -> None:
        self._otherwise = otherwise
        self._waiting: list[Hint] = []
        self._lock = threading.Condition()
        self._thread: threading.Thread | None = None
        self._down_until = 0.0
        self._closed = False

    def tell(self, hints: Sequence[Hint]) -> None:
        """Returns at once."""
        with self._lock:
            self._waiting += hints
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="tells of messages", daemon=True)
                self._thread.start()
            self._lock.notify()

    def close(self) -> None:
        """Returns when what was told is passed on."""
        with self._lock:
            self._closed = True
            self._lock.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._waiting or self._closed)
                hints, self._waiting = self._waiting, []
            if not hints:
                return
            if left := self._left(hints):
                self._otherwise(left)

    def _left(self, hints: list[Hint]) -> list[Hint]:
        """Those that nobody else will follow, the ones among them that somebody left behind who is gone."""
        if time.monotonic() < self._down_until:
            return hints
        try:
            # What somebody left behind who is gone comes back with ours.
            return [] if put(hints) else take(MOST)
        except RedisError as error:
            self._down_until = time.monotonic() + REST
            log.warning("hints_kept_here", error=type(error).__name__)
            return hints


def put(hints: Sequence[Hint]) -> bool:
    """Leave these for whoever follows; whether anybody does. Raises RedisError."""
    name = _list()
    with channel_redis().pipeline(transaction=False) as line:
        line.rpush(name, *(hint.pack() for hint in hints))
        line.ltrim(name, -MOST, -1)
        line.expire(name, KEPT_FOR)
        line.exists(_alive())
        return bool(line.execute()[-1])


def take(most: int, *, within: float = 0.0) -> list[Hint]:
    """The oldest hints, each to one caller; waits so many seconds for the first. Raises RedisError."""
    redis, name = channel_redis(), _list()
    found = cast("list[bytes] | None", redis.lpop(name, most))
    if not found and within:
        first = cast("tuple[bytes, bytes] | None", redis.blpop([name], timeout=within))
        found = [first[1]] if first else None
    return [hint for packed in found or () if (hint := _readable(packed)) is not None]


def _readable(packed: bytes) -> Hint | None:
    try:
        return Hint.unpack(packed)
    except ValueError:
        log.warning("hint_unreadable", bytes=len(packed))
        return None


def say_alive() -> None:
    """From now on, for some seconds, hints are followed elsewhere. Raises RedisError."""
    channel_redis().set(_alive(), 1, ex=ALIVE_FOR)


def are_followed() -> bool:
    """Whether some process said lately that it is there. Raises RedisError."""
    return bool(channel_redis().exists(_alive()))


def say_gone() -> None:
    """Others say again within a second that they are there. Raises RedisError."""
    channel_redis().delete(_alive())
