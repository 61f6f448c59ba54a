"""How many calls may one tenant, and one process, have under way at once?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final
from uuid import UUID, uuid4

from enterprisehub.engines.base import StoreDown
from enterprisehub.engines.shared import decide, milliseconds
from enterprisehub.tenants import keys

PER_PROCESS: Final = 64
PER_TENANT: Final = 32
PATIENCE: Final = 0.15  # seconds that a call waits for a seat in its process
MOST_PATIENT: Final = 2  # calls under way that others go before
FEW: Final = 4  # calls of others beside which a patient one may begin
LEASE_MS: Final = 240_000  # after which the seat of a worker that died is free again

_TAKE = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], tonumber(ARGV[1]) + tonumber(ARGV[3]), ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
"""
_LEAVE = "return redis.call('ZREM', KEYS[1], ARGV[1])"

_here = threading.BoundedSemaphore(PER_PROCESS)
_counting = threading.Lock()
_calls = _patient = 0  # under way in this process: all of them, and those that others go before


@contextmanager
def seat(tenant: UUID, *, most: int = PER_TENANT) -> Iterator[bool]:
    """Whether a call may begin; the seat is given back at the end of the block. Raises StoreDown when entered."""
    if not _here.acquire(timeout=PATIENCE):
        yield False
        return
    _count(calls=1)
    name, mine = keys.of(tenant, "seats"), uuid4().hex
    try:
        taken = bool(decide(_TAKE, [name], milliseconds(), most, LEASE_MS, mine))
        try:
            yield taken
        finally:
            if taken:
                _leave(name, mine)
    finally:
        _count(calls=-1)
        _here.release()


@contextmanager
def behind(*, most: int = MOST_PATIENT, others: int = FEW) -> Iterator[bool]:
    """Whether work that can wait for another time may ask in this block.

    At most `most` of it at once in this process, and none while more than `others` calls are under way here for those
    who cannot wait.
    """
    global _patient
    with _counting:
        free = _patient < most and _calls - _patient <= others
        _patient += free
    try:
        yield free
    finally:
        _count(patient=-free)


def _count(*, calls: int = 0, patient: int = 0) -> None:
    global _calls, _patient
    with _counting:
        _calls, _patient = _calls + calls, _patient + patient


def _leave(name: str, mine: str) -> None:
    with suppress(StoreDown):  # the lease ends by itself
        decide(_LEAVE, [name], mine)
